/**
 * The hosts of the benchmark: one private sshd, whose process ids are a name space of their own, so that every
 * process it starts can be counted, and as many addresses of 127/8 as are wanted.
 */
import { execFile } from 'node:child_process';
import { chown, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Sshd, startSshd } from '../integration/sshd.ts';
import type { BenchHost, Login } from './workload.ts';

const run = promisify(execFile);

export interface Target {
  readonly login: Login;
  readonly directory: string;
  /** Hosts 0 … count-1, each with an address and a folder of its own. */
  hosts(count: number, via?: Via): Promise<readonly BenchHost[]>;
  /** What a playbook made on these hosts is gone, or only the files of its copy tasks. */
  forget(hosts: readonly BenchHost[], what: 'everything' | 'copies'): Promise<void>;
  /** Processes and threads started on the target since it began; undefined where that cannot be counted. */
  started(): Promise<number | undefined>;
  stop(): Promise<void>;
}

/** Another way to the hosts than straight: through the proxy that delays. */
export interface Via {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/**
 * @param maxStartups sshd's MaxStartups: its default stands for one host, a high one for many hosts in one
 */
export async function startTarget(options: {
  readonly port: number;
  readonly maxStartups: string;
}): Promise<Target> {
  const sshd = await startSshd({
    // Only in a network name space with nothing but loopback: see run.ts.
    listen: { host: '0.0.0.0', port: options.port },
    launcher: ['unshare', '--pid', '--fork'],
    config: [`MaxStartups ${options.maxStartups}`, 'LogLevel INFO'],
    sudo: 'none',
  });
  const ids = await run('id', ['-u', sshd.user]);
  const uid = Number(ids.stdout);
  const known = new Set<string>();
  return {
    login: { user: sshd.user, privateKeyFile: sshd.privateKeyFile, sshArgs: sshd.sshArgs },
    directory: sshd.directory,
    hosts: async (count, via) => {
      const hosts = Array.from({ length: count }, (_, index) => hostOf(sshd, index, options.port, via));
      for (const { directory } of hosts) {
        await mkdir(directory, { recursive: true });
        await chown(directory, uid, uid);
      }
      await knowHosts(sshd, hosts, known);
      return hosts;
    },
    forget: async (hosts, what) => {
      for (const { directory } of hosts) {
        for (const entry of await readdir(directory)) {
          if (what === 'everything' || entry.startsWith('copy')) await rm(join(directory, entry));
        }
      }
    },
    started: () => lastProcessId(sshd.pid),
    stop: sshd.stop,
  };
}

function hostOf(sshd: Sshd, index: number, port: number, via: Via | undefined): BenchHost {
  const address = `127.1.${Math.floor(index / 250)}.${1 + (index % 250)}`;
  const place = via ? { address: via.host, port: via.port } : { address, port };
  return { name: `host${index}`, ...place, directory: join(sshd.home, `host${index}`) };
}

async function knowHosts(sshd: Sshd, hosts: readonly BenchHost[], known: Set<string>): Promise<void> {
  for (const { address, port } of hosts) known.add(port === 22 ? address : `[${address}]:${port}`);
  const lines = [...known].map((name) => `${name} ${sshd.hostPublicKey}\n`);
  await writeFile(sshd.knownHostsFile, lines.join(''));
}

/** The next process of the name space gets the next number: so many were started before it. */
async function lastProcessId(launcher: number): Promise<number | undefined> {
  try {
    const { stdout: children } = await run('cat', [`/proc/${launcher}/task/${launcher}/children`]);
    const words = ['--target', children.trim(), '--pid', 'sh', '-c', 'echo $$'];
    return Number((await run('nsenter', words)).stdout);
  } catch {
    return undefined;
  }
}
