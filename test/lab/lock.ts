/** One lab command at a time: a lock file naming its holder, taken over when the holder is gone. */

import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 200;
const JUST_MADE_MS = 2_000;

export interface LockOptions {
  /** What the holder does, for the message others get, e.g. `lab up`. */
  readonly purpose: string;
  /** Wait for the holder to end instead of failing. */
  readonly wait?: boolean;
}

/**
 * Runs `work` while holding a lock file.
 * @param file path of the lock; its folder is made when missing.
 * @throws Error naming the holder when another living process has the lock and `wait` is not set.
 */
export async function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  while (!tryTake(file, options.purpose)) {
    const holder = holderOf(file);
    if (holder === undefined) continue;
    if (!holder.alive) {
      rmSync(file, { force: true });
      continue;
    }
    if (!options.wait) throw new Error(`another command has the lab: ${holder.text} (${file})`);
    await delay(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryTake(file: string, purpose: string): boolean {
  const text = `pid ${process.pid} start ${startTime(process.pid)} doing ${purpose}\n`;
  try {
    writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function holderOf(file: string): { text: string; alive: boolean } | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    const [, pid, start] = /^pid (\d+) start (\d+)/.exec(text) ?? [];
    // A file just made may still be empty; one that stays so was left by a crash.
    const justMade = Date.now() - statSync(file).mtimeMs < JUST_MADE_MS;
    return { text, alive: pid === undefined ? justMade : startTime(Number(pid)) === start };
  } catch {
    return undefined; // released in the meantime
  }
}

/** Start time of a process in clock ticks, so that a reused pid is not taken for the old holder. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
