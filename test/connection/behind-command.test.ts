import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection, ExecRequest, ExecResult } from '../../src/connection/connection.ts';
import { createReads } from '../../src/connection/create-reads.ts';
import type { HostConnection } from '../../src/connection/host-connection.ts';
import { connectionWith, shells, temporaryDirectory } from './shells.ts';

const read = (script: string, timeoutMs = 10_000) =>
  ({ script, timeoutMs, locale: 'C', kind: 'read' }) as const;

/** Runs a durable command, and asks behind it what `ask` does. */
async function runWith<T>(
  connection: HostConnection,
  script: string,
  ask: (behind: Connection) => Promise<T>,
  more: Partial<ExecRequest> = {},
): Promise<{ result: ExecResult; asked: T | undefined }> {
  let asked: Promise<T> | undefined;
  const result = await connection.exec({
    ...{ script, timeoutMs: 10_000, locale: 'C', kind: 'step', durable: true },
    ...more,
    behind: (behind) => {
      asked = ask(behind);
      asked.catch(() => undefined);
    },
  });
  return { result, asked: await asked };
}

describe.each(shells)('reads behind a command on its channel on %s', (shell) => {
  let connection: HostConnection;
  beforeAll(() => {
    connection = connectionWith(shell);
  });
  afterAll(() => connection.close());

  it('see what the command did, and cost nothing more', async () => {
    const file = join(temporaryDirectory(), 'file');
    await connection.shell(read(':'));
    const { writes, channels } = connection.counters;
    const { result, asked } = await runWith(
      connection,
      `sleep 0.3; printf 'new text\\n' >${file}; echo done; echo err >&2; exit 3`,
      (behind) => {
        const reads = createReads(behind, undefined);
        return Promise.all([reads.stat(file), reads.content(file), behind.shell(read('echo last'))]);
      },
    );
    expect(result).toMatchObject({ exitCode: 3, stdout: 'done\n', stderr: 'err\n' });
    const [stat, content, last] = asked ?? [];
    expect([stat?.size, content?.toString(), last?.stdout]).toEqual([9, 'new text\n', 'last\n']);
    // The one write is the tidying up after the command.
    await connection.shell(read(':'));
    expect(connection.counters.writes - writes).toBe(2);
    expect(connection.counters.channels - channels).toBe(1);
  });

  it('may be asked for while the command is under way, and go the usual way when it has ended', async () => {
    const directory = temporaryDirectory();
    const gate = join(directory, 'gate');
    const answers: string[] = [];
    let host: Connection = connection;
    const { asked } = await runWith(
      connection,
      `while [ ! -e ${gate} ]; do sleep 0.05; done; echo over >${directory}/log`,
      async (behind) => {
        host = behind;
        const first = behind.shell(read(`cat ${directory}/log; echo first`));
        await connection.shell(read('sleep 0.1'));
        const second = behind.shell(read(`cat ${directory}/log; echo second`));
        await connection.shell(read(':'));
        writeFileSync(gate, '');
        for (const reply of [first, second]) answers.push((await reply).stdout);
        return answers;
      },
    );
    expect(asked).toEqual(['over\nfirst\n', 'over\nsecond\n']);
    expect((await host.shell(read('echo later'))).stdout).toBe('later\n');
  });

  it('are asked again in the usual way where the shell of the channel is gone', async () => {
    const log = join(temporaryDirectory(), 'log');
    const { result, asked } = await runWith(
      connection,
      // The parent of the runner's parent.
      `echo step >>${log}; read -r _ _ _ shell _ </proc/$PPID/stat; kill -KILL $shell`,
      (behind) => behind.shell(read(`echo read >>${log}; cat ${log}`)),
    );
    expect(result).toBeDefined();
    expect(asked?.stdout).toBe('step\nread\n');
  });

  it('are answered when the command was ended at its deadline', async () => {
    const log = join(temporaryDirectory(), 'log');
    const { result, asked } = await runWith(
      connection,
      `echo begun >>${log}; sleep 30; echo never >>${log}`,
      (behind) => behind.shell(read(`cat ${log}`)),
      { timeoutMs: 500 },
    );
    expect([result.timedOut, asked?.stdout]).toEqual([true, 'begun\n']);
  });

  it('are left out where the command is fed over its channel, and for commands that are not durable', async () => {
    const large = Buffer.alloc(100_000, 'a');
    const fed = await runWith(connection, 'wc -c', async () => 'asked', { stdin: large });
    expect([fed.result.stdout.trim(), fed.asked]).toEqual(['100000', undefined]);
    const plain = await runWith(connection, 'echo plain', async () => 'asked', { durable: false });
    expect([plain.result.stdout, plain.asked]).toEqual(['plain\n', undefined]);
  });

  it('that take too long are taken for such, and nothing waits for them', async () => {
    const { result, asked } = await runWith(connection, 'echo quick', (behind) =>
      behind.shell(read('sleep 30', 300)),
    );
    expect([result.stdout, asked?.timedOut]).toEqual(['quick\n', true]);
  });
});

describe('tidying up after a durable command', () => {
  it('is done before the connection is closed', async () => {
    const connection = connectionWith('dash');
    const place = temporaryDirectory();
    const script = `ls -d ${place}/mooring-spool-*`;
    const env = `TMPDIR=${place}; export TMPDIR`;
    await connection.shell({ ...read(':'), kind: 'step' });
    const result = await connection.exec({
      ...{ script: `${env}; ${script}; :`, timeoutMs: 10_000, locale: 'C', kind: 'step', durable: true },
    });
    expect(result.exitCode).toBe(0);
    await connection.close();
    expect(readdirSync(place)).toEqual([]);
    expect(existsSync(place)).toBe(true);
  });
});
