import { execFile, execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Connection, ConnectionSpec, ShellRequest } from '../../src/connection/connection.ts';
import { connect, endKeptConnections, httpRequest, listKeptConnections } from '../../src/connection/index.ts';
import { ConnectionError } from '../../src/model/errors.ts';
import { brokerProgram } from '../connection/persist/broker-main.ts';
import { type Sshd, startSshd } from './sshd.ts';

let sshd: Sshd;
let runtime: string;
const opened: Connection[] = [];

beforeAll(async () => {
  sshd = await startSshd();
});
beforeEach(() => {
  runtime = mkdtempSync(join(tmpdir(), 'mooring-keep-'));
  vi.stubEnv('XDG_RUNTIME_DIR', runtime);
});
afterEach(async () => {
  await closeAll();
  await until(async () => {
    await endKeptConnections();
    return brokers().length === 0;
  });
  vi.unstubAllEnvs();
  rmSync(runtime, { recursive: true, force: true });
});
afterAll(() => sshd.stop());

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > giveUpAt) throw new Error('the condition never held');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const keep = { idleMs: 60_000, program: brokerProgram };

async function open(overrides: Partial<ConnectionSpec> = {}, server = sshd): Promise<Connection> {
  const connection = await connect(server.spec({ keep, ...overrides }));
  opened.push(connection);
  return connection;
}

async function closeAll(): Promise<void> {
  await Promise.all(opened.splice(0).map((connection) => connection.close()));
}

function read(script: string, more: Partial<ShellRequest> = {}): ShellRequest {
  return { script, timeoutMs: 10_000, locale: 'C', kind: 'read', ...more };
}

/** One run: connects, asks who it is, and closes. */
async function whoAmI(overrides: Partial<ConnectionSpec> = {}, server = sshd): Promise<string> {
  const connection = await connect(server.spec({ keep, ...overrides }));
  try {
    return (await connection.shell(read('id -un'))).stdout.trim();
  } finally {
    await connection.close();
  }
}

async function failureOf(overrides: Partial<ConnectionSpec>): Promise<ConnectionError> {
  const error: unknown = await whoAmI(overrides).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConnectionError);
  return error instanceof ConnectionError ? error : new ConnectionError(String(error));
}

const logins = (server = sshd) => server.log().split(/Accepted (?:publickey|password)/).length - 1;

/** Brokers that run with the folder of this test. */
function brokers(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
        return (
          /broker-main.ts|keep-connections/.test(words) && environment.includes(`XDG_RUNTIME_DIR=${runtime}`)
        );
      } catch {
        return false;
      }
    });
}

const killAll = () => {
  for (const pid of brokers()) process.kill(pid, 'SIGKILL');
};

