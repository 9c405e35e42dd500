import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Become, Connection, ExecRequest, ShellRequest } from '../../src/connection/connection.ts';
import { connect, createReads, httpRequest, putFile } from '../../src/connection/index.ts';
import { CommandError, ConnectionError } from '../../src/model/errors.ts';
import { type Sshd, type SshdOptions, startSshd } from './sshd.ts';

const root: Become = { method: 'sudo', user: 'root' };

function read(script: string, more: Partial<ShellRequest> = {}): ShellRequest {
  return { script, timeoutMs: 10_000, locale: 'C', kind: 'read', ...more };
}

function step(script: string, more: Partial<ExecRequest> = {}): ExecRequest {
  return { script, timeoutMs: 20_000, locale: 'C', kind: 'step', ...more };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > giveUpAt) throw new Error('the condition never held');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Starts a server for one test, and ends it with the connection whatever happens. */
async function withSshd<T>(options: SshdOptions, action: (sshd: Sshd) => Promise<T>): Promise<T> {
  const sshd = await startSshd(options);
  try {
    return await action(sshd);
  } finally {
    await sshd.stop();
  }
}

async function withConnection<T>(
  sshd: Sshd,
  overrides: Parameters<Sshd['spec']>[0],
  action: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connect(sshd.spec(overrides));
  try {
    return await action(connection);
  } finally {
    await connection.close();
  }
}

