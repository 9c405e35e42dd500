import { execFile } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
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

async function packageVersion(name: string): Promise<string> {
  try {
    return (await run('dpkg-query', ['-W', '-f', '$' + '{Version}', name])).stdout;
  } catch {
    return 'not installed';
  }
}
