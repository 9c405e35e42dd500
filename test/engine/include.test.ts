import { describe, expect, it } from 'vitest';
import { runPlays, runTasks } from './run-world.ts';

const files = {
  'tasks/one.yml': `
- name: inside
  debug: {msg: '{{ inventory_hostname }} {{ item | default("") }}'}
`.replace('{{ item | default("") }}', '{{ default item "" }} {{ default extra "" }}'),
  'a.yml': '- name: in a\n  debug: {msg: x}\n',
  'b.yml': '- name: in b\n  thing: {name: a, value: x}\n  notify: tell\n',
  'self.yml': '- include_tasks: self.yml\n',
  'broken.yml': '- debuk: {msg: x}\n',
  'tagged.yml': '- name: tagged\n  debug: {msg: x}\n  tags: wanted\n- name: not tagged\n  debug: {msg: x}\n',
};

describe('include_tasks', () => {
  it('runs the tasks of a file with the variables of the include', async () => {
    const run = await runTasks(
      `
- name: include
  include_tasks: one.yml
  vars: {extra: more}
- name: after
  debug: {msg: x}
`,
      { files, hosts: ['h1', 'h2'] },
    );
    expect(run.outcomes.toSorted()).toEqual([
      'h1 after: ok',
      'h1 inside: ok',
      'h2 after: ok',
      'h2 inside: ok',
    ]);
    expect(run.result('inside', 'h2').values['msg']).toBe('h2  more');
    const [included] = run.events.filter((event) => event.event === 'included');
    expect(included).toMatchObject({ hosts: ['h1', 'h2'], file: expect.stringMatching(/tasks\/one\.yml$/) });
    expect(run.recap('h1')).toBe('ok=3');
  });

  it('tells of all items of a loop before the tasks of the first run', async () => {
    const run = await runTasks('- include_tasks: one.yml\n  loop: [x, y]\n', { files, hosts: ['h1', 'h2'] });
    const order = run.events.flatMap((event) => {
      if (event.event === 'included') return [`included ${event.item} for ${event.hosts.join(' ')}`];
      return event.event === 'task_start' ? [event.task.name] : [];
    });
    expect(order.slice(-4)).toEqual(['included x for h1 h2', 'included y for h1 h2', 'inside', 'inside']);
  });

  it('keeps the items of a loop with no_log to itself', async () => {
    const run = await runTasks('- include_tasks: a.yml\n  loop: [hush]\n  no_log: true\n', { files });
    expect(JSON.stringify(run.events.filter((event) => event.event === 'included'))).not.toContain('hush');
    expect(run.result('in a', 'h1').outcome).toBe('ok');
  });

  it('may name another file on each host', async () => {
    const run = await runPlays(
      `
- hosts: all
  tasks:
    - include_tasks: '{{ file }}.yml'
    - name: after
      debug: {msg: x}
  handlers:
    - name: tell
      debug: {msg: x}
`,
      { files, hosts: { h1: { file: 'a' }, h2: { file: 'b' } } },
    );
    expect(run.outcomes.toSorted()).toEqual([
      'h1 after: ok',
      'h1 in a: ok',
      'h2 after: ok',
      'h2 in b: changed',
      'h2 tell: ok',
    ]);
  });

  it('includes once for each item of a loop', async () => {
    const run = await runTasks('- include_tasks: one.yml\n  loop: [x, y]\n', { files });
    expect(run.outcomes).toEqual(['h1 inside: ok', 'h1 inside: ok']);
    const results = run.events.filter((event) => event.event === 'result');
    expect(results.map((event) => event.result.values['msg'])).toEqual(['h1 x ', 'h1 y ']);
    expect(new Set(results.map((event) => event.taskId)).size).toBe(2);
  });

  it('is skipped where its condition is false, and fails where the file is not there or wrong', async () => {
    const run = await runTasks(
      `
- name: no
  include_tasks: a.yml
  when: false
- block:
    - name: missing
      include_tasks: '{{ missing }}'
  rescue:
    - name: rescued
      include_tasks: a.yml
- name: wrong
  include_tasks: '{{ broken }}'
`,
      { files, extraVars: { broken: 'broken.yml', missing: 'nothing.yml' } },
    );
    expect(run.outcomes).toEqual(['h1 no: skipped', 'h1 missing: failed', 'h1 in a: ok', 'h1 wrong: failed']);
    expect(run.result('missing').message).toContain('looked for');
    expect(run.result('wrong').message).toMatch(/broken\.yml:1:3: .*debuk/);
  });

  it('ends with an error where a file includes itself', async () => {
    const run = await runTasks("- include_tasks: '{{ file }}'\n", { files, extraVars: { file: 'self.yml' } });
    expect(run.exitCode).toBe(2);
    expect(run.events.filter((event) => event.event === 'result').at(-1)?.result.message).toContain(
      'include itself',
    );
  });

  it('asks tags of the tasks inside', async () => {
    const run = await runTasks('- include_tasks: tagged.yml\n  tags: wanted\n', { files, tags: ['wanted'] });
    expect(run.outcomes).toEqual(['h1 tagged: ok']);
  });

  it('hands the keywords of apply to the tasks inside', async () => {
    const run = await runTasks(
      `
- include_tasks:
    file: a.yml
    apply: {when: false, tags: [x]}
`,
      { files },
    );
    expect(run.outcomes).toEqual(['h1 in a: skipped']);
  });

  it('is decided at run time where its file is, in check mode', async () => {
    const run = await runTasks(
      `
- command: ask
  register: out
- name: which
  include_tasks: '{{ out.stdout }}.yml'
`,
      { files, check: true },
    );
    expect(run.outcomes).toEqual(['h1 command: changed', 'h1 which: unknown']);
  });
});
