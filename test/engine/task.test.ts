import { describe, expect, it } from 'vitest';
import { runTasks } from './run-world.ts';
import { runYaml } from './run-yaml.ts';

describe('conditions', () => {
  it('skips where a condition is false, and registers the skip', async () => {
    const run = await runTasks(`
- name: guarded
  thing: {name: a, value: b}
  when:
    - true
    - 1 > 2
  register: out
- name: after
  debug: {msg: '{{ out.skipped }}'}
- name: on skipped
  debug: {msg: yes it was}
  when: out is skipped
`);
    expect(run.outcomes).toEqual(['h1 guarded: skipped', 'h1 after: ok', 'h1 on skipped: ok']);
    expect(run.result('guarded').values).toMatchObject({ skipped: true, false_condition: '1 > 2' });
  });

  it('fails with the place of a condition that cannot be evaluated', async () => {
    const run = await runTasks(`
- name: wrong
  debug: {msg: hi}
  when: nobody.knows > 2
`);
    expect(run.result('wrong').outcome).toBe('failed');
    expect(run.result('wrong').message).toMatch(
      /"nobody.knows > 2" at .*play.yml:\d+:\d+: "nobody.knows" is not defined/,
    );
  });
});

describe('params', () => {
  it('gives them their types and defaults', async () => {
    const run = await runTasks(
      `
- name: typed
  thing: {name: '{{ 5 }}', value: a, flag: '{{ flag }}', tags: one, password: hush-hush}
`,
      { hosts: { h1: { flag: 'yes' } } },
    );
    expect(run.outcomes).toEqual(['h1 typed: changed']);
  });

  it('names every fault of params that became known only now', async () => {
    const run = await runTasks(
      `
- name: wrong
  thing: {name: a, value: '{{ list }}'}
`,
      { hosts: { h1: { list: [1] } } },
    );
    expect(run.result('wrong').message).toContain('params of thing: "value" must be a string, not a list');
  });

  it('takes module_defaults before the task and lets the task win', async () => {
    const run = await runYaml(
      `
- hosts: all
  module_defaults:
    debug: {msg: from the play}
  tasks:
    - name: default
      debug:
    - name: own
      debug: {msg: own}
`,
    );
    expect(run.result('default').values['msg']).toBe('from the play');
    expect(run.result('own').values['msg']).toBe('own');
  });
});

describe('results', () => {
  it('lets changed_when and failed_when see the registered result', async () => {
    const run = await runTasks(`
- name: never changed
  command: anything
  register: out
  changed_when: "'nothing' in out.stdout"
- name: found wrong
  command: anything
  register: out
  failed_when: "'said' in out.stdout"
  ignore_errors: true
- name: after
  debug: {msg: '{{ out.failed_when_result }}'}
`);
    expect(run.outcomes).toEqual([
      'h1 never changed: ok',
      'h1 found wrong: failed (ignored)',
      'h1 after: ok',
    ]);
    expect(run.result('after').values['msg']).toBe(true);
    expect(run.recap('h1')).toBe('ok=3 changed=1 ignored=1');
  });

  it('lets failed_when forgive a failed step', async () => {
    const run = await runTasks(`
- name: forgiven
  thing: {name: a, value: broken}
  register: out
  failed_when: false
`);
    expect(run.outcomes).toEqual(['h1 forgiven: changed']);
    expect(run.exitCode).toBe(0);
  });

  it('tries again until the condition holds', async () => {
    let tries = 0;
    const run = await runYaml(
      `
- hosts: all
  tasks:
    - name: patient
      command: count
      register: out
      until: out.stdout == '3'
      retries: 5
      delay: 0
`,
      { speculate: true, reply: () => ({ stdout: String(++tries) }) },
    );
    expect(run.outcomes).toEqual(['h1 patient: changed']);
    expect(run.result('patient').values).toMatchObject({ attempts: 3, stdout: '3' });
    expect(run.events.filter((event) => event.event === 'retry').map((event) => event.retriesLeft)).toEqual([
      5, 4,
    ]);
  });

  it('fails when the tries are used up: one more than retries', async () => {
    let tries = 0;
    const run = await runYaml(
      `
- hosts: all
  tasks:
    - name: impatient
      command: count
      register: out
      until: false
      retries: 2
      delay: 0
`,
      { speculate: true, reply: () => ({ stdout: String(++tries) }) },
    );
    expect(run.outcomes).toEqual(['h1 impatient: failed']);
    expect(tries).toBe(3);
  });

  it('keeps the error but not the params of a task with no_log', async () => {
    const run = await runTasks(`
- name: secret
  thing: {name: a, value: broken}
  no_log: true
`);
    const { message, values, diff, steps } = run.result('secret');
    expect({ message, diff, steps }).toEqual({
      message: 'set a: exit code 7: cannot set a',
      diff: [],
      steps: [],
    });
    expect(values).not.toHaveProperty('before');
    expect(values).toHaveProperty('censored');
  });
});