describe('a kept connection', () => {
  it('spares the second run the login', async () => {
    const before = logins();
    expect(await whoAmI()).toBe(sshd.user);
    expect(await whoAmI()).toBe(sshd.user);
    expect(logins()).toBe(before + 1);
    expect(await listKeptConnections()).toMatchObject([
      { name: 'test-host', user: sshd.user, host: sshd.host, port: sshd.port, isInUse: false },
    ]);
    expect(await endKeptConnections()).toBe(1);
    expect(await listKeptConnections()).toEqual([]);
  });

  it('ends after the time it is kept, and the broker with the last one', async () => {
    await whoAmI({ keep: { ...keep, idleMs: 300 } });
    expect(brokers()).toHaveLength(1);
    await until(() => brokers().length === 0);
    expect(readdirSync(join(runtime, 'mooring'))).toEqual([]);
    expect(sshd.log()).toMatch(/Received disconnect|Disconnected from user|Connection closed by/);
  });

  it('is one for each user, key, password and name', async () => {
    const before = logins();
    await whoAmI();
    const copy = join(sshd.directory, 'copied_key');
    writeFileSync(copy, readFileSync(sshd.privateKeyFile), { mode: 0o600 });
    const others: Partial<ConnectionSpec>[] = [
      { user: 'root' },
      { name: 'other-name' },
      { privateKeyFile: copy },
      { password: 'unused' },
    ];
    for (const other of others) await whoAmI(other);
    expect(logins()).toBe(before + 5);
    // The same name with another content.
    writeFileSync(copy, `${readFileSync(sshd.privateKeyFile, 'utf8')}\n`, { mode: 0o600 });
    await whoAmI({ privateKeyFile: copy });
    expect(logins()).toBe(before + 6);
  });

  it('carries commands, their input, output and end', async () => {
    const connection = await open();
    const request = { timeoutMs: 20_000, locale: 'C', kind: 'step' } as const;
    expect(await connection.exec({ ...request, script: 'echo out; echo err >&2; exit 7' })).toMatchObject({
      ...{ exitCode: 7, stdout: 'out\n', stderr: 'err\n' },
    });
    const killed = await connection.exec({ ...request, script: 'kill -KILL $$' });
    expect(killed.exitCode).toBe(137);
    const stdin = Buffer.alloc(5_000_000, 'mooring ');
    expect((await connection.exec({ ...request, stdin, script: 'cat' })).stdoutBytes.equals(stdin)).toBe(
      true,
    );
    const late = await connection.exec({ ...request, timeoutMs: 300, script: 'sleep 30' });
    expect(late.timedOut).toBe(true);
  });

  it('waits for a slow reader', async () => {
    const connection = await open();
    const request = { timeoutMs: 60_000, locale: 'C', kind: 'read' } as const;
    const stream = await connection.execStream({ ...request, script: 'head -c 50000000 /dev/zero' });
    const [broker] = brokers();
    await new Promise((resolve) => stream.stdout.once('readable', resolve));
    const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${broker}/status`, 'utf8'))?.[1]);
    const before = memory();
    expect((await connection.shell(read('echo meanwhile'))).stdout).toBe('meanwhile\n');
    expect(memory() - before).toBeLessThan(30_000);
    let bytes = 0;
    for await (const chunk of stream.stdout) bytes += chunk.length;
    expect(bytes).toBe(50_000_000);
    expect((await stream.done).exitCode).toBe(0);
  });

  it('makes TCP connections from the host', async () => {
    const connection = await open();
    const url = `http://${sshd.host}:${sshd.port}/`;
    // sshd answers with its banner, which is no HTTP: the bytes came through.
    await expect(httpRequest(connection, { method: 'GET', url, via: 'host' })).rejects.toThrow(/Parse Error/);
    const refused = httpRequest(connection, { method: 'GET', url: `http://${sshd.host}:1/`, via: 'host' });
    await expect(refused).rejects.toThrow(/cannot connect from there to/);
  });

  it('is replaced silently where the server has closed it', async () => {
    const before = logins();
    await whoAmI();
    await sshd.cut();
    expect(await whoAmI()).toBe(sshd.user);
    expect(logins()).toBe(before + 2);
  });

  it('is not used any more once its host key is revoked, or gone from known_hosts', async () => {
    const file = join(sshd.directory, 'known_for_keeping');
    const sshArgs = sshd.sshArgs.replace(sshd.knownHostsFile, file);
    const line = readFileSync(sshd.knownHostsFile, 'utf8');
    writeFileSync(file, line);
    const before = logins();
    await whoAmI({ sshArgs });
    appendFileSync(file, `another.example ${sshd.hostPublicKey}\n`);
    await whoAmI({ sshArgs });
    expect(logins()).toBe(before + 1);
    appendFileSync(file, `@revoked * ${sshd.hostPublicKey}\n`);
    expect((await failureOf({ sshArgs })).message).toMatch(/marks it as revoked/);
    expect(await listKeptConnections()).toEqual([]);
    writeFileSync(file, line);
    await whoAmI({ sshArgs });
    writeFileSync(file, '');
    expect((await failureOf({ sshArgs })).message).toMatch(/is not known/);
  });

  it('is ended with a run that wants a new login', async () => {
    const before = logins();
    const connection = await connect(sshd.spec({ keep }));
    expect((await connection.shell(read('id -un'))).stdout.trim()).toBe(sshd.user);
    await connection.close({ forGood: true });
    await whoAmI();
    expect(logins()).toBe(before + 2);
  });

  it('goes through jump hosts, and is kept with them', async () => {
    const bastion = await startSshd();
    try {
      appendFileSync(bastion.knownHostsFile, `[${sshd.host}]:${sshd.port} ${sshd.hostPublicKey}\n`);
      appendFileSync(
        join(bastion.directory, 'authorized_keys'),
        readFileSync(join(sshd.directory, 'user_key.pub')),
      );
      const jump = `${bastion.user}@${bastion.host}:${bastion.port}`;
      const sshArgs = `${bastion.sshArgs} -o ProxyJump=${jump}`;
      const before = logins();
      expect([await whoAmI({ sshArgs }), await whoAmI({ sshArgs })]).toEqual([sshd.user, sshd.user]);
      expect([logins() - before, logins(bastion)]).toEqual([1, 1]);
      await endKeptConnections();
    } finally {
      await bastion.stop();
    }
  });

  it('runs a proxy command in the surroundings of the run', async () => {
    const command = `bash -c 'exec 3<>/dev/tcp/$TARGET/%p; cat <&3 & cat >&3'`;
    await whoAmI();
    vi.stubEnv('TARGET', sshd.host);
    const sshArgs = `${sshd.sshArgs} -o ProxyCommand="${command}"`;
    expect(
      await whoAmI({
        address: 'somewhere.invalid',
        sshArgs: `${sshArgs} -o HostKeyAlias=alias -o StrictHostKeyChecking=no`,
      }),
    ).toBe(sshd.user);
  });
});

