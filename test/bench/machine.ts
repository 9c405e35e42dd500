import { execFile } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the figures depend on. The load is of before the benchmark: above half a core, wait or distrust them. */
export async function describeMachine(): Promise<Readonly<Record<string, string>>> {
  const [cpu] = cpus();
  return {
    processor: `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 1024 ** 3)} GiB`,
    kernel: release(),
    'load before': (loadavg()[0] ?? 0).toFixed(2),
    node: process.version,
    'ansible-core': await packageVersion('ansible-core'),
    Mitogen: await packageVersion('ansible-mitogen'),
    OpenSSH: await packageVersion('openssh-server'),
  };
}

const windowMs = 100;
const restingShare = 0.05;

/**
 * Waits until this machine has nothing more to do: what a competitor leaves behind (connections that close, pages to
 * write) is not to be paid by the next one.
 *
 * @param patienceMs after it the next one has its turn anyway
 */
export async function machineAtRest(patienceMs = 5_000): Promise<void> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += windowMs) {
    const before = cpuTimes();
    await pause(windowMs);
    const after = cpuTimes();
    if (after.busy - before.busy <= restingShare * (after.all - before.all)) return;
  }
}

/** Of all cores since the start, milliseconds. */
function cpuTimes(): { busy: number; all: number } {
  const times = cpus().map((cpu) => cpu.times);
  const all = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { busy: all - times.reduce((sum, { idle }) => sum + idle, 0), all };
}

async function packageVersion(name: string): Promise<string> {
  try {
    return (await run('dpkg-query', ['-W', '-f', '$' + '{Version}', name])).stdout;
  } catch {
    return 'not installed';
  }
}
