import { readFileSync } from 'node:fs';
import { brokerCommand } from './broker-command.ts';
import { exitCodes } from './exit-codes.ts';

/**
 * The `mooring` command.
 *
 * @param argv words after the program's name
 * @returns the exit code, also set as `process.exitCode`
 */
export async function main(argv: readonly string[]): Promise<number> {
  const code = await dispatch(argv);
  process.exitCode = code;
  return code;
}

async function dispatch(argv: readonly string[]): Promise<number> {
  // Everything else is loaded only when needed: `--version` answers at once.
  if (argv[0] === '--version') {
    process.stdout.write(`${version()}\n`);
    return exitCodes.ok;
  }
  // Only runs with --persist call this one: it is in no help text.
  if (argv[0] === brokerCommand) {
    const { runBroker } = await import('../connection/index.ts');
    await runBroker();
    return exitCodes.ok;
  }
  const { runCli } = await import('./commands.ts');
  return runCli(argv, version());
}

function version(): string {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      const text = readFileSync(new URL(place, import.meta.url), 'utf8');
      return String((JSON.parse(text) as { version: unknown }).version);
    } catch {
      // Built, it is beside dist/; in the sources one folder further up.
    }
  }
  return 'unknown';
}