describe('secrets', () => {
  const withPassword = { privateKeyFile: '/nowhere' };

  it('lets in by password, keeps it out of sight, and lends only to who has the same', async () => {
    const before = logins();
    const { password } = sshd;
    expect(await whoAmI({ ...withPassword, password })).toBe(sshd.user);
    expect(await whoAmI({ ...withPassword, password })).toBe(sshd.user);
    expect(logins()).toBe(before + 1);
    expect((await failureOf({ ...withPassword, password: 'wrong' })).message).toMatch(/tried password/);
    const [broker] = brokers();
    for (const file of ['cmdline', 'environ'])
      expect(readFileSync(`/proc/${broker}/${file}`, 'utf8')).not.toContain(password);
  });

  it('asks for a password through the broker', async () => {
    const prompts: string[] = [];
    const askSecret = async (prompt: string) => {
      prompts.push(prompt);
      return sshd.password;
    };
    expect(await whoAmI({ ...withPassword, askSecret })).toBe(sshd.user);
    expect(await whoAmI({ ...withPassword, askSecret })).toBe(sshd.user);
    expect(prompts).toEqual([`Password of ${sshd.user}@${sshd.host}: `]);
  });

  it('asks for a passphrase once, however many hosts want it', async () => {
    const key = join(sshd.directory, 'kept_encrypted');
    writeFileSync(key, readFileSync(sshd.privateKeyFile), { mode: 0o600 });
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', key]);
    const prompts: string[] = [];
    const askSecret = async (prompt: string) => {
      prompts.push(prompt);
      return 'open sesame';
    };
    const names = ['h1', 'h2', 'h3'];
    const users = await Promise.all(names.map((name) => whoAmI({ name, privateKeyFile: key, askSecret })));
    expect([users, prompts]).toEqual([names.map(() => sshd.user), [`Passphrase of ${key}: `]]);
  });

  it.each<[string, () => Partial<ConnectionSpec>]>([
    ['a wrong password', () => ({ ...withPassword, password: 'wrong' })],
    ['no way in', () => withPassword],
    ['a closed port', () => ({ port: 1 })],
    ['an unknown name', () => ({ address: 'no-such-host.invalid' })],
    ['an unknown host key', () => ({ sshArgs: sshd.sshArgs.replace(sshd.knownHostsFile, '/nowhere') })],
    ['a bad jump host', () => ({ sshArgs: '-F none -J a:b:c' })],
    [
      'a proxy command that fails',
      () => ({ sshArgs: `${sshd.sshArgs} -o ProxyCommand="sh -c 'echo no >&2; exit 3'"` }),
    ],
  ])('says of %s what it says without a broker', async (_title, overrides) => {
    const direct = await connect(sshd.spec(overrides())).catch((error: unknown) => error);
    const kept = await failureOf(overrides());
    expect(direct).toMatchObject({ name: kept.name, message: kept.message, hint: kept.hint });
  });
});

