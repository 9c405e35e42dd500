import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/model/event.ts';
import type { TaskResult } from '../../src/model/result.ts';
import { createHumanReport, createPaint } from '../../src/report/index.ts';

const position = { file: 'site.yml', line: 7, col: 5 };
const task = { id: 't1', name: 'install', module: 'apt', handler: false, position, noLog: false };
const place = { playId: 'p', taskId: 't1' };

function print(events: readonly RunEvent[], options: { verbosity?: number; check?: boolean } = {}): string[] {
  const lines: string[] = [];
  const emit = createHumanReport({
    writeLine: (line) => void lines.push(line),
    paint: createPaint(false),
    width: 30,
    verbosity: options.verbosity ?? 0,
    diff: false,
  });
  emit({ event: 'run_start', runId: 'r', playbooks: [], check: options.check ?? false, diff: false });
  for (const event of events) emit(event);
  return lines;
}

const play = (parallel: boolean, hosts = ['h1']): RunEvent => ({
  ...{ event: 'play_start', playId: 'p', name: 'Web' },
  hosts,
  parallel,
});

function result(outcome: TaskResult['outcome'], more: Partial<TaskResult> = {}): RunEvent {
  const base = { outcome, values: {}, diff: [], steps: [], warnings: [], durationMs: 1, ignored: false };
  return { event: 'result', ...place, host: 'h1', result: { ...base, ...more } };
}

const started: RunEvent = { event: 'task_start', playId: 'p', task };

test('a play, a task and its result', () => {
  expect(print([play(false), started, result('changed')])).toEqual([
    '',
    'PLAY [Web] *******************',
    '',
    'TASK [install] ***************',
    'changed: [h1]',
  ]);
});

test('assert shows the message of success that is written', () => {
  const assert: RunEvent = { event: 'task_start', playId: 'p', task: { ...task, module: 'assert' } };
  const values = { msg: 'all is well', changed: false };
  const lines = print([
    play(false),
    assert,
    result('ok', { message: 'all is well', values }),
    result('ok', { values }),
  ]);
  expect(lines.slice(4)).toEqual(['ok: [h1] => { "msg": "all is well" }', 'ok: [h1]']);
});

test('check mode is said in every headline', () => {
  expect(print([play(false)], { check: true })).toEqual(['', 'PLAY [Web] [CHECK MODE] ******']);
});

test('plays side by side: each line names its play, a headline comes when a line does', () => {
  const lines = print([play(true), started, result('ok')]);
  expect(lines.slice(2)).toEqual(['', 'TASK [Web | install] *********', 'Web | ok: [h1]']);
});

test('a play without hosts says so', () => {
  expect(print([play(false, [])]).at(-1)).toBe('skipping: no hosts matched');
});

test('a loop is told item by item, not once more as a whole', () => {
  const item = { outcome: 'ok', values: {}, diff: [], steps: [], warnings: [], durationMs: 1 } as const;
  const lines = print([
    play(false),
    started,
    {
      ...{ event: 'item_result', ...place, host: 'h1' },
      result: { ...item, ignored: false, label: 'a' },
    },
    result('ok', { items: [{ ...item, ignored: false, label: 'a' }] }),
  ]);
  expect(lines.slice(4)).toEqual(['ok: [h1] => (item=a)']);
});

test('output, retries, includes, warnings and lost handlers', () => {
  const events: readonly RunEvent[] = [
    play(false),
    started,
    { event: 'output', ...place, host: 'h1', stream: 'progress', text: 'waiting for the lock\n' },
    { event: 'output', ...place, host: 'h1', stream: 'stdout', text: 'quiet\n' },
    { event: 'retry', ...place, host: 'h1', attempt: 1, retriesLeft: 2 },
    { event: 'included', ...place, file: 'more.yml', hosts: ['h1', 'h2'] },
    { event: 'included', ...place, file: 'more.yml', hosts: ['h1'], item: 'a' },
    { event: 'warning', message: 'old', host: 'h1' },
    { event: 'handlers_lost', playId: 'p', host: 'h1', handlers: ['restart'] },
  ];
  const lines = print(events).slice(4);
  expect(lines).toEqual([
    '    [h1] waiting for the lock',
    'FAILED - RETRYING: [h1]: install (2 retries left).',
    'included: more.yml for h1, h2',
    'included: more.yml for h1 => (item=a)',
    '[WARNING]: [h1] old',
    '[WARNING]: [h1] handlers that were notified and did NOT run: restart',
  ]);
  expect(print(events, { verbosity: 1 })).toContain('    [h1] quiet');
  expect(print(events, { verbosity: 2 })).toContain('task path: site.yml:7');
});

test('chunks of a block with serial, and hosts that it did not reach', () => {
  const chunk = { event: 'chunk_start', playId: 'p', nodeId: 'b1', name: 'Restart' } as const;
  const lines = print([
    play(false, ['h1', 'h2', 'h3']),
    { ...chunk, hosts: ['h1'], number: 1, of: 3 },
    started,
    result('ok'),
    { ...chunk, hosts: ['h2'], number: 2, of: 3 },
    result('failed'),
    { ...chunk, event: 'not_reached', hosts: ['h3'], failed: ['h2'] },
  ]);
  expect(lines.slice(2)).toEqual([
    ...['', 'serial: [Restart] 1 of 3: h1', '', 'TASK [install] ***************', 'ok: [h1]'],
    ...['', 'serial: [Restart] 2 of 3: h2', '', 'TASK [install] ***************'],
    expect.stringMatching(/^fatal: \[h1\]: FAILED! =>/),
    'fatal: [h3]: NOT REACHED! => h2 failed before in "Restart"',
  ]);
});

describe('what is left behind', () => {
  const host = {
    ...{ ok: 1, changed: 1, unreachable: 0, failed: 1, skipped: 0, rescued: 0, ignored: 0, unknown: 0 },
  };
  const recap: RunEvent = {
    event: 'recap',
    hosts: { h1: host, h2: host, h3: { ...host, failed: 0 } },
    durationMs: 5,
    exitCode: 2,
    check: false,
    handlersLost: { h1: ["restart it's"], h2: ['restart', 'reload'], h3: ['restart', 'reload'] },
    leftOut: { h3: 'not reached: h2 failed before ("restart")' },
  };

  test('is listed last, with the way to get it', () => {
    expect(print([recap]).slice(7)).toEqual([
      '',
      'LEFT OUT, THOUGH NOTHING FAILED ON THEM ***',
      'h3                   : not reached: h2 failed before ("restart")',
      '',
      'HANDLERS THAT DID NOT RUN ****',
      "h1                   : restart it's",
      'h2                   : restart, reload',
      'h3                   : restart, reload',
      '',
      'What notified them is done: another run finds nothing to change and does not notify them.',
      'Once the cause is gone, run it again and ask for them:',
      "  mooring run … --notify 'restart it'\\''s' --limit h1",
      '  mooring run … --notify restart --notify reload --limit h2,h3',
      'With --force-handlers, handlers run on hosts that have failed, too.',
    ]);
  });

  test('is nothing to get back in check mode, where another run notifies them again', () => {
    expect(print([{ ...recap, check: true }]).join('\n')).not.toContain('--notify');
  });

  test('is not there where all went well', () => {
    const { handlersLost: _, leftOut: __, ...fine } = recap;
    expect(print([fine]).at(-1)).toBe('5 ms on 3 hosts');
  });
});
