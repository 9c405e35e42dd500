import { describe, expect, it } from 'vitest';
import { defineModule, type Module } from '../../src/module/index.ts';
import { runTasks as runWorldTasks, type WorldOptions, type WorldRun } from './run-world.ts';

/** Waits until a thing has a value; gives up on the value `broken`. */
const settle = defineModule({
  name: 'settle',
  summary: 'Wait until a thing has its value.',
  kind: 'action',
  volatile: true,
  params: {
    type: 'object',
    required: ['name', 'value'],
    properties: {
      name: { type: 'string' },
      value: { type: 'string' },
      seconds: { type: 'number', default: 60 },
      hang: { type: 'boolean', default: false },
    },
  },
  examples: '- settle: {name: a, value: b}',
  async read() {
    return { asked: 'by read' };
  },
  plan(params) {
    return [
      {
        kind: 'wait',
        summary: `wait for ${params.name}`,
        until: { kind: 'look' },
        timeoutMs: params.seconds * 1000,
        intervalMs: 2,
      },
    ];
  },
  async look(host, params, { current, kept }) {
    if (params.hang) await new Promise(() => undefined);
    const looks = Number(kept ?? 0) + 1;
    const { stdout } = await host.run(['look', params.name]);
    const values = { looks, found: stdout, asked: current.asked };
    if (stdout === 'broken') return { done: false, seen: '', failure: `${params.name} is broken`, values };
    return { done: stdout === params.value, seen: `${params.name} is ${stdout}`, values, keep: looks };
  },
});

const modules: readonly Module[] = [settle];

/** Each look at a thing answers the next of its values, the last for ever. */
function runTasks(
  tasks: string,
  answers: readonly string[],
  options: WorldOptions = {},
): Promise<WorldRun & { readonly looks: () => number }> {
  let looks = 0;
  return runWorldTasks(tasks, {
    modules,
    speculate: true,
    reply: (_, { script }) =>
      script.includes('look ') ? { stdout: answers[Math.min(looks++, answers.length - 1)] ?? '' } : {},
    ...options,
  }).then((run) => ({ ...run, looks: () => looks }));
}

describe('a wait for the module’s own look', () => {
  it('looks until it is done, shows what is seen, and registers what the last look gave', async () => {
    const run = await runTasks(
      `
- name: wait
  settle: {name: a, value: '{{ wanted }}'}
  register: waited
  vars: {wanted: new}
- name: say
  debug: {msg: '{{ waited.looks }} {{ waited.found }} {{ waited.asked }}'}
`,
      ['old', 'older', 'new'],
    );
    expect(run.outcomes).toEqual(['h1 wait: ok', 'h1 say: ok']);
    expect(run.result('say').values).toMatchObject({ msg: '3 new by read' });
    const shown = run.events.flatMap((event) =>
      event.event === 'output' && event.stream === 'progress' ? [event.text] : [],
    );
    expect(shown).toEqual(['wait for a: a is old, 60 s left', 'wait for a: a is older, 60 s left']);
  });

  it('ends at once where waiting is of no use', async () => {
    const run = await runTasks('- name: wait\n  settle: {name: a, value: new}\n', ['old', 'broken', 'new']);
    expect(run.result('wait')).toMatchObject({ outcome: 'failed', message: 'a is broken' });
    expect(run.result('wait').values).toMatchObject({ looks: 2, found: 'broken' });
    expect(run.looks()).toBe(2);
  });

  it('fails at the deadline with what was last seen', async () => {
    const run = await runTasks('- name: wait\n  settle: {name: a, value: new, seconds: 0.05}\n', ['old']);
    expect(run.result('wait')).toMatchObject({
      outcome: 'failed',
      message: 'wait for a: not within 0 s; last seen: a is old',
      values: { found: 'old' },
    });
  });

  it('does not outlast the time of its task for a look that never ends', async () => {
    const tasks = '- name: wait\n  settle: {name: a, value: b, hang: true}\n  timeout: 1\n';
    const run = await runTasks(tasks, []);
    expect(run.result('wait').outcome).toBe('failed');
  });

  it.each([
    { answers: ['new'], outcome: 'ok', message: undefined },
    { answers: ['old'], outcome: 'unknown', message: 'decided at run time: wait for a: a is old for now' },
    { answers: ['broken'], outcome: 'failed', message: 'a is broken' },
  ])('looks once in check mode: $answers.0 is $outcome', async ({ answers, outcome, message }) => {
    const run = await runTasks('- name: wait\n  settle: {name: a, value: new}\n', answers, { check: true });
    expect(run.result('wait').outcome).toBe(outcome);
    expect(run.result('wait').message).toBe(message);
    expect(run.looks()).toBe(1);
  });

  it('does not look in check mode after what was only simulated', async () => {
    const tasks = '- command: change\n- name: wait\n  settle: {name: a, value: new}\n';
    const run = await runTasks(tasks, ['old'], { check: true });
    expect(run.result('wait').message).toMatch(/wait for a: waits for what earlier steps would do$/);
    expect(run.looks()).toBe(0);
  });
});