describe('the command line', () => {
  const program = fileURLToPath(new URL('../cli/program.ts', import.meta.url));
  const argv = ['--import', import.meta.resolve('tsx'), program];

  /** Not at once: what sshd logs is read in between. */
  function mooring(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const options = { env: { ...process.env, ...env }, cwd: sshd.directory, timeout: 20_000 };
    return new Promise<{ code: number; output: string }>((resolve) => {
      const child = execFile(process.execPath, [...argv, ...words], options, (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, output: stdout + stderr });
      });
    });
  }

  it('keeps connections with --persist, MOORING_PERSIST and mooring_persist, shows and ends them', async () => {
    const site = join(sshd.directory, 'persist.yml');
    const hosts = join(sshd.directory, 'persist.ini');
    writeFileSync(site, JSON.stringify([{ hosts: 'all', gather_facts: false, tasks: [{ ping: {} }] }]));
    const login = `ansible_host=${sshd.host} ansible_port=${sshd.port} ansible_user=${sshd.user}`;
    const secrets = `ansible_ssh_private_key_file=${sshd.privateKeyFile} ansible_ssh_common_args='${sshd.sshArgs}'`;
    writeFileSync(hosts, `kept ${login} ${secrets}\nnever ${login} ${secrets} mooring_persist=0\n`);
    const run = ['run', site, '-i', hosts];
    const before = logins();
    expect(await mooring([...run, '--persist', '60'])).toMatchObject({ code: 0 });
    expect(logins()).toBe(before + 2);
    expect(await mooring(run, { MOORING_PERSIST: '60' })).toMatchObject({ code: 0 });
    expect(logins()).toBe(before + 3);
    const own = [...run, '-e', 'mooring_persist=60', '-l', 'kept'];
    expect(await mooring(own)).toMatchObject({ code: 0 });
    expect(logins()).toBe(before + 3);
    const where = `kept: ${sshd.user}@${sshd.host} port ${sshd.port}, open for \\d+ s, ends in \\d+ s`;
    expect((await mooring(['connections'])).output).toMatch(new RegExp(`^${where}\n$`));
    expect((await mooring(['connections', '--close'])).output).toBe('1 closed\n');
    expect((await mooring(['connections'])).output).toBe('no connection is kept open\n');
  });

  it.each<[string, string[], NodeJS.ProcessEnv, RegExp]>([
    ['a bad number', ['--persist', '1.5'], {}, /--persist must be one whole number of seconds/],
    ['a word', [], { MOORING_PERSIST: 'yes' }, /MOORING_PERSIST must be one whole number of seconds/],
    [
      'a folder of somebody else',
      ['--persist', '9'],
      { XDG_RUNTIME_DIR: '/nowhere', XDG_CACHE_HOME: '/dev/null' },
      /cannot be kept/,
    ],
  ])('refuses %s before anything runs', async (_title, words, env, message) => {
    const site = join(sshd.directory, 'refused.yml');
    writeFileSync(site, JSON.stringify([{ hosts: 'localhost', tasks: [{ ping: {} }] }]));
    const { code, output } = await mooring(['run', site, ...words], env);
    expect(output).toMatch(message);
    expect(output).not.toMatch(/PLAY/);
    expect(code).toBeGreaterThan(0);
  });
});

