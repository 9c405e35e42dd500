import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Connection, ConnectionSpec } from '../../src/connection/connection.ts';
import { connect } from '../../src/connection/index.ts';
import { ConnectionError } from '../../src/model/errors.ts';
import { type Sshd, startSshd } from './sshd.ts';

let sshd: Sshd;
const opened: Connection[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  sshd = await startSshd();
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    'rsa',
    '-b',
    '2048',
    '-N',
    '',
    '-f',
    join(sshd.directory, 'host_rsa'),
  ]);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((connection) => connection.close()));
  for (const child of children.splice(0)) child.kill();
});
afterAll(() => sshd.stop());

async function whoAmI(overrides: Partial<ConnectionSpec>, server = sshd): Promise<string> {
  const connection = await connect(server.spec(overrides));
  opened.push(connection);
  return (
    await connection.shell({ script: 'id -un', timeoutMs: 10_000, locale: 'C', kind: 'read' })
  ).stdout.trim();
}

async function failureOf(overrides: Partial<ConnectionSpec>, server = sshd): Promise<ConnectionError> {
  const error: unknown = await whoAmI(overrides, server).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConnectionError);
  return error instanceof ConnectionError ? error : new ConnectionError(String(error));
}

/** Overrides without the key of the test user. */
function withoutKey(more: Partial<ConnectionSpec>): Partial<ConnectionSpec> {
  return { privateKeyFile: join(sshd.directory, 'no-such-key'), ...more };
}

function knownHosts(name: string, text: string): { file: string; sshArgs: string } {
  const file = join(sshd.directory, name);
  writeFileSync(file, text);
  return {
    file,
    sshArgs: `-F none -o IdentityAgent=none -o GlobalKnownHostsFile=none -o UserKnownHostsFile=${file}`,
  };
}

const place = () => `[${sshd.host}]:${sshd.port}`;
const otherKey = () =>
  readFileSync(join(sshd.directory, 'user_key.pub'), 'utf8').split(' ').slice(0, 2).join(' ');

