import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunEvent } from '../../src/model/event.ts';
import { createPlainLive, createTerminalLive, type LiveReport } from '../../src/report/index.ts';

const position = { file: 'site.yml', line: 1, col: 1 };
const task = { id: 't1', name: 'install', module: 'apt', handler: false, position, noLog: false };
const place = { playId: 'p', taskId: 't1' };
const start = (host: string): RunEvent => ({ event: 'host_start', ...place, host });
const output = (text: string): RunEvent => ({
  event: 'output',
  ...place,
  host: 'h1',
  stream: 'stdout',
  text,
});
const recap: RunEvent = { event: 'recap', hosts: {}, durationMs: 0, exitCode: 0, check: false };
const clear = '\r\u001b[2K';

let written: string[];
let live: LiveReport;

beforeEach(() => {
  vi.useFakeTimers();
  written = [];
});
afterEach(() => {
  live.stop();
  vi.useRealTimers();
});

function onTerminal(columns = 80): void {
  const write = (text: string): void => void written.push(text);
  live = createTerminalLive({ writeRaw: write, writeLine: write, columns: () => columns });
  live.emit({ event: 'task_start', playId: 'p', task });
}

test('a terminal shows what runs longer than a second, for how long, and its last line', () => {
  onTerminal();
  live.emit(start('h1'));
  vi.advanceTimersByTime(800);
  expect(written).toEqual([]);
  live.emit(output('Unpacking a\r\n\u001b[1mUnpacking b\u001b[0m\n'));
  vi.advanceTimersByTime(1200);
  expect(written.at(-1)).toBe('[h1] install (2.0 s): Unpacking b');
});

test('a terminal counts several hosts and keeps to its width', () => {
  onTerminal(30);
  for (const host of ['h1', 'h2', 'h3']) live.emit(start(host));
  vi.advanceTimersByTime(2000);
  expect(written.at(-1)).toBe('3 hosts busy: h1 2.0 s, h2 2…');
});

test('a line printed above takes the live line away first, and the recap ends it', () => {
  onTerminal();
  live.emit(start('h1'));
  vi.advanceTimersByTime(1400);
  live.writeLine('ok: [h2]');
  expect(written.slice(-2)).toEqual([clear, 'ok: [h2]']);
  live.emit(recap);
  const count = written.length;
  vi.advanceTimersByTime(5000);
  expect(written).toHaveLength(count);
});

test('without a terminal a long task is mentioned now and then', () => {
  live = createPlainLive({ writeLine: (line) => void written.push(line), everySeconds: 30 });
  live.emit({ event: 'task_start', playId: 'p', task });
  live.emit(start('h1'));
  vi.advanceTimersByTime(29_000);
  expect(written).toEqual([]);
  vi.advanceTimersByTime(32_000);
  expect(written).toEqual([
    '... still running: [h1] install (30.0 s)',
    '... still running: [h1] install (1 min 00 s)',
  ]);
});
