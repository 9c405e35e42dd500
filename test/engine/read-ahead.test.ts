import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runPlays, runTasks } from './run-world.ts';

const ahead = { speculate: true };

function thingTasks(count: number): string {
  return Array.from({ length: count }, (_, index) => `- thing: {name: t${index}, value: x}`).join('\n');
}

function thingsOf(count: number, hosts: readonly string[] = ['h1']): Record<string, string> {
  const names = Array.from({ length: count }, (_, index) => `t${index}`);
  return Object.fromEntries(hosts.flatMap((host) => names.map((name) => [`${host}/${name}`, 'x'])));
}

describe('reading ahead', () => {
  it('issues the reads of a converged play together', async () => {
    let waiting = 0;
    let most = 0;
    const run = await runTasks(thingTasks(20), {
      ...ahead,
      reply: async () => {
        waiting++;
        most = Math.max(most, waiting);
        await new Promise((resolve) => setImmediate(resolve));
        waiting--;
        return { stdout: 'x' };
      },
    });
    expect(run.recap('h1')).toBe('ok=20');
    expect(run.scripts('h1')).toHaveLength(20);
  });

  it('reads again after a step on the same host, and only there', async () => {
    const things = thingsOf(4, ['h1', 'h2']);
    const run = await runTasks(thingTasks(4), {
      ...ahead,
      hosts: ['h1', 'h2'],
      things: { ...things, 'h1/t1': 'other' },
    });
    expect(run.outcomes).toContain('h1 thing: changed');
    expect(run.scripts('h2')).toHaveLength(4);
    expect(run.scripts('h1').slice(0, 5)).toEqual(['look t0', 'look t1', 'look t2', 'look t3', 'set t1 x']);
    expect(run.scripts('h1').slice(5)).toEqual(['look t2', 'look t3']);
  });

  it('never uses a read of another host that is older than a step on any host', async () => {
    const run = await runTasks(
      `
- thing: {name: a, value: new}
  when: inventory_hostname == 'h1'
- name: elsewhere
  outside: {name: a, 'on': h1}
`,
      { hosts: ['h1', 'h2'], things: { 'h1/a': 'old' } },
    );
    expect(run.result('elsewhere', 'h2').values).toMatchObject({ value: 'new' });
  });

  it('does not read for tasks that are not decided yet', async () => {
    const run = await runTasks(
      `
- command: ask
  register: out
- thing: {name: '{{ out.stdout }}', value: x}
- thing: {name: hidden, value: x}
  when: out.rc == 1
- thing: {name: clear, value: x}
`,
      { ...ahead, things: { 'h1/clear': 'x' }, hosts: ['h1'] },
    );
    const [first, second] = run.scripts('h1');
    expect([first, second].toSorted()).toEqual(['ask', 'look clear']);
    expect(run.scripts('h1').join()).not.toContain('hidden');
  });

  it('runs commands ahead only where they say twice that they look', async () => {
    const run = await runTasks(
      `
- thing: {name: a, value: x}
- name: looks
  command: look declared
  changed_when: false
  check_mode: false
- name: said once
  command: look once
  changed_when: false
`,
      { ...ahead, things: { 'h1/a': 'x', 'h1/declared': '1', 'h1/once': '2' } },
    );
    expect(run.scripts('h1')).toHaveLength(3);
    expect(run.scripts('h1').indexOf('look once')).toBe(2);
    expect(run.result('looks').values['stdout']).toBe('1');
  });

  it('stops at waiting, and at an include until its tasks are known', async () => {
    const run = await runPlays(
      `
- hosts: all
  tasks:
    - include_tasks: more.yml
    - thing: {name: b, value: x}
    - pause: {seconds: 0}
    - thing: {name: c, value: x}
`,
      { ...ahead, files: { 'more.yml': '- thing: {name: a, value: x}\n' } },
    );
    const scripts = run.scripts('h1');
    expect(scripts.slice(0, 2)).toEqual(['look a', 'look b']);
    expect(scripts.indexOf('set b x')).toBeLessThan(scripts.indexOf('look c'));
  });

  it('renders a file with the variables of its turn', async () => {
    const root = await mkdtemp(join(tmpdir(), 'mooring-render-'));
    const tasks = `
- copy: {content: zero, dest: '{{ dest }}'}
- set_fact: {x: one}
- template: {src: x.hbs, dest: '{{ dest }}'}
- set_fact: {x: two}
- template: {src: x.hbs, dest: '{{ dest }}'}
`;
    const options = { root, files: { 'templates/x.hbs': '{{ x }}' } };
    for (const speculate of [true, false]) {
      const vars = { x: 'zero', dest: join(root, `file-${speculate}`) };
      const run = await runTasks(tasks, { ...options, speculate, hosts: { h1: vars } });
      expect(run.recap('h1')).toBe('ok=5 changed=3');
      expect(await readFile(vars.dest, 'utf8')).toBe('two');
    }
    await rm(root, { recursive: true });
  });

  it('gives the same events for a long mix of changes, loops, skips and failures', async () => {
    const tasks = `
${thingTasks(12)}
- name: looped
  thing: {name: '{{ item }}', value: y}
  loop: [t1, t3, new, t5]
- name: changed by the loop
  thing: {name: t1, value: x}
  notify: tell
- name: fails
  thing: {name: z, value: broken}
  ignore_errors: true
- name: from another host
  outside: {name: t3, 'on': h2}
- name: once
  thing: {name: '{{ inventory_hostname }}', value: once}
  delegate_to: h2
- name: sees it
  probe: {name: h1}
  when: inventory_hostname == 'h2'
${thingTasks(5)}
`;
    const text = `- hosts: all
  tasks:
${tasks.replaceAll(/^/gm, '    ')}
  handlers:
    - name: tell
      thing: {name: t2, value: handled}
`;
    const hosts = ['h1', 'h2', 'h3'];
    const things = { ...thingsOf(6, ['h1', 'h3']), 'h2/t4': 'x' };
    const run = await runPlays(text, { hosts, things });
    expect(run.exitCode).toBe(0);
    const checked = await runPlays(text, { hosts, things, check: true });
    expect(checked.world.sets).toEqual([]);
  });
});
