import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExecResult, StepChain } from '../../src/connection/connection.ts';
import type { HostConnection } from '../../src/connection/host-connection.ts';
import { StepNotRun } from '../../src/connection/in-flight.ts';
import { CommandError, ConnectionError } from '../../src/model/errors.ts';
import { connectionWith, shells, temporaryDirectory } from './shells.ts';

interface ChainStep {
  readonly script: string;
  readonly expect: StepChain['expect'];
  readonly stdin?: Buffer;
  readonly timeoutMs?: number;
}

let chains = 0;

/** Sends all steps at once; gives for each its result, or the error. */
async function sendChain(
  connection: HostConnection,
  steps: readonly ChainStep[],
): Promise<(ExecResult | Error)[]> {
  const id = `c${++chains}`;
  const replies = steps.map(({ script, expect: expected, stdin, timeoutMs = 10_000 }, index) =>
    connection.shell({
      ...{ script, timeoutMs, locale: 'C', kind: 'step' },
      chain: { id, isFirst: index === 0, expect: expected },
      ...(stdin ? { stdin } : {}),
    }),
  );
  const ends = await Promise.allSettled(replies);
  return ends.map((end) => (end.status === 'fulfilled' ? end.value : end.reason));
}

const payloads = [undefined, Buffer.from('text\n'), Buffer.from("it's\0odd"), Buffer.alloc(3_000, 'a\n')];

const anyStep = fc.record({
  code: fc.constantFrom(0, 0, 0, 1, 2, 255),
  expect: fc.constantFrom<StepChain['expect']>([0], [0], [0, 2], [1], [], 'any'),
  payload: fc.nat({ max: payloads.length - 1 }),
  how: fc.constantFrom('exit', 'return of a command', 'a syntax error', 'exec'),
});

function endingWith(code: number, how: string): string {
  if (how === 'exit') return `exit ${code}`;
  if (how === 'exec') return `exec sh -c 'exit ${code}'`;
  return how === 'a syntax error' ? 'if then (' : `sh -c 'exit ${code}'`;
}