describe('the broker', () => {
  it('is started once by runs that begin together, and gives each a connection of its own', async () => {
    const before = logins();
    const connections = await Promise.all([open(), open(), open()]);
    expect(brokers()).toHaveLength(1);
    const commands = connections.flatMap((connection) =>
      Array.from({ length: 8 }, () =>
        connection.exec({ script: 'sleep 0.3; echo done', timeoutMs: 20_000, locale: 'C', kind: 'step' }),
      ),
    );
    const results = await Promise.all(commands);
    expect(results.filter(({ stdout }) => stdout === 'done\n')).toHaveLength(24);
    expect(logins()).toBe(before + 3);
    await closeAll();
    await Promise.all([open(), open(), open()]);
    expect(logins()).toBe(before + 3);
  });

  it('is started again where it was killed, over the socket it left behind', async () => {
    const before = logins();
    await whoAmI();
    killAll();
    await until(() => brokers().length === 0);
    expect(readdirSync(join(runtime, 'mooring'))).toHaveLength(1);
    const users = await Promise.all([whoAmI(), whoAmI()]);
    expect(users).toEqual([sshd.user, sshd.user]);
    expect(brokers()).toHaveLength(1);
    expect(logins()).toBe(before + 3);
  });

  it('leaves a step without an answer when it is killed, and the next task finds another way', async () => {
    const connection = await open();
    await connection.shell(read(':'));
    const marker = join(sshd.home, 'began');
    const request = { timeoutMs: 60_000, locale: 'C', kind: 'step' } as const;
    const step = connection.exec({ ...request, script: `echo > ${marker}; sleep 20` });
    step.catch(() => undefined);
    const slowRead = connection.shell(read('sleep 1; echo again'));
    await until(() => existsSync(marker));
    killAll();
    await expect(step).rejects.toThrow(/was under way when contact was lost/);
    expect((await slowRead).stdout).toBe('again\n');
  });

  it('is done without where it does not answer', async () => {
    await whoAmI();
    const before = logins();
    const [broker] = brokers();
    process.kill(Number(broker), 'SIGSTOP');
    try {
      expect(await whoAmI()).toBe(sshd.user);
      expect(logins()).toBe(before + 1);
    } finally {
      process.kill(Number(broker), 'SIGCONT');
    }
  });

  it('is done without where it cannot be started', async () => {
    expect(await whoAmI({ keep: { ...keep, program: ['/nowhere/node'] } })).toBe(sshd.user);
    expect(brokers()).toEqual([]);
  });

  it.each<[string, RegExp, (folder: string) => void]>([
    [
      'belongs to somebody else',
      /belongs to another user \(65534\)/,
      (folder) => {
        mkdirSync(folder, { mode: 0o700 });
        chownSync(folder, 65534, 65534);
      },
    ],
    [
      'others can look into',
      /others may get at it/,
      (folder) => {
        mkdirSync(folder);
        chmodSync(folder, 0o750);
      },
    ],
    [
      'is a link',
      /it is no folder/,
      (folder) => {
        mkdirSync(`${folder}-else`, { mode: 0o700 });
        symlinkSync(`${folder}-else`, folder);
      },
    ],
    [
      'everybody can rename',
      /everybody may write to/,
      (folder) => {
        chmodSync(runtime, 0o777);
        mkdirSync(folder, { mode: 0o700 });
      },
    ],
  ])('does not use a folder that %s', async (_title, message, make) => {
    const folder = join(runtime, 'mooring');
    make(folder);
    expect((await failureOf({})).message).toMatch(message);
    expect(brokers()).toEqual([]);
    rmSync(folder, { recursive: true });
    chmodSync(runtime, 0o700);
  });
});