describe('a connection over ssh', () => {
  let sshd: Sshd;
  let connection: Connection;
  beforeAll(async () => {
    sshd = await startSshd();
    connection = await connect(sshd.spec());
  });
  afterAll(async () => {
    await connection.close();
    await sshd.stop();
  });

  it('runs scripts as the login user, and as root with become', async () => {
    const [own, other] = await Promise.all([
      connection.shell(read('id -un; echo "$HOME"')),
      connection.shell(read('id -un; echo "$HOME"', { become: root })),
    ]);
    expect([own?.stdout, other?.stdout]).toEqual([`${sshd.user}\n${sshd.home}\n`, 'root\n/root\n']);
  });

  it('opens one channel per user, whatever is asked', async () => {
    await connection.shell(read(':'));
    await connection.shell(read(':', { become: root }));
    const { channels, writes } = connection.counters;
    await Promise.all(Array.from({ length: 30 }, (_, index) => connection.shell(read(`echo ${index}`))));
    expect([connection.counters.channels - channels, connection.counters.writes - writes]).toEqual([0, 1]);
  });

  it('puts a big file in place, as root, through its own channel', async () => {
    const bytes = Buffer.alloc(5_000_000, 'data\0');
    const path = join(sshd.home, 'big');
    await putFile(connection, root, { path, content: bytes, mode: '0600' });
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('tells the typed reads what this user may not see', async () => {
    const reads = createReads(connection);
    await expect(reads.content('/root/x')).rejects.toThrow(/permission denied/);
    await expect(reads.stat('/root/x')).rejects.toThrow(/Permission denied/);
    await expect(reads.list('/root')).rejects.toThrow(/permission denied/);
    await expect(
      putFile(connection, undefined, { path: '/etc/x', content: Buffer.alloc(0) }),
    ).rejects.toMatchObject({
      ...{ message: expect.stringMatching(/Permission denied/), hint: 'become may be missing' },
    });
    expect(await createReads(connection, root).content('/root/no-such-file')).toBeUndefined();
  });

  it('ends a stuck request, its children too, over a second channel as the same user', async () => {
    const file = join(sshd.home, 'pids');
    const stuck = connection.shell(
      read(`sleep 300 & echo $! >${file}; sleep 300`, { timeoutMs: 500, become: root }),
    );
    const behind = connection.shell(read('echo behind', { become: root }));
    expect(await stuck).toMatchObject({ timedOut: true, signal: 'KILL' });
    expect((await behind).stdout).toBe('behind\n');
    const pid = readFileSync(file, 'utf8').trim();
    await until(() => !existsSync(`/proc/${pid}`));
  });

  it('never shows a script to other users', async () => {
    const done = connection.exec(step('secret=s3cr3t-in-script; sleep 0.5; echo "$secret"'));
    await connection.shell(read('sleep 0.2'));
    expect(execFileSync('ps', ['axww', '-o', 'args']).toString()).not.toContain('s3cr3t-in-script');
    expect((await done).stdout).toBe('s3cr3t-in-script\n');
  });

  it('reaches services of the host through the connection, names resolved there', async () => {
    const server = createServer((_request, response) => response.end('inside'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const url = `http://localhost:${port}/`;
    expect((await httpRequest(connection, { method: 'GET', url, via: 'host' })).body.toString()).toBe(
      'inside',
    );
    await new Promise((resolve) => server.close(resolve));
    const refused = httpRequest(connection, { method: 'GET', url, via: 'host' });
    await expect(refused).rejects.toThrow(
      /cannot connect from there to localhost port \d+: Connection refused/,
    );
    await expect(refused).rejects.toBeInstanceOf(CommandError);
  });
});

describe('a lost connection', () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  it('is opened again silently where nothing was under way', async () => {
    await withConnection(sshd, {}, async (connection) => {
      await connection.shell(read(':'));
      await sshd.cut();
      expect((await connection.shell(read('echo back'))).stdout).toBe('back\n');
      expect((await connection.shell(read('echo on', { kind: 'step' }))).stdout).toBe('on\n');
    });
  });

  it('has its reads issued again, and its steps reported', async () => {
    await withConnection(sshd, {}, async (connection) => {
      const marker = join(sshd.home, 'cut-once');
      const slow = `if [ -e ${marker} ]; then echo again; else : >${marker}; sleep 30; fi`;
      const reads = Promise.all([connection.shell(read(slow)), connection.shell(read('echo second'))]);
      await until(() => existsSync(marker));
      await sshd.cut();
      expect((await reads).map(({ stdout }) => stdout)).toEqual(['again\n', 'second\n']);

      const started = join(sshd.home, 'step-started');
      const lost = connection.shell(read(`echo x >>${started}; sleep 30`, { kind: 'step' }));
      await until(() => existsSync(started));
      await sshd.cut();
      await expect(lost).rejects.toMatchObject({
        message: expect.stringMatching(/contact was lost while a step was under way/),
        hint: expect.stringMatching(/not known/),
      });
      await expect(lost).rejects.toBeInstanceOf(ConnectionError);
      const exec = connection.exec(step(`echo y >>${started}; sleep 30`));
      await until(() => readFileSync(started, 'utf8').includes('y'));
      await sshd.cut();
      await expect(exec).rejects.toBeInstanceOf(ConnectionError);
      expect(readFileSync(started, 'utf8')).toBe('x\ny\n');
    });
  });

  it('neither ends a durable command nor loses its output', async () => {
    await withConnection(sshd, {}, async (connection) => {
      let live = '';
      const lines = Array.from({ length: 8 }, (_, index) => `line ${index}\n`).join('');
      const done = connection.exec(
        step(
          'i=0; while [ $i -lt 8 ]; do echo "line $i"; i=$((i+1)); sleep 0.3; done; echo end >&2; exit 7',
          {
            durable: true,
            become: root,
            onOutput: (stream, chunk) => {
              if (stream === 'stdout') live += chunk.toString();
            },
          },
        ),
      );
      await until(() => live.includes('line 1'));
      expect(await sshd.cut()).toBeGreaterThan(0);
      expect(await done).toMatchObject({ exitCode: 7, stdout: lines, stderr: 'end\n', timedOut: false });
      expect(live).toBe(lines);
    });
  });

  it('is not tried again for a durable command once the connection was closed', async () => {
    const connection = await connect(sshd.spec());
    const started = join(sshd.home, 'durable-started');
    const done = connection.exec(step(`: >${started}; sleep 30`, { durable: true }));
    done.catch(() => undefined);
    await until(() => existsSync(started));
    await connection.close();
    await expect(done).rejects.toMatchObject({ hint: expect.stringMatching(/kept in mooring-spool-/) });
  });

  it('is reported where the server does not come back', async () => {
    const gone = await startSshd();
    const connection = await connect(gone.spec({ connectTimeoutMs: 2_000 }));
    await connection.shell(read(':'));
    await gone.stop();
    await expect(connection.shell(read(':'))).rejects.toThrow(/connection refused/);
    await expect(connection.shell(read(':'))).rejects.toBeInstanceOf(ConnectionError);
    await connection.close();
  });
});

describe('become', () => {
  const withPassword = (password: string): Become => ({ method: 'sudo', user: 'root', password });

  it('gives sudo its password, once, and remembers a refusal', async () => {
    await withSshd({ sudo: 'password' }, async (sshd) => {
      await withConnection(sshd, {}, async (connection) => {
        const become = withPassword(sshd.password);
        const results = await Promise.all([
          connection.shell(read('id -un', { become })),
          connection.exec(step('cat; id -un', { become, stdin: Buffer.from('payload\n') })),
        ]);
        expect(results.map(({ stdout }) => stdout)).toEqual(['root\n', 'payload\nroot\n']);
      });
      await withConnection(sshd, {}, async (connection) => {
        const become = withPassword('wrong');
        const refused = connection.shell(read('id -un', { become }));
        await expect(refused).rejects.toThrow('sudo to root on test-host: the password was refused');
        const { channels } = connection.counters;
        await expect(connection.exec(step('id', { become }))).rejects.toBeInstanceOf(CommandError);
        expect(connection.counters.channels).toBe(channels);
        await expect(connection.shell(read('id', { become: root }))).rejects.toThrow(
          /needs a password, and none is set/,
        );
        expect((await connection.shell(read('id -un'))).stdout).toBe(`${sshd.user}\n`);
      });
    });
  });

  it('explains requiretty, a missing rule and a missing sudo', async () => {
    await withSshd({ sudo: 'requiretty' }, (sshd) =>
      withConnection(sshd, {}, async (connection) => {
        const refused = connection.shell(read('id', { become: root }));
        await expect(refused).rejects.toMatchObject({ hint: expect.stringMatching(/"Defaults requiretty"/) });
      }),
    );
    await withSshd({ sudo: 'none' }, (sshd) =>
      withConnection(sshd, {}, async (connection) => {
        const become = withPassword(sshd.password);
        await expect(connection.shell(read('id', { become }))).rejects.toThrow(/is not allowed|refused/);
      }),
    );
    const path = execFileSync('mktemp', ['-d']).toString().trim();
    execFileSync('chmod', ['755', path]);
    execFileSync('ln', ['-s', '/bin/sh', join(path, 'sh')]);
    await withSshd({ config: [`SetEnv PATH=${path}`] }, (sshd) =>
      withConnection(sshd, {}, async (connection) => {
        await expect(connection.shell(read('id', { become: root }))).rejects.toThrow(
          /sudo is not installed there/,
        );
      }),
    );
  });

  it('goes by su with the password of the other user', async () => {
    await withSshd({}, (sshd) =>
      withConnection(sshd, {}, async (connection) => {
        const su = (password: string): Become => ({ method: 'su', user: sshd.user, password });
        expect((await connection.shell(read('id -un', { become: su(sshd.password) }))).stdout).toBe(
          `${sshd.user}\n`,
        );
        await expect(connection.exec(step('id', { become: su('wrong') }))).rejects.toThrow(
          /password was refused/,
        );
      }),
    );
  });
});

describe('shells that are none', () => {
  it.each<[string, SshdOptions, RegExp, RegExp]>([
    ['nologin', { shell: '/usr/sbin/nologin' }, /account is currently not available/i, /nologin/],
    ['false', { shell: '/bin/false' }, /exit code 1; nothing was printed/, /nologin or false/],
    ['ForceCommand', { config: ['ForceCommand echo only this'] }, /it printed: only this/, /ForceCommand/],
    [
      'a program that waits',
      { config: ['ForceCommand sleep 30'] },
      /nothing of ours came within 1\.5 s/,
      /ForceCommand/,
    ],
  ])('%s is explained', async (_title, options, message, hint) => {
    await withSshd(options, (sshd) =>
      withConnection(sshd, { connectTimeoutMs: 1_500 }, async (connection) => {
        const error: unknown = await connection.shell(read(':')).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(ConnectionError);
        expect(error).toMatchObject({
          message: expect.stringMatching(message),
          hint: expect.stringMatching(hint),
        });
      }),
    );
  });

  it('drops what a login shell prints by itself', async () => {
    await withSshd({ shell: '/bin/bash' }, async (sshd) => {
      writeFileSync(join(sshd.home, '.bashrc'), 'echo welcome; echo careful >&2; cd /\n');
      await withConnection(sshd, {}, async (connection) => {
        expect(await connection.shell(read('echo mine'))).toMatchObject({ stdout: 'mine\n', stderr: '' });
      });
    });
  });
});

describe('limits of the server', () => {
  it('runs fewer commands at once where MaxSessions is small', async () => {
    await withSshd({ config: ['MaxSessions 3'] }, (sshd) =>
      withConnection(sshd, {}, async (connection) => {
        await connection.shell(read(':'));
        const all = Array.from({ length: 8 }, (_, index) =>
          connection.exec(step(`sleep 0.2; echo ${index}`)),
        );
        expect((await Promise.all(all)).map(({ stdout }) => Number(stdout))).toEqual([
          0, 1, 2, 3, 4, 5, 6, 7,
        ]);
      }),
    );
  });

  it('names MaxSessions where not even one command fits', async () => {
    await withSshd({ config: ['MaxSessions 1'] }, (sshd) =>
      withConnection(sshd, {}, async (connection) => {
        await connection.shell(read(':'));
        await expect(connection.exec(step('true'))).rejects.toMatchObject({
          hint: expect.stringMatching(/MaxSessions/),
        });
      }),
    );
  });

  it('goes on while session keys are made anew', async () => {
    await withSshd({ config: ['RekeyLimit 1M'] }, (sshd) =>
      withConnection(sshd, {}, async (connection) => {
        const sent = await connection.exec(step('wc -c', { stdin: Buffer.alloc(8_000_000) }));
        expect(Number(sent.stdout)).toBe(8_000_000);
        const { stdoutBytes } = await connection.exec(step('head -c 8000000 /dev/zero'));
        expect(stdoutBytes.length).toBe(8_000_000);
        expect((await connection.shell(read('echo on'))).stdout).toBe('on\n');
      }),
    );
  });

  it('names AllowTcpForwarding', async () => {
    await withSshd({ config: ['AllowTcpForwarding no'] }, (sshd) =>
      withConnection(sshd, {}, async (connection) => {
        const refused = httpRequest(connection, { method: 'GET', url: 'http://localhost:9/', via: 'host' });
        await expect(refused).rejects.toMatchObject({
          message: expect.stringMatching(/does not forward TCP/),
          hint: expect.stringMatching(/AllowTcpForwarding.*via: direct/),
        });
      }),
    );
  });

  it('tries again where MaxStartups turns a login away', async () => {
    await withSshd({ config: ['MaxStartups 2:100:2'] }, async (sshd) => {
      const connections = await Promise.all(
        Array.from({ length: 12 }, () => connect(sshd.spec({ connectTimeoutMs: 20_000 }))),
      );
      const answers = await Promise.all(connections.map((connection) => connection.shell(read('echo in'))));
      expect(answers.every(({ stdout }) => stdout === 'in\n')).toBe(true);
      await Promise.all(connections.map((connection) => connection.close()));
    });
  });
});