describe.each(shells)('steps sent together on %s', (shell) => {
  let connection: HostConnection;
  beforeAll(() => {
    connection = connectionWith(shell);
  });
  afterAll(() => connection.close());

  it('runs each step only where all before it ended well, as if each had waited', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 6 }), async (steps) => {
        const log = join(temporaryDirectory(), 'log');
        const scripts = steps.map(
          ({ code, how }, index) => `echo ${index} >>${log}; ${endingWith(code, how)}`,
        );
        const replies = await sendChain(
          connection,
          steps.map(({ expect: expected, payload }, index) => {
            const stdin = payloads[payload];
            return { script: scripts[index] ?? '', expect: expected, ...(stdin ? { stdin } : {}) };
          }),
        );
        // What each would have ended with is what it did end with; a syntax error is the shell's to number.
        const codes = replies.map((reply) => (reply instanceof Error ? undefined : reply.exitCode));
        const wentWell = codes.map((code, index) => {
          const expected = steps[index]?.expect ?? [];
          return code !== undefined && (expected === 'any' || expected.includes(code));
        });
        const firstFailure = wentWell.indexOf(false);
        const ran = firstFailure < 0 ? steps.length : firstFailure + 1;
        for (const [index, reply] of replies.entries()) {
          if (index >= ran) expect(reply).toBeInstanceOf(StepNotRun);
          else if (steps[index]?.how !== 'a syntax error') {
            expect(reply).toMatchObject({ exitCode: steps[index]?.code });
          }
        }
        const logged = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
        const expected = steps.flatMap(({ how }, index) =>
          index < ran && how !== 'a syntax error' ? [String(index)] : [],
        );
        expect(logged).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('writes them at once, with the reads behind them', async () => {
    await connection.shell({ script: ':', timeoutMs: 5_000, locale: 'C', kind: 'read' });
    const { writes } = connection.counters;
    const file = join(temporaryDirectory(), 'file');
    const steps = sendChain(connection, [
      { script: `echo one >${file}`, expect: [0] },
      { script: `echo two >>${file}`, expect: [0] },
      { script: `echo three >>${file}; exit 3`, expect: [0, 3] },
    ]);
    const read = connection.shell({ script: `cat ${file}`, timeoutMs: 5_000, locale: 'C', kind: 'read' });
    expect((await read).stdout).toBe('one\ntwo\nthree\n');
    expect(await steps).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }, { exitCode: 3 }]);
    expect(connection.counters.writes - writes).toBe(1);
  });

  it('still answers reads that stand between and behind steps that were passed over', async () => {
    const failing = sendChain(connection, [
      { script: 'exit 4', expect: [0] },
      { script: 'echo never', expect: [0], stdin: Buffer.from('a\nMOORING\n') },
    ]);
    const read = connection.shell({ script: 'echo read', timeoutMs: 5_000, locale: 'C', kind: 'read' });
    expect(await failing).toEqual([expect.objectContaining({ exitCode: 4 }), expect.any(StepNotRun)]);
    expect((await read).stdout).toBe('read\n');
  });

  it('keeps chains apart: one that failed has no say in the next', async () => {
    await sendChain(connection, [{ script: 'exit 1', expect: [0] }]);
    const next = [
      { script: ':', expect: [0] },
      { script: 'echo yes', expect: [0] },
    ];
    expect(await sendChain(connection, next)).toMatchObject([{ exitCode: 0 }, { stdout: 'yes\n' }]);
  });

  it('takes no chain from the environment, and gives none to what it runs', async () => {
    const [, second] = await sendChain(connection, [
      { script: 'mooring_chain=forged; export mooring_chain; exit 1', expect: [0] },
      { script: 'echo never', expect: [0] },
    ]);
    expect(second).toBeInstanceOf(StepNotRun);
    const environment = await sendChain(connection, [{ script: 'env', expect: [0] }]);
    expect(environment).toMatchObject([{ stdout: expect.not.stringContaining('mooring_chain') }]);
  });

  it('tells all that were sent where the shell is lost under one of them, and runs none again', async () => {
    const log = join(temporaryDirectory(), 'log');
    const replies = await sendChain(connection, [
      { script: `echo one >>${log}`, expect: [0] },
      { script: `echo two >>${log}; kill -KILL $$; sleep 5`, expect: [0] },
      { script: `echo three >>${log}`, expect: [0] },
    ]);
    expect(replies).toEqual([
      expect.objectContaining({ exitCode: 0 }),
      expect.any(ConnectionError),
      expect.any(ConnectionError),
    ]);
    expect(readFileSync(log, 'utf8')).toBe('one\ntwo\n');
  });

  it('passes over the rest of a chain that began in a shell which is gone', async () => {
    const log = join(temporaryDirectory(), 'log');
    const chain = { id: 'lost', isFirst: true, expect: [0] };
    const base = { timeoutMs: 5_000, locale: 'C', kind: 'step' } as const;
    await connection.shell({ ...base, script: `echo one >>${log}`, chain });
    const kill = connection.shell({ ...base, script: 'kill -KILL $$; sleep 5' });
    await expect(kill).rejects.toBeInstanceOf(ConnectionError);
    const rest = connection.shell({
      ...base,
      script: `echo two >>${log}`,
      chain: { ...chain, isFirst: false },
    });
    await expect(rest).rejects.toBeInstanceOf(StepNotRun);
    expect(readFileSync(log, 'utf8')).toBe('one\n');
  });

  it('runs nothing behind a step that was ended at its deadline', async () => {
    const log = join(temporaryDirectory(), 'log');
    const replies = await sendChain(connection, [
      { script: 'sleep 60', expect: 'any', timeoutMs: 300 },
      { script: `echo two >>${log}`, expect: [0] },
    ]);
    expect(replies[0]).toMatchObject({ timedOut: true });
    expect(replies[1]).toBeInstanceOf(CommandError);
    expect(existsSync(log)).toBe(false);
  });
});
