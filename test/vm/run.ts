/** `npm run test:vm`: the modules `exports` and `mount` on two virtual machines with the kernel's own NFS. */

import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../lab/lock.ts';
import { run } from '../lab/process.ts';
import { say, step } from '../lab/progress.ts';
import { checkDrift } from './checks/drift.ts';
import { checkOutage } from './checks/outage.ts';
import { checkShare } from './checks/share.ts';
import { checkUnmount } from './checks/unmount.ts';
import { refuseStarts } from './machine.ts';
import { type Pair, pairDown, pairUp } from './pair.ts';
import { inVmCache, root } from './paths.ts';
import { ensurePrerequisites } from './prerequisites.ts';
import { Suite } from './suite.ts';

/** Whatever hangs in spite of every limit of its own ends with this one. */
const WHOLE_TIMEOUT_MS = 30 * 60_000;

const lockFile = inVmCache('lock');

process.exitCode = await main();

async function main(): Promise<number> {
  const suite = new Suite();
  try {
    await ensurePrerequisites();
    if (existsSync(lockFile)) say(`another run has ${lockFile}: this one waits until it ends`);
    await withLock(lockFile, { purpose: 'npm run test:vm', wait: true }, () => testAll(suite));
  } catch (error) {
    await suite.fail(
      'the virtual machines can be used',
      error instanceof Error ? error.message : String(error),
    );
  }
  const { passed, failed } = suite.tally;
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

async function testAll(suite: Suite): Promise<void> {
  const stopListening = endOnSignals();
  try {
    const [pair] = await Promise.all([pairUp(), buildCommand()]);
    await checkAll(suite, pair);
  } finally {
    await pairDown();
    stopListening();
  }
}

/** Each group starts where the one before ended. */
async function checkAll(suite: Suite, pair: Pair): Promise<void> {
  const how = pair.accelerator === 'kvm' ? 'KVM' : 'QEMU emulation: KVM does not work here';
  console.log(`exports and mount on two virtual machines (${how})`);
  await checkShare(suite, pair);
  await checkDrift(suite, pair);
  await checkUnmount(suite, pair);
  await checkOutage(suite, pair);
}

/** The command under test, from these sources. */
async function buildCommand(): Promise<void> {
  const built = statSync(join(root, 'dist/mooring.cjs'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ['src', 'modules', 'scripts/build.ts', 'package-lock.json'].map((name) => join(root, name));
  if (Math.max(...sources.map(newest)) < built) return;
  await step('building the command', async () => {
    await run(['npm', 'run', '--prefix', root, 'build'], { timeoutMs: 600_000 });
  });
}

/** When a file, or anything in a folder, was last changed: ms since 1970. */
function newest(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Ctrl-C, or too long a run: everything that was started ends before we do. */
function endOnSignals(): () => void {
  const end = (why: string, code: number) => {
    say(`${why}: ending the virtual machines`);
    refuseStarts();
    endChildren();
    void pairDown().finally(() => {
      rmSync(lockFile, { force: true });
      process.exit(code);
    });
  };
  const interrupted = () => end('interrupted', 130);
  const terminated = () => end('terminated', 143);
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', terminated);
  const timer = setTimeout(() => end('not done within 30 minutes', 1), WHOLE_TIMEOUT_MS);
  return () => {
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', terminated);
    clearTimeout(timer);
  };
}

/** Whatever is under way, builds included: unshare, with all in its namespace, ends by SIGKILL only. */
function endChildren(): void {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim();
  for (const pid of children.split(' ').filter(Boolean).map(Number)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself just now.
    }
  }
}
