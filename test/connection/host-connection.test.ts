import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecRequest, ShellRequest } from '../../src/connection/connection.ts';
import type { HostConnection } from '../../src/connection/host-connection.ts';
import { CommandError, ConnectionError } from '../../src/model/errors.ts';
import { quoteWord } from '../../src/util/shell.ts';
import { connectionWith, shells, temporaryDirectory } from './shells.ts';

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, index) => index));

function read(script: string, more: Partial<ShellRequest> = {}): ShellRequest {
  return { script, timeoutMs: 10_000, locale: 'C', kind: 'read', ...more };
}

function step(script: string, more: Partial<ExecRequest> = {}): ExecRequest {
  return { script, timeoutMs: 10_000, locale: 'C', kind: 'step', ...more };
}

async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > giveUpAt) throw new Error('the condition never held');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isAlive(pid: number): boolean {
  const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '';
  return status !== '' && !/^State:\s+Z/m.test(status);
}

describe.each(shells)('the pipelined shell on %s', (shell) => {
  let connection: HostConnection;
  beforeAll(() => {
    connection = connectionWith(shell);
  });
  afterAll(() => connection.close());

  const run = async (script: string, more: Partial<ShellRequest> = {}) =>
    connection.shell(read(script, more));

  it.each<[string, string, number, string, string]>([
    ['keeps the streams apart', 'echo out; echo err >&2; exit 4', 4, 'out\n', 'err\n'],
    ['keeps output without a final line feed', "printf 'a\\nb'", 0, 'a\nb', ''],
    ['survives exit in the middle', 'echo a; exit 9; echo b', 9, 'a\n', ''],
    ['survives exec', 'exec echo replaced', 0, 'replaced\n', ''],
    ['runs its traps within the request', "trap 'echo bye' EXIT; exit 3", 3, 'bye\n', ''],
    ['takes a script that starts with a dash for a script', '-n; echo $?', 0, '127\n', expect.any(String)],
    ['allows a comment at the end', 'echo a # comment', 0, 'a\n', ''],
    ['allows here-documents', "cat <<'E'\nit's $HOME\nE\n", 0, "it's $HOME\n", ''],
    [
      'keeps quotes, backslashes and dollars',
      `printf %s ${quoteWord(`'"\\$\`!%*\t`)}`,
      0,
      `'"\\$\`!%*\t`,
      '',
    ],
    ['keeps text of any language', "printf %s '共享存储 ß 𝄞'", 0, '共享存储 ß 𝄞', ''],
    ['gives empty standard input', 'cat; read x; echo "[$x]"', 0, '[]\n', ''],
    ['sets LC_ALL=C', 'echo "$LC_ALL"', 0, 'C\n', ''],
    ['has the sbin directories in PATH', 'case ":$PATH:" in *:/usr/sbin:*) echo yes;; esac', 0, 'yes\n', ''],
  ])('%s', async (_title, script, exitCode, stdout, stderr) => {
    expect(await run(script)).toMatchObject({ exitCode, stdout, stderr, timedOut: false, truncated: false });
  });

  it('leaves nothing of one request behind for the next', async () => {
    const before = (await run('pwd; umask')).stdout;
    await run('cd /; umask 0; x=1; trap "" TERM; set -e; false; echo unseen');
    expect((await run('pwd; umask; echo "[$x]"')).stdout).toBe(`${before}[]\n`);
  });

  it('lets a syntax error end only its own request', async () => {
    const [bad, good] = await Promise.all([run('if then ('), run('echo good')]);
    expect(bad?.exitCode).not.toBe(0);
    expect(bad?.stderr).not.toBe('');
    expect(good).toMatchObject({ exitCode: 0, stdout: 'good\n' });
  });

  it('names the signal that ended a request', async () => {
    expect(await run('sh -c "kill -TERM \\$\\$"')).toMatchObject({ exitCode: 143, signal: 'TERM' });
  });

  it('keeps binary output, also what looks like a mark', async () => {
    const file = join(temporaryDirectory(), 'bytes');
    const bytes = Buffer.concat([everyByte, Buffer.from('\x1emooring-'), everyByte]);
    writeFileSync(file, bytes);
    expect((await run(`cat ${file}`)).stdoutBytes.equals(bytes)).toBe(true);
  });

  it.each<[string, Buffer]>([
    ['plain text', Buffer.from('line one\nit\'s $HOME `x` \\ "q"\n')],
    ['text without a final line feed', Buffer.from('no end')],
    ['every byte', everyByte],
    ['a line like the delimiter', Buffer.from('a\nMOORING_END_OF_PAYLOAD\nb\n')],
    ['100 000 bytes', Buffer.alloc(100_000, 'abc\0')],
  ])('hands %s to standard input, and nothing of the next request', async (_title, stdin) => {
    const [first, second] = await Promise.all([run('cat', { stdin }), run('echo next')]);
    expect(first?.stdoutBytes.equals(stdin)).toBe(true);
    expect(second?.stdout).toBe('next\n');
  });

  it('does not wait for children in the background, and drops what they print between replies', async () => {
    const directory = temporaryDirectory();
    const started = Date.now();
    expect((await run(`( sleep 0.3; echo late; : >${directory}/done ) & echo now`)).stdout).toBe('now\n');
    expect(Date.now() - started).toBeLessThan(250);
    await until(() => existsSync(join(directory, 'done')));
    expect((await run('echo after')).stdout).toBe('after\n');
  });

  it('writes the requests of a tick at once and answers each', async () => {
    await run(':');
    const { writes } = connection.counters;
    const replies = await Promise.all(
      Array.from({ length: 30 }, (_, index) => run(`echo ${index}; exit ${index}`)),
    );
    expect(connection.counters.writes - writes).toBe(1);
    expect(replies.map(({ stdout, exitCode }) => [stdout, exitCode])).toEqual(
      replies.map((_, index) => [`${index}\n`, index]),
    );
  });

  it('answers far more requests than may be under way at once', async () => {
    const padding = 'x'.repeat(1_000);
    const replies = await Promise.all(
      Array.from({ length: 700 }, (_, index) => run(`: ${padding}; echo ${index}`)),
    );
    expect(replies.map(({ stdout }) => Number(stdout))).toEqual(replies.map((_, index) => index));
  });

  it('drains both streams, whatever their order', async () => {
    const line = 'y'.repeat(99);
    const result = await run(
      `n=0; while [ $n -lt 3000 ]; do echo ${line} >&2; n=$((n+1)); done; n=0; while [ $n -lt 3000 ]; do echo ${line}; n=$((n+1)); done`,
    );
    expect([result.stdout.length, result.stderr.length]).toEqual([300_000, 300_000]);
  });

  it('cuts captured output at 10 MiB and says so', async () => {
    const result = await run('head -c 11000000 /dev/zero');
    expect(result).toMatchObject({ truncated: true, exitCode: 0 });
    expect(result.stdoutBytes.length).toBe(10 * 1024 * 1024);
    expect((await run('echo next')).stdout).toBe('next\n');
  });

  it('ends the whole process group at the deadline, and asks the reads behind it again', async () => {
    const file = join(temporaryDirectory(), 'pids');
    const stuck = run(`sleep 60 & echo $! >${file}; echo part; sleep 61`, { timeoutMs: 400 });
    const behind = run('echo behind');
    const laterStep = run('echo step', { kind: 'step' });
    laterStep.catch(() => undefined);
    expect(await stuck).toMatchObject({ timedOut: true, exitCode: 137, signal: 'KILL', stdout: 'part\n' });
    expect((await behind).stdout).toBe('behind\n');
    await expect(laterStep).rejects.toThrow(/was not run: the request before it took longer/);
    await expect(laterStep).rejects.toBeInstanceOf(CommandError);
    const pid = Number(readFileSync(file, 'utf8'));
    await until(() => !isAlive(pid));
  });

  it('runs the clock of a request only from when it is the oldest', async () => {
    const [slow, fast] = await Promise.all([
      run('sleep 0.6', { timeoutMs: 5_000 }),
      run('echo a', { timeoutMs: 400 }),
    ]);
    expect([slow?.timedOut, fast?.timedOut, fast?.stdout]).toEqual([false, false, 'a\n']);
  });

  it('opens an idle shell again that was lost', async () => {
    const pid = Number((await run('echo $$')).stdout);
    process.kill(pid, 'SIGKILL');
    await until(() => !isAlive(pid));
    expect((await run('echo back')).stdout).toBe('back\n');
  });

  it('issues reads again after a loss, steps never', async () => {
    const directory = temporaryDirectory();
    const log = join(directory, 'log');
    const die = `echo x >>${log}; [ -e ${directory}/died ] || { : >${directory}/died; kill -KILL $$; sleep 5; }`;
    const reads = Promise.all([run('echo one'), run(`${die}; echo two`), run('echo three')]);
    expect((await reads).map(({ stdout }) => stdout)).toEqual(['one\n', 'two\n', 'three\n']);
    expect(readFileSync(log, 'utf8')).toBe('x\nx\n');

    const stepLog = join(directory, 'steps');
    const lost = run(`echo x >>${stepLog}; kill -KILL $$; sleep 5`, { kind: 'step' });
    await expect(lost).rejects.toBeInstanceOf(ConnectionError);
    expect((await run('echo after')).stdout).toBe('after\n');
    expect(readFileSync(stepLog, 'utf8')).toBe('x\n');
  });

  it('gives up a read that ends its shell every time', async () => {
    await expect(run('kill -KILL $$; sleep 5')).rejects.toThrow(/contact was lost 3 times/);
  });
});