describe('loops', () => {
  it('runs every item, also after one that failed, and registers them all', async () => {
    const run = await runTasks(`
- name: many
  thing: {name: '{{ item.name }}', value: '{{ item.value }}'}
  loop:
    - {name: a, value: one}
    - {name: b, value: broken}
    - {name: c, value: three}
  loop_control:
    label: '{{ item.name }}'
    index_var: number
  register: out
  ignore_errors: true
- name: show
  debug: {msg: '{{ out.results.[2].item.name }} {{ out.results.[1].failed }}'}
`);
    const items = run.events.filter((event) => event.event === 'item_result');
    expect(items.map(({ result }) => `${result.label} ${result.outcome}`)).toEqual([
      'a changed',
      'b failed',
      'c changed',
    ]);
    expect(run.outcomes).toEqual(['h1 many: failed (ignored)', 'h1 show: ok']);
    expect(run.result('show').values['msg']).toBe('c true');
    expect(run.result('many').message).toContain('(item b)');
  });

  it('skips an empty list and asks `when` for each item', async () => {
    const run = await runTasks(`
- name: empty
  debug: {msg: x}
  loop: []
- name: odd
  debug: {msg: '{{ item }}'}
  loop: [1, 2, 3]
  when: item % 2 == 1
- name: guarded
  debug: {msg: '{{ item }}'}
  loop: '{{ nobody }}'
  when: false
`);
    expect(run.outcomes).toEqual(['h1 empty: skipped', 'h1 odd: ok', 'h1 guarded: skipped']);
    expect(run.result('odd').items?.map((item) => item.outcome)).toEqual(['ok', 'skipped', 'ok']);
  });

  it('gives ansible_loop where it was asked for', async () => {
    const run = await runTasks(`
- name: extended
  debug: {msg: '{{ ansible_loop.index }} of {{ ansible_loop.length }} {{ ansible_loop.last }}'}
  loop: [a, b]
  loop_control: {extended: true}
`);
    expect(run.result('extended').items?.map((item) => item.values['msg'])).toEqual([
      '1 of 2 false',
      '2 of 2 true',
    ]);
  });

  it('says what to do about a loop over a mapping', async () => {
    const run = await runTasks(
      `
- name: wrong
  debug: {msg: x}
  loop: '{{ map }}'
`,
      { hosts: { h1: { map: { a: 1 } } } },
    );
    expect(run.result('wrong').message).toContain('dict2items');
  });
});

describe('run_once and delegate_to', () => {
  it('runs on the first host and gives all the result', async () => {
    const run = await runTasks(
      `
- name: once
  command: whoami
  register: out
  run_once: true
- name: all know
  debug: {msg: '{{ out.stdout }}'}
`,
      { hosts: ['h1', 'h2', 'h3'] },
    );
    expect(run.outcomes.toSorted()).toEqual([
      'h1 all know: ok',
      'h1 once: changed',
      'h2 all know: ok',
      'h3 all know: ok',
    ]);
    expect(run.result('all know', 'h3').values['msg']).toBe('h1 said whoami');
    expect(run.recap('h2')).toBe('ok=1');
  });

  it('runs on the first host that its condition does not exclude', async () => {
    const run = await runTasks(
      `
- name: once
  command: whoami
  register: out
  run_once: true
  when: inventory_hostname != 'h1'
- name: nowhere
  command: whoami
  run_once: true
  when: false
- name: all know
  debug: {msg: '{{ out.stdout }}'}
`,
      { hosts: ['h1', 'h2', 'h3'] },
    );
    expect(run.outcomes.slice(0, 2)).toEqual(['h2 once: changed', 'h1 nowhere: skipped']);
    expect(run.result('all know', 'h1').values['msg']).toBe('h2 said whoami');
  });

  it('fails all hosts with the one that ran', async () => {
    const run = await runTasks(
      `
- name: once
  thing: {name: a, value: broken}
  run_once: true
- name: never
  debug: {msg: x}
`,
      { hosts: ['h1', 'h2'] },
    );
    expect(run.outcomes).toEqual(['h1 once: failed']);
    expect(run.exitCode).toBe(2);
  });

  it('acts on the delegate with the variables of the original host', async () => {
    const run = await runTasks(
      `
- name: elsewhere
  thing: {name: '{{ inventory_hostname }}', value: x}
  delegate_to: h2
`,
      { hosts: ['h1', 'h2'], limit: 'h1' },
    );
    expect(Object.keys(run.events.findLast((event) => event.event === 'recap')?.hosts ?? {})).toEqual(['h1']);
    expect(run.connections.get('h2')?.requests.map(({ request }) => request.script)).toContain('set h1 x');
    expect(run.connections.get('h1')?.requests ?? []).toEqual([]);
    const result = run.events.find((event) => event.event === 'result' && event.host === 'h1');
    expect(result).toMatchObject({ delegatedTo: 'h2' });
  });

  it('never lets tasks that act on one host come between a read and its steps', async () => {
    const run = await runTasks(
      `
- name: one target
  thing: {name: shared, value: '{{ inventory_hostname }}'}
  delegate_to: h1
`,
      { hosts: ['h1', 'h2', 'h3'], speculate: true },
    );
    const words = run.scripts('h1').map((script) => script.split(' ')[0]);
    // A look ahead of its turn may come anywhere; each step follows a look that no other step came after.
    expect(words.filter((word) => word === 'set')).toHaveLength(3);
    for (const [index, word] of words.entries()) {
      if (word === 'set') expect(words[index - 1]).toBe('look');
    }
  });
});
