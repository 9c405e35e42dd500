/**
 * A private OpenSSH server for tests and benchmarks.
 *
 *   const sshd = await startSshd({ sudo: 'nopasswd' });
 *   const connection = await connect(sshd.spec());            // as sshd.user, with its key
 *   const asRoot = await connect(sshd.spec({ user: 'root' }));
 *   await sshd.stop();                                        // also removes the user and its sudoers file
 *
 * Listens on an address of 127/8 of its own, with its own host key, configuration, user keys and an
 * unprivileged user made for it; nothing of the machine's own sshd or ~/.ssh is read. Needs root (`whyNoSshd()`
 * says so); openssh-server and sudo are installed where they are missing.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ConnectionSpec } from '../../src/connection/connection.ts';
import { ensureTestPackages } from './test-packages.ts';

const run = promisify(execFile);
const sshdProgram = '/usr/sbin/sshd';

export interface SshdOptions {
  /** What the user may do with sudo; default `nopasswd`. `requiretty` also needs no password. */
  readonly sudo?: 'nopasswd' | 'password' | 'requiretty' | 'none';
  /** Login shell of the user; default /bin/sh. */
  readonly shell?: string;
  /** Further lines for sshd_config, before the defaults (the first value of an option wins). */
  readonly config?: readonly string[];
  /** Name of the host key's algorithm; default ed25519. */
  readonly hostKeyType?: 'ed25519' | 'ecdsa' | 'rsa';
  /** Where it listens; default a free port of a random address of 127/8. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** Words before sshd's own command line, such as `unshare --pid --fork`. */
  readonly launcher?: readonly string[];
}

export interface Sshd {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The user's password, for ssh and sudo. */
  readonly password: string;
  readonly home: string;
  /** Private key that lets both the user and root in. */
  readonly privateKeyFile: string;
  readonly knownHostsFile: string;
  /** The host key's public line, `ssh-ed25519 AAAA…`. */
  readonly hostPublicKey: string;
  /** Options that keep the machine's own ssh configuration, keys and agent out. */
  readonly sshArgs: string;
  /** A directory for the test's own files, removed by stop(). */
  readonly directory: string;
  /** How to reach it; any field may be replaced. */
  spec(overrides?: Partial<ConnectionSpec>): ConnectionSpec;
  /** The process id of the server, or of its launcher. */
  readonly pid: number;
  /** Everything sshd has logged so far. */
  log(): string;
  /** Kills every session process, as a cut cable would; returns how many. The server goes on. */
  cut(): Promise<number>;
  /** Ends the server with all its sessions, and removes what was made for it. */
  stop(): Promise<void>;
}

/** Why no sshd can be started here, or undefined where it can. */
export function whyNoSshd(): string | undefined {
  if (process.getuid?.() !== 0) return 'a private sshd needs root (it makes a user for the tests)';
  if (!existsSync(sshdProgram) && !existsSync('/usr/bin/apt-get')) return 'sshd is not installed';
  return undefined;
}

