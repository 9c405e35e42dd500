/** The lab's command line: `npm run lab -- COMMAND`. */

import { spawn } from 'node:child_process';
import { boot, cut, down, exec, isUp, link, reset, up } from './lab.ts';
import { hostNamed, siteNamed } from './site.ts';
import { sshArgv } from './ssh.ts';
import { printStatus } from './status.ts';

const usage = `usage: npm run lab -- [--site NAME] [--yes] COMMAND

  up                 build what is missing and start the hosts (kept disks are used again)
  reset              start over with fresh hosts
  down [--keep]      switch off and remove everything but the cache (--keep: the hosts' disks stay)
  status             what is up, and what in it is a substitute
  ssh HOST [CMD…]    log in as ops (may sudo)
  exec HOST CMD…     run a command as root, past the network
  cut HOST           cut the power
  boot HOST          switch on again
  link HOST up|down  plug or pull the network cable

  --site NAME        lab (default), dual-master or trial (for the lab's own test)
  --yes              install missing Debian packages on this machine without asking
`;

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`lab: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});

async function main(argv: readonly string[]): Promise<number> {
  const { site, assumeYes, rest } = parse(argv);
  if (rest.length > 0 && rest[0] !== 'help' && process.getuid?.() !== 0) {
    throw new Error(`the lab needs root (namespaces, mounts); run: sudo npm run lab -- ${argv.join(' ')}`);
  }
  const options = { ...(site === undefined ? {} : { site }), assumeYes };
  const [command, host = '', ...words] = rest;
  switch (command) {
    case 'up':
      await up(options);
      await printStatus(siteNamed(site ?? 'lab'));
      return 0;
    case 'reset':
      await reset(options);
      await printStatus(siteNamed(site ?? 'lab'));
      return 0;
    case 'down':
      await down({ ...options, keepDisks: host === '--keep' });
      return 0;
    case 'status':
      await printStatus(siteNamed(site ?? 'lab'));
      return isUp(options) ? 0 : 3;
    case 'ssh':
      return await openShell(site ?? 'lab', host, words);
    case 'exec':
      return (await exec(host, words, { ...options, echo: true })).code;
    case 'cut':
      await cut(host, options);
      return 0;
    case 'boot':
      await boot(host, options);
      return 0;
    case 'link':
      return await setCable(host, words[0], options);
    default:
      process.stderr.write(usage);
      return command === 'help' || command === '--help' ? 0 : 2;
  }
}

interface Arguments {
  readonly site?: string;
  readonly assumeYes: boolean;
  readonly rest: readonly string[];
}

/** Options come before the command: what follows belongs to the command. */
function parse(argv: readonly string[], found: Arguments = { assumeYes: false, rest: [] }): Arguments {
  const [first, second, ...others] = argv;
  if (first === '--site' && second !== undefined) return parse(others, { ...found, site: second });
  if (first === '--yes') return parse(argv.slice(1), { ...found, assumeYes: true });
  return { ...found, rest: argv };
}

async function setCable(
  host: string,
  state: string | undefined,
  options: { site?: string },
): Promise<number> {
  if (state !== 'up' && state !== 'down') throw new Error('usage: link HOST up|down');
  await link(host, state, options);
  return 0;
}

function openShell(siteName: string, name: string, words: readonly string[]): Promise<number> {
  const site = siteNamed(siteName);
  const [file = '', ...args] = sshArgv(site, hostNamed(site, name), ...words);
  const child = spawn(file, args, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 255));
  });
}