describe.each(shells)('commands on channels of their own on %s', (shell) => {
  let connection: HostConnection;
  beforeAll(() => {
    connection = connectionWith(shell);
  });
  afterAll(() => connection.close());

  it('streams output while the command runs', async () => {
    const seen: string[] = [];
    const gate = join(temporaryDirectory(), 'gate');
    const done = connection.exec(
      step(`echo first; echo err >&2; while [ ! -e ${gate} ]; do sleep 0.05; done; echo second; exit 5`, {
        onOutput: (stream, chunk) => seen.push(`${stream} ${chunk.toString().trim()}`),
      }),
    );
    await until(() => seen.length === 2);
    expect(seen.sort()).toEqual(['stderr err', 'stdout first']);
    writeFileSync(gate, '');
    expect(await done).toMatchObject({ exitCode: 5, stdout: 'first\nsecond\n', stderr: 'err\n' });
  });

  it.each<[string, Uint8Array | Readable, number]>([
    ['bytes in the script', Buffer.alloc(10_000, 'a\0'), 10_000],
    ['bytes behind the script', Buffer.alloc(3_000_000, 'a\0'), 3_000_000],
    ['a stream', Readable.from([Buffer.alloc(70_000, 1), Buffer.alloc(1, 2)]), 70_001],
  ])('feeds %s to standard input', async (_title, stdin, size) => {
    const result = await connection.exec(step('wc -c', { stdin }));
    expect(Number(result.stdout)).toBe(size);
  });

  it('never runs payload that the command did not read', async () => {
    const file = join(temporaryDirectory(), 'owned');
    const payload = Buffer.from(`\n: >${file}\n`.repeat(20_000));
    expect(await connection.exec(step('exit 0', { stdin: payload }))).toMatchObject({
      exitCode: 0,
      stdout: '',
    });
    expect(existsSync(file)).toBe(false);
  });

  it('ends with its main process, whatever its children hold', async () => {
    const started = Date.now();
    expect((await connection.exec(step('sleep 20 & echo main'))).stdout).toBe('main\n');
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  it('ends the process group at the deadline, also one that ignores the polite signal', async () => {
    const file = join(temporaryDirectory(), 'pid');
    const script = `sh -c 'trap "" TERM; echo $$ >${file}; while :; do sleep 0.1; done'`;
    const result = await connection.exec(step(script, { timeoutMs: 500 }));
    expect(result.timedOut).toBe(true);
    const pid = Number(readFileSync(file, 'utf8'));
    await until(() => !isAlive(pid));
  });

  it('runs at most 8 at once', async () => {
    const directory = temporaryDirectory();
    const gate = join(directory, 'gate');
    const count = () =>
      execFileSync('ls', [directory])
        .toString()
        .split('\n')
        .filter((name) => /^\d+$/.test(name)).length;
    const all = Array.from({ length: 11 }, (_, index) =>
      connection.exec(step(`: >${directory}/${index}; while [ ! -e ${gate} ]; do sleep 0.1; done`)),
    );
    await until(() => count() === 8);
    await connection.shell(read('sleep 0.3'));
    expect(count()).toBe(8);
    writeFileSync(gate, '');
    await Promise.all(all);
    expect(count()).toBe(11);
  });

  it('gives the streams of a command to the caller', async () => {
    const stream = await connection.execStream(step('tr a b; echo done >&2; exit 3'));
    stream.stdin.end(Buffer.alloc(500_000, 'a'));
    expect((await buffer(stream.stdout)).equals(Buffer.alloc(500_000, 'b'))).toBe(true);
    expect(await stream.done).toMatchObject({ exitCode: 3, stdout: '', stderr: 'done\n' });
  });

  it('holds a producer back whose reader is slow', async () => {
    const stream = await connection.execStream(step('head -c 30000000 /dev/zero; echo sent >&2'));
    stream.stdin.end();
    await until(() => stream.stdout.readableLength > 0);
    const before = process.memoryUsage().rss;
    await connection.shell(read('sleep 0.3'));
    expect(process.memoryUsage().rss - before).toBeLessThan(20_000_000);
    expect((await buffer(stream.stdout)).length).toBe(30_000_000);
  });

  it('does not hang where the reader leaves early', async () => {
    const stream = await connection.execStream(step('head -c 5000000 /dev/zero; exit 4'));
    stream.stdin.end();
    await until(() => stream.stdout.readableLength > 0);
    stream.stdout.destroy();
    expect((await stream.done).exitCode).toBe(4);
  });

  it('ends a streamed command on request', async () => {
    const stream = await connection.execStream(step('echo up; sleep 60'));
    await until(() => stream.stdout.readableLength > 0);
    stream.kill();
    stream.stdout.resume();
    expect((await stream.done).exitCode).toBe(143);
  });

  it('keeps a durable command in a session of its own and tidies up after it', async () => {
    const seen: string[] = [];
    const directory = temporaryDirectory();
    const where = join(directory, 'where');
    const result = await connection.exec(
      step(`ls -ld "\${0%/*}" >${where}; echo out; echo err >&2; cat; exit 6`, {
        durable: true,
        stdin: Buffer.from('payload'),
        onOutput: (stream) => seen.push(stream),
      }),
    );
    expect(result).toMatchObject({ exitCode: 6, stdout: 'out\npayload', stderr: 'err\n', timedOut: false });
    const [mode, , , , , , , , spool] = readFileSync(where, 'utf8').trim().split(/ +/);
    expect(mode).toMatch(/^drwx------/);
    // Nobody waits for the tidying, but what is asked next comes after it.
    await connection.shell(read(':'));
    expect(existsSync(spool ?? '')).toBe(false);
    expect(seen.length).toBeGreaterThan(0);
  });

  it('hands on the output of a durable command while it runs', async () => {
    const gate = join(temporaryDirectory(), 'gate');
    let seen = '';
    const done = connection.exec(
      step(`echo first; while [ ! -e ${gate} ]; do sleep 0.05; done; echo second`, {
        durable: true,
        onOutput: (_stream, chunk) => {
          seen += chunk.toString();
        },
      }),
    );
    await until(() => seen === 'first\n');
    writeFileSync(gate, '');
    expect((await done).stdout).toBe('first\nsecond\n');
  });

  it('ends a durable command at its deadline', async () => {
    const file = join(temporaryDirectory(), 'pid');
    const script = `echo $$ >${file}; echo part; sleep 60`;
    expect(await connection.exec(step(script, { durable: true, timeoutMs: 600 }))).toMatchObject({
      ...{ timedOut: true, stdout: 'part\n', stderr: '' },
    });
    const pid = Number(readFileSync(file, 'utf8'));
    await until(() => !isAlive(pid));
  });
});
