import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { ConnectionSpec } from '../../src/connection/connection.ts';
import { HostConnection } from '../../src/connection/host-connection.ts';
import { localTransport } from '../../src/connection/local-transport.ts';

/** The shells present here that a host's `sh` may be; dash and bash always are, on Debian. */
export const shells: readonly string[] = ['dash', 'bash', 'busybox'].filter(
  (shell) => shell !== 'busybox' || programOf(shell) !== undefined,
);

const spec: ConnectionSpec = { name: 'here', transport: 'local', address: 'localhost' };

const made: string[] = [];
// Hooks run last first: this one after those of the file that uses the directories.
afterAll(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A fresh directory below the system's temporary one, removed when the test file ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mooring-test-'));
  made.push(directory);
  return directory;
}

/**
 * A connection to this machine whose `sh` is the shell asked for; with busybox its stat, cat, mv, tar and
 * so on too, as on Alpine.
 */
export function connectionWith(shell: string): HostConnection {
  const environment = environmentWith(shell);
  return new HostConnection(spec, async () => localTransport(environment));
}

function environmentWith(shell: string): NodeJS.ProcessEnv {
  const directory = join(temporaryDirectory(), 'bin');
  mkdirSync(directory);
  const program = programOf(shell);
  if (program === undefined) throw new Error(`${shell} is not installed`);
  if (shell === 'busybox') execFileSync(program, ['--install', '-s', directory]);
  else symlinkSync(program, join(directory, 'sh'));
  return { ...process.env, PATH: `${directory}:${process.env['PATH'] ?? ''}` };
}

function programOf(name: string): string | undefined {
  return ['/bin', '/usr/bin', '/usr/local/bin'].map((directory) => join(directory, name)).find(existsSync);
}