describe('logging in', () => {
  it.each(['ed25519', 'rsa'])('signs with a key of a file (%s) in the first request', async (type) => {
    const privateKeyFile = join(sshd.directory, type === 'rsa' ? 'host_rsa' : 'user_key');
    if (type === 'rsa') {
      const line = readFileSync(`${privateKeyFile}.pub`, 'utf8');
      appendFileSync(join(sshd.directory, 'authorized_keys'), line);
    }
    const before = sshd.log().length;
    expect(await whoAmI({ privateKeyFile })).toBe(sshd.user);
    const log = sshd.log().slice(before);
    expect(log).toMatch(/Accepted publickey/);
    // It looks each key up that it is asked about; one that was only asked about is postponed.
    expect(log.match(/Accepted key/g)).toHaveLength(1);
    expect(log).not.toMatch(/Postponed publickey/);
  });

  it('takes a key, a password, and root', async () => {
    expect(await whoAmI({})).toBe(sshd.user);
    expect(await whoAmI({ user: 'root' })).toBe('root');
    expect(await whoAmI(withoutKey({ password: sshd.password }))).toBe(sshd.user);
  });

  it('says what was tried and what the server takes', async () => {
    const error = await failureOf(withoutKey({ password: 'wrong' }));
    expect(error.message).toMatch(
      /login refused: tried password; not usable: .*no-such-key.*; the server takes publickey, password/,
    );
    expect(error.hint).toMatch(/ansible_password/);
    const none = await failureOf(withoutKey({}));
    expect(none.message).toMatch(/nothing could be tried.*no password is set/);
  });

  it('sends a refused password once only', async () => {
    const before = sshd.log().split('Failed password').length;
    await failureOf(withoutKey({ password: 'wrong' }));
    expect(sshd.log().split('Failed password').length - before).toBe(1);
  });

  it('opens an encrypted key with its passphrase, given or asked for', async () => {
    const key = join(sshd.directory, 'encrypted');
    copyFileSync(sshd.privateKeyFile, key);
    execFileSync('chmod', ['600', key]);
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', key]);
    expect(await whoAmI({ privateKeyFile: key, privateKeyPassphrase: 'open sesame' })).toBe(sshd.user);
    expect((await failureOf({ privateKeyFile: key, privateKeyPassphrase: 'wrong' })).message).toMatch(
      /encrypted: the passphrase does not open it/,
    );
    expect((await failureOf({ privateKeyFile: key })).message).toMatch(
      /it is encrypted, and no passphrase is set/,
    );
    const prompts: string[] = [];
    const askSecret = async (prompt: string) => {
      prompts.push(prompt);
      return 'open sesame';
    };
    const names = await Promise.all([1, 2, 3].map(() => whoAmI({ privateKeyFile: key, askSecret })));
    expect([names, prompts]).toEqual([[sshd.user, sshd.user, sshd.user], [`Passphrase of ${key}: `]]);
  });

  it('asks for a password where nothing else is left', async () => {
    const prompts: string[] = [];
    const askSecret = async (prompt: string) => {
      prompts.push(prompt);
      return sshd.password;
    };
    expect(await whoAmI(withoutKey({ askSecret }))).toBe(sshd.user);
    expect(prompts).toEqual([`Password of ${sshd.user}@${sshd.host}: `]);
  });

  it('takes keys of an agent, only those named where IdentitiesOnly is set', async () => {
    const socket = join(sshd.directory, 'agent');
    children.push(spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' }));
    const deadline = Date.now() + 10_000;
    while (!existsSync(socket) && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    execFileSync('ssh-add', ['-q', sshd.privateKeyFile], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
    const sshArgs = sshd.sshArgs.replace('IdentityAgent=none', `IdentityAgent=${socket}`);
    expect(await whoAmI(withoutKey({ sshArgs }))).toBe(sshd.user);
    const only = `${sshArgs} -o IdentitiesOnly=yes`;
    expect((await failureOf(withoutKey({ sshArgs: only }))).message).toMatch(/login refused/);
    const named = join(sshd.directory, 'only-public');
    copyFileSync(join(sshd.directory, 'user_key.pub'), `${named}.pub`);
    expect(await whoAmI({ privateKeyFile: named, sshArgs: only })).toBe(sshd.user);
    expect((await failureOf(withoutKey({ sshArgs: sshArgs.replace(socket, '/nowhere') }))).message).toMatch(
      /login refused/,
    );
  });

  it('answers keyboard-interactive questions', async () => {
    const config = ['UsePAM yes', 'PasswordAuthentication no', 'KbdInteractiveAuthentication yes'];
    const server = await startSshd({ config });
    try {
      const noKey = { privateKeyFile: '/nowhere', password: server.password };
      expect(await whoAmI(noKey, server)).toBe(server.user);
      const refused = await failureOf({ ...noKey, password: 'wrong' }, server);
      expect(refused.message).toMatch(/tried keyboard-interactive/);
      await Promise.all(opened.splice(0).map((connection) => connection.close()));
    } finally {
      await server.stop();
    }
  });
});

describe('host keys', () => {
  it('refuses one that changed, naming file and line', async () => {
    const { file, sshArgs } = knownHosts('changed', `# mine\n${place()} ${otherKey()}\n`);
    const error = await failureOf({ sshArgs });
    expect(error.message).toContain(`${file} line 2 has ssh-ed25519 SHA256:`);
    expect(error.hint).toContain(`ssh-keygen -R '${place()}' -f ${file}`);
  });

  it('refuses one nobody knows, naming the files', async () => {
    const { file, sshArgs } = knownHosts('empty', '');
    for (const more of ['', ' -o StrictHostKeyChecking=yes']) {
      const error = await failureOf({ sshArgs: sshArgs + more });
      expect(error.message).toContain(`none of ${file} has a line for ${place()}`);
      expect(error.hint).toMatch(/ssh-keyscan .*accept-new/);
    }
  });

  it('refuses a revoked one and one that only an authority vouches for', async () => {
    const revoked = knownHosts(
      'revoked',
      `${place()} ${sshd.hostPublicKey}\n@revoked * ${sshd.hostPublicKey}\n`,
    );
    expect((await failureOf({ sshArgs: revoked.sshArgs })).message).toContain(
      `${revoked.file} line 2 marks it as revoked`,
    );
    const authority = knownHosts('authority', `@cert-authority * ${otherKey()}\n`);
    expect((await failureOf({ sshArgs: authority.sshArgs })).hint).toMatch(
      /not supported by the SSH library/,
    );
  });

  it('takes new ones where accept-new says so, and refuses them once they change', async () => {
    const { file, sshArgs } = knownHosts('new', '');
    const accepting = `${sshArgs} -o StrictHostKeyChecking=accept-new -o HashKnownHosts=yes`;
    expect(await whoAmI({ sshArgs: accepting })).toBe(sshd.user);
    expect(readFileSync(file, 'utf8')).toMatch(/^\|1\|/);
    expect(await whoAmI({ sshArgs })).toBe(sshd.user);
    const changed = knownHosts('new-changed', `${place()} ${otherKey()}\n`);
    const error = await failureOf({ sshArgs: `${changed.sshArgs} -o StrictHostKeyChecking=accept-new` });
    expect(error.message).toContain('is refused');
    expect(await whoAmI({ sshArgs: `${changed.sshArgs} -o StrictHostKeyChecking=no` })).toBe(sshd.user);
  });

  it('asks whether to trust a new one where it can', async () => {
    const { file, sshArgs } = knownHosts('asked', '');
    const questions: string[] = [];
    const answer = (text: string) => async (question: string) => {
      questions.push(question);
      return text;
    };
    await failureOf({ sshArgs, askSecret: answer('no') });
    expect(await whoAmI({ sshArgs, askSecret: answer('yes') })).toBe(sshd.user);
    expect(questions[0]).toMatch(/is not known: ssh-ed25519 SHA256:.*yes\/no/);
    expect(readFileSync(file, 'utf8')).toContain(place());
  });

  it('asks the server first for the kind of key that is known', async () => {
    const server = await startSshd({ config: [`HostKey ${join(sshd.directory, 'host_rsa')}`] });
    try {
      const rsa = readFileSync(join(sshd.directory, 'host_rsa.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
      const file = join(server.directory, 'only-rsa');
      writeFileSync(file, `[${server.host}]:${server.port} ${rsa}\n`);
      const sshArgs = server.sshArgs.replace(server.knownHostsFile, file);
      expect(await whoAmI({ sshArgs }, server)).toBe(server.user);
      await Promise.all(opened.splice(0).map((connection) => connection.close()));
    } finally {
      await server.stop();
    }
  });

  it('looks a host up by its alias', async () => {
    const { sshArgs } = knownHosts('alias', `the-registry ${sshd.hostPublicKey}\n`);
    expect(await whoAmI({ sshArgs: `${sshArgs} -o HostKeyAlias=the-registry` })).toBe(sshd.user);
  });
});

describe('ways to a host', () => {
  const configured = (text: string) => {
    const file = join(sshd.directory, 'ssh_config');
    writeFileSync(file, text);
    const base = sshd.sshArgs.replace('-F none', `-F ${file}`);
    return base;
  };

  it('reads a configuration file: alias, user, port, key', async () => {
    const sshArgs = configured(
      `Host registry\n  HostName ${sshd.host}\n  Port ${sshd.port}\n  User ${sshd.user}\n  IdentityFile ${sshd.privateKeyFile}\n`,
    );
    const connection = await connect({ name: 'registry', transport: 'ssh', address: 'registry', sshArgs });
    opened.push(connection);
    const request = { script: 'id -un', timeoutMs: 10_000, locale: 'C', kind: 'read' } as const;
    expect((await connection.shell(request)).stdout).toBe(`${sshd.user}\n`);
  });

  it('goes through jump hosts', async () => {
    const bastion = await startSshd();
    try {
      appendFileSync(bastion.knownHostsFile, `${place()} ${sshd.hostPublicKey}\n`);
      appendFileSync(
        join(bastion.directory, 'authorized_keys'),
        readFileSync(join(sshd.directory, 'user_key.pub')),
      );
      const jump = `${bastion.user}@${bastion.host}:${bastion.port}`;
      const sshArgs = `${bastion.sshArgs} -o ProxyJump=${jump},${jump}`;
      expect(await whoAmI({ sshArgs })).toBe(sshd.user);
      expect(bastion.log().split('Accepted publickey').length - 1).toBe(2);
      await Promise.all(opened.splice(0).map((connection) => connection.close()));
    } finally {
      await bastion.stop();
    }
  });

  it('goes through a proxy command, and says what it complained of', async () => {
    const command = `bash -c 'exec 3<>/dev/tcp/%h/%p; cat <&3 & cat >&3'`;
    expect(await whoAmI({ sshArgs: `${sshd.sshArgs} -o ProxyCommand="${command}"` })).toBe(sshd.user);
    const error = await failureOf({
      sshArgs: `${sshd.sshArgs} -o ProxyCommand="sh -c 'echo no way >&2; exit 3'"`,
    });
    expect(error.message).toMatch(/ProxyCommand ended with exit code 3: no way/);
  });

  it.each<[string, Partial<ConnectionSpec>, RegExp]>([
    ['a closed port', { port: 1 }, /cannot connect to .* port 1: connection refused/],
    ['an unknown name', { address: 'no-such-host.invalid' }, /the name cannot be resolved/],
    ['an unreadable jump host', { sshArgs: '-F none -J a:b:c' }, /ProxyJump "a:b:c" is not/],
  ])('explains %s', async (_title, overrides, message) => {
    const error = await failureOf(overrides);
    expect(error.message).toMatch(message);
  });

  it('gives up a server that says nothing, and one that is none', async () => {
    const servers: Server[] = [];
    const listen = (answer: string | undefined) =>
      new Promise<number>((resolve) => {
        const server = createServer((socket) => {
          socket.on('error', () => undefined);
          if (answer !== undefined) socket.end(answer);
        });
        servers.push(server);
        server.listen(0, sshd.host, () => {
          const address = server.address();
          resolve(typeof address === 'object' && address ? address.port : 0);
        });
      });
    const silent = await failureOf({ port: await listen(undefined), connectTimeoutMs: 700 });
    expect(silent.message).toMatch(/no login within 0\.7 s/);
    const web = await failureOf({
      port: await listen('HTTP/1.1 400 Bad Request\r\n\r\n'),
      connectTimeoutMs: 3_000,
    });
    expect(web).toBeInstanceOf(ConnectionError);
    for (const server of servers) server.close();
  });

  it('lets the process end after close', async () => {
    const script = [
      `import { connect } from ${JSON.stringify(new URL('../../src/connection/index.ts', import.meta.url).pathname)};`,
      `const connection = await connect(${JSON.stringify(sshd.spec())});`,
      `await connection.shell({ script: ':', timeoutMs: 9_000, locale: 'C', kind: 'read' });`,
      `await connection.exec({ script: ':', timeoutMs: 60_000, locale: 'C', kind: 'step' });`,
      'await connection.close();',
    ].join('\n');
    const file = join(sshd.directory, 'ends.mts');
    writeFileSync(file, script);
    const tsx = new URL('../../node_modules/.bin/tsx', import.meta.url).pathname;
    expect(() => execFileSync(tsx, [file], { timeout: 20_000 })).not.toThrow();
  });
});
