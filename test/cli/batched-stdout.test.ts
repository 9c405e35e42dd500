import { execFile } from 'node:child_process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { flushStdout, writeBatched } from '../../src/cli/batched-stdout.ts';

const mostHeld = 16_384;

describe('lines on standard output', () => {
  let writes: string[] = [];

  beforeEach(() => {
    writes = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk: unknown) => {
      writes.push(String(chunk));
      return true;
    });
  });

  afterEach(() => {
    flushStdout();
    vi.restoreAllMocks();
  });

  it('leave in one write where they are of one turn', async () => {
    for (const text of ['a\n', 'b\n', 'c\n']) writeBatched(text);
    expect(writes).toEqual([]);
    await nextTurn();
    expect(writes).toEqual(['a\nb\nc\n']);
  });

  it('leave in one write where promises and ticks of the turn write too', async () => {
    writeBatched('a');
    process.nextTick(() => writeBatched('b'));
    await Promise.resolve();
    writeBatched('c');
    await nextTurn();
    expect(writes.map((text) => [...text].sort().join(''))).toEqual(['abc']);
  });

  it('leave in one write for each turn', async () => {
    for (const texts of [['a', 'b'], ['c'], ['d', 'e']]) {
      for (const text of texts) writeBatched(text);
      await nextTurn();
    }
    expect(writes).toEqual(['ab', 'c', 'de']);
  });

  it('leave at the end of the turn, not with the next line', async () => {
    writeBatched('a');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(writes).toEqual(['a']);
  });

  it.each<[string, readonly number[], readonly number[]]>([
    ['just too few', [mostHeld - 1], []],
    ['enough', [mostHeld], [mostHeld]],
    ['more at once', [5 * mostHeld], [5 * mostHeld]],
    ['enough together', [mostHeld - 2, 1, 1, 5], [mostHeld]],
    ['enough twice', [10_000, 10_000, 10_000, 10_000, 3], [20_000, 20_000]],
  ])('leave at once where they are many: %s', async (_title, sizes, atOnce) => {
    for (const size of sizes) writeBatched('x'.repeat(size));
    expect(writes.map((text) => text.length)).toEqual(atOnce);
    await nextTurn();
    const sum = (all: readonly number[]): number => all.reduce((total, size) => total + size, 0);
    const left = sum(sizes) - sum(atOnce);
    expect(writes.map((text) => text.length)).toEqual([...atOnce, ...(left > 0 ? [left] : [])]);
  });

  it('leave at once on demand, and only once', async () => {
    writeBatched('a');
    writeBatched('b');
    flushStdout();
    expect(writes).toEqual(['ab']);
    flushStdout();
    await nextTurn();
    expect(writes).toEqual(['ab']);
  });

  it('are none where nothing is held', async () => {
    flushStdout();
    writeBatched('');
    await nextTurn();
    expect(writes).toEqual([]);
  });

  it('that come behind a demand leave at the end of their turn', async () => {
    writeBatched('a');
    flushStdout();
    writeBatched('b');
    writeBatched('c');
    expect(writes).toEqual(['a']);
    await nextTurn();
    expect(writes).toEqual(['a', 'bc']);
  });

  it('leave no listener behind for the end of the process', async () => {
    const before = process.listenerCount('exit');
    for (let turn = 0; turn < 20; turn++) {
      writeBatched('a');
      if (turn % 2 === 0) flushStdout();
      if (turn % 3 === 0) writeBatched('x'.repeat(mostHeld));
      writeBatched('b');
      expect(process.listenerCount('exit')).toBeLessThanOrEqual(before + 1);
      await nextTurn();
    }
    expect(process.listenerCount('exit')).toBe(before);
  });
});

describe('lines that are held when the process ends', () => {
  const source = new URL('../../src/cli/batched-stdout.ts', import.meta.url).href;

  /** @param code may use `write` and `flush`, and `line`, which is larger than what a pipe takes at once */
  async function printed(code: string): Promise<{ readonly stdout: string; readonly code: unknown }> {
    const script = `import { flushStdout as flush, writeBatched as write } from ${JSON.stringify(source)};
const line = 'x'.repeat(200_000) + '\\n';
${code}`;
    const argv = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', script];
    const ended = promisify(execFile)(process.execPath, argv, { timeout: 15_000, maxBuffer: 10_000_000 });
    return ended.then(
      ({ stdout }) => ({ stdout, code: 0 }),
      (error: { readonly stdout: string; readonly code: unknown }) => ({
        stdout: error.stdout,
        code: error.code,
      }),
    );
  }

  it.each<[string, string, string, number]>([
    ['at once', `write('a\\n'); write('b\\n'); process.exit(3);`, 'a\nb\n', 3],
    ['by itself', `write('a\\n'); write('b\\n');`, 'a\nb\n', 0],
    ['by an error', `write('a\\n'); throw new Error('x');`, 'a\n', 1],
    ['by an error of a promise', `write('a\\n'); await Promise.reject(new Error('x'));`, 'a\n', 1],
    ['behind a demand', `write('a\\n'); flush(); write('b\\n'); process.exit(0);`, 'a\nb\n', 0],
    [
      'at once, in a later turn',
      `write('a\\n'); setTimeout(() => { write('b\\n'); process.exit(4); }, 5);`,
      'a\nb\n',
      4,
    ],
    [
      'as another listener says more',
      `process.on('exit', () => write('b\\n')); write('a\\n'); process.exit(0);`,
      'a\nb\n',
      0,
    ],
    [
      'as an earlier listener demands',
      `process.on('exit', () => { flush(); }); write('a\\n'); process.exit(0);`,
      'a\n',
      0,
    ],
  ])('are written: it ends %s', async (_title, code, stdout, exitCode) => {
    expect(await printed(code)).toEqual({ stdout, code: exitCode });
  });

  it('are written whole where they are more than a pipe takes', async () => {
    const { stdout } = await printed(`write('a\\n'); write(line); write('b\\n'); process.exit(0);`);
    expect([stdout.slice(0, 3), stdout.slice(-4), stdout.length]).toEqual(['a\nx', 'x\nb\n', 200_005]);
  });
});