/** Starts a server and waits until it answers. Throws where `whyNoSshd()` has a reason. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const reason = whyNoSshd();
  if (reason) throw new Error(reason);
  await ensureTestPackages();
  const directory = await mkdtemp(join(tmpdir(), 'mooring-sshd-'));
  await chmod(directory, 0o755);
  await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const user = `mt${process.pid}x${randomBytes(3).toString('hex')}`;
  const password = randomBytes(9).toString('hex');
  const host = options.listen?.host ?? `127.0.${randomInt(1, 255)}.${randomInt(2, 255)}`;
  const port = options.listen?.port ?? (await freePort(host));
  const home = await addUser(user, password, directory, options);
  const hostPublicKey = await makeKeys(directory, options.hostKeyType ?? 'ed25519');
  const knownHostsFile = join(directory, 'known_hosts');
  await writeFile(knownHostsFile, `[${host}]:${port} ${hostPublicKey}\n`);
  await writeFile(join(directory, 'sshd_config'), serverConfig(directory, host, port, options));

  const server = await launch(join(directory, 'sshd_config'), host, port, options.launcher ?? []);
  const privateKeyFile = join(directory, 'user_key');
  const sshArgs = `-F none -o IdentityAgent=none -o UserKnownHostsFile=${knownHostsFile} -o GlobalKnownHostsFile=none`;
  return {
    ...{
      host,
      port,
      user,
      password,
      home,
      privateKeyFile,
      knownHostsFile,
      hostPublicKey,
      sshArgs,
      directory,
    },
    spec: (overrides = {}) => ({
      ...{ name: 'test-host', transport: 'ssh', address: host, port, user, privateKeyFile, sshArgs },
      ...overrides,
    }),
    pid: server.process.pid ?? -1,
    log: server.log,
    cut: () => killSessions(server.process),
    stop: async () => {
      await stopServer(server.process);
      await removeUser(user);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function serverConfig(directory: string, host: string, port: number, options: SshdOptions): string {
  const lines = [
    ...(options.config ?? []),
    `ListenAddress ${host}`,
    `Port ${port}`,
    `HostKey ${directory}/host_key`,
    `AuthorizedKeysFile ${directory}/authorized_keys`,
    `PidFile ${directory}/sshd.pid`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication yes',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin yes',
    'PrintMotd no',
    'UseDNS no',
    'LogLevel VERBOSE',
    // Of this one sshd takes the last value.
    ...(options.config?.some((line) => line.startsWith('MaxStartups ')) ? [] : ['MaxStartups 100:30:200']),
    'Subsystem sftp internal-sftp',
  ];
  return `${lines.join('\n')}\n`;
}

async function makeKeys(directory: string, type: string): Promise<string> {
  await run('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'host', '-f', join(directory, 'host_key')]);
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'user', '-f', join(directory, 'user_key')]);
  await writeFile(join(directory, 'authorized_keys'), await readFile(join(directory, 'user_key.pub')), {
    mode: 0o644,
  });
  const line = await readFile(join(directory, 'host_key.pub'), 'utf8');
  return line.trim().split(' ').slice(0, 2).join(' ');
}

async function addUser(
  user: string,
  password: string,
  directory: string,
  options: SshdOptions,
): Promise<string> {
  const home = join(directory, 'home');
  const { stdout: hash } = await run('openssl', ['passwd', '-6', password]);
  const argv = ['-m', '-d', home, '-s', options.shell ?? '/bin/sh', '-p', hash.trim(), user];
  await retryWhileLocked(() => run('useradd', argv));
  const rules = sudoRules(user, options.sudo ?? 'nopasswd');
  if (rules && existsSync('/etc/sudoers.d')) await writeFile(sudoersFile(user), rules, { mode: 0o440 });
  return home;
}

function sudoRules(user: string, kind: string): string {
  const common = `Defaults:${user} timestamp_timeout=0, !fqdn\n`;
  if (kind === 'none') return '';
  if (kind === 'password') return `${common}${user} ALL=(ALL:ALL) ALL\n`;
  const requiretty = kind === 'requiretty' ? `Defaults:${user} requiretty\n` : '';
  return `${common}${requiretty}${user} ALL=(ALL:ALL) NOPASSWD: ALL\n`;
}

function sudoersFile(user: string): string {
  return `/etc/sudoers.d/mooring-test-${user}`;
}

async function removeUser(user: string): Promise<void> {
  await rm(sudoersFile(user), { force: true });
  await retryWhileLocked(async () => {
    await killAll(await processesOf(user));
    // What a cut connection left in /tmp, by design.
    await run('find', [tmpdir(), '-maxdepth', '1', '-user', user, '-exec', 'rm', '-rf', '{}', '+']);
    await run('userdel', [user]);
  });
}

async function processesOf(user: string): Promise<number[]> {
  const { stdout: uid } = await run('id', ['-u', user]);
  return findProcesses((status) => status.includes(`\nUid:\t${uid.trim()}\t`));
}

/** They fail at once while another process holds the passwd lock, or one of the user is not quite gone. */
async function retryWhileLocked(action: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await action();
      return;
    } catch (error) {
      if (attempt === 50 || !/lock|currently used/.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Starts sshd in the foreground, and waits for its line "Server listening". */
function launch(
  configFile: string,
  host: string,
  port: number,
  launcher: readonly string[],
): Promise<{ process: ChildProcess; log: () => string }> {
  const [program = sshdProgram, ...words] = [...launcher, sshdProgram, '-D', '-e', '-f', configFile];
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes(`Server listening on ${host} port ${port}`))
        resolve({ process: child, log: () => log });
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`sshd ended with code ${code}: ${log}`)));
  });
}

async function killSessions(server: ChildProcess): Promise<number> {
  const sessions = await descendants(server.pid ?? -1, (status) => /^Name:\tsshd/.test(status));
  await killAll(sessions);
  return sessions.length;
}

async function stopServer(server: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  if (server.exitCode !== null) return;
  const sessions = await descendants(server.pid ?? -1, (status) => /^Name:\tsshd/.test(status));
  // A launcher ends with what it launched, which is among these.
  if (server.spawnfile === sshdProgram) server.kill('SIGTERM');
  else await killAll(sessions);
  await ended;
  await killAll(sessions);
}

async function descendants(root: number, accept: (status: string) => boolean): Promise<number[]> {
  const found: number[] = [];
  const children = await findProcesses((status) => status.includes(`\nPPid:\t${root}\n`) && accept(status));
  for (const child of children) found.push(child, ...(await descendants(child, accept)));
  return found;
}

async function findProcesses(accept: (status: string) => boolean): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '');
    if (status !== '' && accept(status)) found.push(Number(name));
  }
  return found;
}

async function killAll(pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it ended by itself
    }
  }
}
