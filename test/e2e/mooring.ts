/** Runs the built program as a user would, and reads its events. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Run {
  readonly code: number;
  /** stdout and stderr. */
  readonly output: string;
  /** Host → counts, from the recap event. */
  readonly hosts: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Runs playbooks on an inventory. */
export function mooringOn(inventory: string): (...args: readonly string[]) => Promise<Run> {
  return (...args) =>
    new Promise((resolve, reject) => {
      const argv = ['bin/mooring.js', 'run', ...args, '-i', inventory, '--output', 'json'];
      const child = spawn(process.execPath, argv, { cwd: root });
      const chunks: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.on('error', reject);
      child.on('close', (code) => {
        const output = Buffer.concat(chunks).toString();
        resolve({ code: code ?? 1, output, hosts: recapOf(output) });
      });
    });
}

/** Host → how many tasks changed something. */
export function changes(run: Run): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(run.hosts).map(([name, counts]) => [name, counts['changed'] ?? -1]),
  );
}

function recapOf(output: string): Run['hosts'] {
  const line = output.split('\n').findLast((text) => text.includes('"event":"recap"'));
  return line === undefined ? {} : (JSON.parse(line) as { hosts: Run['hosts'] }).hosts;
}
