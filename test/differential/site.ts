/**
 * The hosts that both programs work on: h1, h2 and h3 (groups web: h1, h2; db: h3), three addresses of a private
 * sshd. `{{ log }}` is the file of effects, `{{ base }}` a folder for other files.
 */
import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Sshd, startSshd } from '../integration/sshd.ts';
import { type Case, filesOf, type Outcome } from './case.ts';

/** One program: its command line in the folder of a case → how it ended. */
export type Program = (
  words: readonly string[],
  folder: string,
) => Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;

export interface Site {
  /** Runs a case and gathers what happened. */
  run(one: Case, program: Program): Promise<Outcome & { readonly said: string }>;
  readonly directory: string;
  stop(): Promise<void>;
}

/** Starts the sshd. Throws where there can be none, see `whyNoSshd()`. */
export async function startSite(): Promise<Site> {
  const network = `127.${60 + (process.pid % 60)}.${(process.pid >> 6) % 250}`;
  const addresses = ['h1', 'h2', 'h3'].map((name, index) => [name, `${network}.${index + 2}`] as const);
  const [first, ...others] = addresses.map(([, address]) => address);
  const sshd = await startSshd({
    listen: { host: `${first}`, port: 2222 },
    config: others.map((address) => `ListenAddress ${address}`),
  });
  for (const address of others)
    await appendFile(sshd.knownHostsFile, `[${address}]:2222 ${sshd.hostPublicKey}\n`);
  const directory = mkdtempSync(join(tmpdir(), 'differential-'));
  chmodSync(directory, 0o755);
  writeFileSync(join(directory, 'ansible.cfg'), '');
  let count = 0;
  return {
    directory,
    run: async (one, program) => {
      const folder = join(directory, `${count++}`);
      const base = join(folder, 'out');
      writeCase(folder, one, inventory(sshd, addresses, base));
      const words = ['-i', 'inv/hosts.yml', 'play.yml', ...(one.args ?? [])];
      const ended = await program(words, folder);
      return { ...outcome(ended, base, one.order), said: ended.stdout + ended.stderr };
    },
    stop: async () => {
      await sshd.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Debian's ansible-playbook, untouched by the configuration of this machine. */
export function ansiblePlaybook(site: Site): Program {
  const env = {
    ...{ PATH: process.env['PATH'], HOME: site.directory, LC_ALL: 'C.UTF-8' },
    ...{ ANSIBLE_CONFIG: join(site.directory, 'ansible.cfg'), ANSIBLE_NOCOLOR: '1', ANSIBLE_PIPELINING: '1' },
    // Facts are gathered only where a play says so, as here.
    ...{ ANSIBLE_GATHERING: 'explicit', ANSIBLE_SSH_CONTROL_PATH_DIR: join(site.directory, 'cp') },
  };
  return (words, folder) =>
    new Promise((resolve) => {
      const options = { cwd: folder, env, timeout: 180_000, maxBuffer: 1e8 };
      execFile('ansible-playbook', words, options, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
      });
    });
}

function inventory(sshd: Sshd, addresses: readonly (readonly [string, string])[], base: string): string {
  const vars = {
    ...{ ansible_host: sshd.host, ansible_port: sshd.port, ansible_user: sshd.user },
    ansible_ssh_private_key_file: sshd.privateKeyFile,
    ansible_ssh_common_args: sshd.sshArgs,
    ansible_python_interpreter: '/usr/bin/python3',
    ...{ base, log: join(base, 'log') },
  };
  const hosts = Object.fromEntries(addresses.map(([name, address]) => [name, { ansible_host: address }]));
  const children = { web: { hosts: { h1: null, h2: null } }, db: { hosts: { h3: null } } };
  return JSON.stringify({ all: { vars, hosts, children } });
}

function writeCase(folder: string, one: Case, hosts: string): void {
  for (const [name, text] of Object.entries({ ...filesOf(one), 'inv/hosts.yml': hosts })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
  mkdirSync(join(folder, 'out'));
  chmodSync(join(folder, 'out'), 0o777);
}

function outcome(ended: { code: number; stdout: string }, base: string, order: Case['order']): Outcome {
  const log = existsSync(join(base, 'log')) ? readFileSync(join(base, 'log'), 'utf8') : '';
  const effects = arrange(log.split('\n').slice(0, -1), order ?? 'task');
  return { code: ended.code, recap: recapOf(ended.stdout), effects, files: snapshot(base) };
}

function recapOf(stdout: string): Record<string, string> {
  const lines = [...stdout.matchAll(/^(\S+) +: (ok=\d+ .*ignored=\d+)/gm)];
  const shown = lines.map(([, host, counts]): [string, string] => [
    `${host}`,
    `${counts}`
      .split(/ +/)
      .filter((count) => !count.endsWith('=0'))
      .join(' '),
  ]);
  // Hosts that had nothing to do are listed here, and not by Ansible (docs/ansible-differences.md).
  return Object.fromEntries(shown.filter(([, counts]) => counts !== '').sort());
}

/** Hosts that do the same at the same time come in any order. The last word of a line is its host. */
function arrange(lines: readonly string[], order: NonNullable<Case['order']>): string[] {
  const pairs = lines.map((line) => ({
    line,
    host: line.split(' ').at(-1) ?? '',
    text: line.replace(/ \S+$/, ''),
  }));
  if (order === 'exact') return [...lines];
  if (order === 'host') return pairs.sort((a, b) => a.host.localeCompare(b.host)).map(({ line }) => line);
  const groups: (typeof pairs)[] = [];
  for (const pair of pairs) {
    const last = groups.at(-1);
    const joins = last?.[0]?.text === pair.text && !last.some(({ host }) => host === pair.host);
    if (last && joins) last.push(pair);
    else groups.push([pair]);
  }
  return groups.flatMap((group) =>
    group.sort((a, b) => a.host.localeCompare(b.host)).map(({ line }) => line),
  );
}

function snapshot(base: string): Record<string, string> {
  const names = readdirSync(base, { recursive: true, encoding: 'utf8' }).filter((name) => name !== 'log');
  const described = names.sort().map((name): [string, string] => {
    const path = join(base, name);
    const status = statSync(path);
    const mode = (status.mode & 0o7777).toString(8);
    return [name, status.isDirectory() ? `${mode} folder` : `${mode} ${readFileSync(path, 'utf8')}`];
  });
  return Object.fromEntries(described);
}
