import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect as tcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineModule, type Module, type Step } from '../../src/module/index.ts';
import { runTasks, type WorldOptions } from './run-world.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mooring-timeouts-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A module that plans these steps after a read that takes a while. */
function slow(name: string, steps: readonly Step[], read: () => Promise<unknown> = async () => ({})): Module {
  return defineModule({
    ...{ name, summary: 's', kind: 'action', params: { type: 'object' }, examples: '', read },
    plan: () => ({ steps }),
    result: ({ outcomes }) => ({ stdout: outcomes[0]?.exec?.stdout ?? '' }),
  });
}

const sleeps: readonly Module[] = [
  slow('short_step', [{ kind: 'run', summary: 'a short step', script: 'echo part; sleep 60' }]),
  slow('long_step', [{ kind: 'run', summary: 'a long step', script: 'echo part; sleep 60', long: true }]),
  slow('own_limit', [{ kind: 'run', summary: 'own limit', script: 'sleep 60', timeoutMs: 1000 }]),
  slow('endless_read', [], () => new Promise(() => undefined)),
  slow('waits', [
    {
      kind: 'wait',
      summary: 'wait for it',
      timeoutMs: 60_000,
      intervalMs: 50,
      until: { kind: 'command', argv: ['false'] },
    },
  ]),
  slow('only_waits', [
    { kind: 'wait', summary: 'let time pass', timeoutMs: 60_000, until: { kind: 'time' } },
  ]),
];

const run = (tasks: string, more: WorldOptions = {}) => runTasks(tasks, { root, modules: sleeps, ...more });

describe('what takes longer than the timeout of its task', () => {
  it.each([
    [
      'shell: echo part; echo err >&2; sleep 60',
      'timed out after 1 s',
      { stdout: 'part', stderr: 'err', rc: 137 },
    ],
    ['short_step:', 'timed out after 1 s: a short step', { stdout: 'part\n' }],
    ['long_step:', 'timed out after 1 s: a long step', { stdout: 'part\n' }],
    ['endless_read:', 'timed out after 1 s: its look at the host took too long', {}],
    ['waits:', 'timed out after 1 s: wait for it: not within 1 s; last seen: exit code 1', {}],
    ['only_waits:', 'timed out after 1 s: let time pass', {}],
    ['pause: {seconds: 60}', /^timed out after 1 s: /, {}],
    ['wait_for: {path: /nowhere, timeout: 60}', /^timed out after 1 s: /, {}],
  ])('%s', async (call, message, values) => {
    const ended = await run(`- name: slow\n  ${call}\n  timeout: 1\n`, { speculate: true });
    expect(ended.outcomes).toEqual(['h1 slow: failed']);
    const result = ended.result('slow');
    if (typeof message === 'string') expect(result.message).toBe(message);
    else expect(result.message).toMatch(message);
    expect(result.values).toMatchObject({
      timedout: { period: 1 },
      failed: true,
      msg: result.message,
      ...values,
    });
    expect(result.durationMs).toBeLessThan(4000);
  });

  it('uri: an answer that does not come', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const tasks = ['GET', 'POST'].map(
      (method) =>
        `- name: ${method}\n  uri: {url: 'http://127.0.0.1:${port}/', method: ${method}}\n  timeout: 1\n  ignore_errors: true\n`,
    );
    const ended = await run(tasks.join(''), { openTcp: (host, at) => tcp(at, host), speculate: true });
    server.close();
    for (const method of ['GET', 'POST']) {
      expect(ended.result(method).message).toMatch(/^timed out after 1 s/);
      expect(ended.result(method).values['timedout']).toEqual({ period: 1 });
    }
  });

  it('its processes are gone', async () => {
    await run(`- name: slow\n  shell: sleep 60 & echo $! > ${root}/child; wait\n  timeout: 1\n`, {
      speculate: true,
    });
    const pid = readFileSync(join(root, 'child'), 'utf8').trim();
    expect(
      existsSync(`/proc/${pid}`) && !/State:\s+Z/.test(readFileSync(`/proc/${pid}/status`, 'utf8')),
    ).toBe(false);
  });

  it('fails whatever failed_when says, and is not tried again', async () => {
    const ended = await run(
      `
- name: judged
  shell: sleep 60
  timeout: 1
  failed_when: false
  ignore_errors: true
  register: out
- name: seen
  assert: {that: [out is failed, out.timedout.period == 1]}
- name: tried
  shell: sleep 60
  timeout: 1
  until: false
  retries: 5
  ignore_errors: true
- block:
    - {name: rescued, shell: sleep 60, timeout: 1}
  rescue:
    - {name: rescue, debug: {msg: '{{ ansible_failed_result.timedout.period }}'}}
`,
      { speculate: true },
    );
    expect(ended.outcomes).toEqual([
      'h1 judged: failed (ignored)',
      'h1 seen: ok',
      'h1 tried: failed (ignored)',
      'h1 rescued: failed',
      'h1 rescue: ok',
    ]);
    expect(ended.events.filter(({ event }) => event === 'retry')).toEqual([]);
  });

  it('a limit of a step is named as such', async () => {
    const ended = await run('- name: slow\n  own_limit:\n', { speculate: true });
    expect(ended.result('slow').message).toBe('own limit: timed out after 1 s and was killed');
    expect(ended.result('slow').values['timedout']).toEqual({ period: 1 });
  });

  it.each([
    ['', 600_000],
    ['  timeout: 3600\n', 3_600_000],
    ['  async: 7200\n  poll: 60\n', 7_200_000],
    ['  async: 7200\n  poll: 60\n  timeout: 60\n', 60_000],
  ])('a command may take as long as its task says: %j', async (keywords, expected) => {
    const ended = await runTasks(`- name: x\n  command: make\n${keywords}`, {
      reply: () => ({}),
      speculate: true,
    });
    const asked = ended.connections.get('h1')?.requests.map(({ request }) => request.timeoutMs) ?? [];
    expect(Math.max(...asked)).toBeGreaterThan(expected - 5000);
    expect(Math.max(...asked)).toBeLessThanOrEqual(expected);
  });

  it('the clock of a task does not run while another one has its host', async () => {
    const ended = await run('- name: slow\n  shell: sleep 1.5\n  timeout: 2\n', {
      hosts: { h1: { ansible_host: 'same' }, h2: { ansible_host: 'same' } },
      speculate: true,
    });
    expect(ended.outcomes.toSorted()).toEqual(['h1 slow: changed', 'h2 slow: changed']);
  });
});
