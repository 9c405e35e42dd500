import { describe, expect, it } from 'vitest';
import { Unknown } from '../../src/model/index.ts';
import { runPlays, runTasks } from './run-world.ts';

const check = { check: true };

describe('check mode', () => {
  it('says what would change, with the difference, and changes nothing', async () => {
    const run = await runTasks(
      `
- name: would change
  thing: {name: a, value: new}
- name: is so
  thing: {name: b, value: old}
`,
      { ...check, things: { 'h1/a': 'old', 'h1/b': 'old' } },
    );
    expect(run.outcomes).toEqual(['h1 would change: changed', 'h1 is so: ok']);
    expect(run.result('would change')).toMatchObject({
      diff: [{ header: 'a', before: 'old', after: 'new' }],
      steps: ['set a'],
    });
    expect(run.world.sets).toEqual([]);
    expect(run.events.at(-1)).toMatchObject({ event: 'recap', exact: 2, unknown: 0, exitCode: 0 });
  });

  it('keeps no difference where diff is false, of items neither', async () => {
    const run = await runTasks(
      `
- name: one
  thing: {name: a, value: new}
  diff: false
- name: items
  thing: {name: "{{ item }}", value: new}
  loop: [a, b]
  diff: false
`,
      { ...check, things: { 'h1/a': 'old', 'h1/b': 'old' } },
    );
    expect(run.outcomes).toEqual(['h1 one: changed', 'h1 items: changed']);
    expect(JSON.stringify(run.events)).not.toContain('"after"');
  });

  it.each([true, false])(
    'marks what diff: true wants shown without --diff (check mode: %s)',
    async (isCheck) => {
      const tasks = `
- block:
    - name: one
      thing: {name: a, value: new}
    - name: items
      thing: {name: "{{ item }}", value: newer}
      loop: [a]
  diff: true
- name: unmarked
  thing: {name: b, value: new}
`;
      const run = await runTasks(tasks, {
        ...(isCheck ? check : {}),
        things: { 'h1/a': 'old', 'h1/b': 'old' },
      });
      const results = run.events.filter((event) => event.event === 'result' || event.event === 'item_result');
      expect(results.map(({ event, result }) => [event, result.showDiff, result.diff.length])).toEqual([
        ['result', true, 1],
        ['item_result', true, 1],
        ['result', undefined, 1],
        ['result', undefined, 1],
      ]);
    },
  );

  it('takes a param that is not known yet for one of any type', async () => {
    const run = await runTasks(
      `
- name: ask
  command: which thing
  register: found
- name: judged at run time
  assert:
    that: found.stdout == 'x'
    fail_msg: 'found {{ found.stdout }}'
`,
      check,
    );
    expect(run.outcomes).toEqual(['h1 ask: changed', 'h1 judged at run time: unknown']);
  });

  it('leaves undecided what hangs on a command that was only simulated', async () => {
    const run = await runTasks(
      `
- name: ask
  command: which thing
  register: found
- name: hangs on it
  debug: {msg: x}
  when: found.rc != 0
- name: decided all the same
  debug: {msg: x}
  when: found.rc != 0 or true
- name: false all the same
  debug: {msg: x}
  when:
    - found.rc != 0
    - false
- name: in its params
  thing: {name: a, value: '{{ found.stdout }}'}
  register: second
- name: hangs on that
  debug: {msg: x}
  when: second is changed
- name: loops over it
  debug: {msg: '{{ item }}'}
  loop: '{{ found.stdout_lines }}'
`,
      check,
    );
    expect(run.outcomes).toEqual([
      'h1 ask: changed',
      'h1 hangs on it: unknown',
      'h1 decided all the same: ok',
      'h1 false all the same: skipped',
      'h1 in its params: unknown',
      'h1 hangs on that: unknown',
      'h1 loops over it: unknown',
    ]);
    expect(run.result('hangs on it').message).toMatch(/^decided at run time: /);
    expect(run.recap('h1')).toBe('ok=2 changed=1 skipped=1 unknown=4');
    expect(run.exitCode).toBe(0);
  });

  it('registers what a simulated change would give as unknown, and its flags as known', async () => {
    const run = await runTasks(
      `
- thing: {name: a, value: new}
  register: out
- name: flags
  debug: {msg: '{{ out.changed }} {{ out.failed }} {{ out.before }}'}
- name: made by it
  debug: {msg: '{{ out.token }}'}
  register: shown
- name: kept in a fact
  set_fact: {token: '{{ out.token }}'}
- name: from the fact
  debug: {msg: x}
  when: token == 'x'
`,
      { ...check, things: { 'h1/a': 'old' } },
    );
    expect(run.result('flags').values['msg']).toBe('true false old');
    expect(run.result('made by it').values['msg']).toBeInstanceOf(Unknown);
    expect(run.result('from the fact').outcome).toBe('unknown');
  });

  it('taints the facts of a set_fact that is decided at run time', async () => {
    const run = await runTasks(
      `
- command: ask
  register: out
- name: perhaps
  set_fact: {mode: special}
  when: out.rc == 0
- name: hangs on the fact
  debug: {msg: x}
  when: mode | default('') == 'special'
`,
      check,
    );
    expect(run.outcomes.slice(1)).toEqual(['h1 perhaps: unknown', 'h1 hangs on the fact: unknown']);
  });

  it('really runs what says check_mode: false, and simulates what says true', async () => {
    const tasks = `
- name: real
  thing: {name: a, value: x}
  check_mode: false
- name: simulated
  thing: {name: b, value: x}
  check_mode: true
- name: looks only
  command: ask
  register: out
  changed_when: false
  check_mode: false
- name: uses it
  debug: {msg: '{{ out.stdout }}'}
`;
    const checked = await runTasks(tasks, check);
    expect(checked.world.sets).toEqual(['h1 a=x']);
    expect(checked.result('uses it').values['msg']).toBe('h1 said ask');
    const real = await runTasks(tasks);
    expect(real.world.sets).toEqual(['h1 a=x']);
    expect(real.outcomes).toContain('h1 simulated: changed');
  });

  it('leaves a read undecided that needs what was only simulated', async () => {
    const run = await runTasks(
      `
- thing: {name: a, value: x}
- name: needs it
  probe: {name: a}
- name: needs another
  probe: {name: b}
`,
      { ...check, things: { 'h1/b': 'y' } },
    );
    expect(run.outcomes.slice(1)).toEqual(['h1 needs it: unknown', 'h1 needs another: ok']);
    expect(run.result('needs it').message).toBe('decided at run time: a is only simulated so far');
  });

  it('does not fail for want of what an earlier task would have brought', async () => {
    const tasks = `
- name: before
  probe: {name: missing}
  ignore_errors: true
- thing: {name: a, value: x}
- name: after
  probe: {name: missing}
`;
    const run = await runTasks(tasks, check);
    expect(run.outcomes).toEqual(['h1 before: failed (ignored)', 'h1 thing: changed', 'h1 after: unknown']);
    expect(run.result('after').message).toContain('there is no missing');
  });

  it('simulates handlers of what would change', async () => {
    const run = await runPlays(
      `
- hosts: all
  tasks:
    - name: change
      thing: {name: a, value: x}
      notify: restart
  handlers:
    - name: restart
      command: restart it
`,
      check,
    );
    expect(run.outcomes).toEqual(['h1 change: changed', 'h1 restart: changed']);
    expect(run.scripts('h1')).toEqual(['look a']);
  });

  it('neither waits nor fails for until', async () => {
    const run = await runTasks(
      `
- name: patient
  command: ask
  register: out
  until: out.stdout == 'ready'
  retries: 100
  delay: 60
- name: pauses
  pause: {seconds: 1000}
`,
      check,
    );
    expect(run.outcomes).toEqual(['h1 patient: unknown', 'h1 pauses: ok']);
  });

  it('leaves a task undecided whose environment or host is', async () => {
    const run = await runTasks(
      `
- command: ask
  register: out
- name: environment
  command: look
  changed_when: false
  check_mode: false
  environment: {ANSWER: '{{ out.stdout }}'}
- name: delegate
  probe: {name: a}
  delegate_to: '{{ out.stdout }}'
`,
      check,
    );
    expect(run.outcomes.slice(1)).toEqual(['h1 environment: unknown', 'h1 delegate: unknown']);
    expect(run.scripts('h1')).toEqual([]);
  });

  it('is known to templates', async () => {
    const run = await runTasks("- name: known\n  debug: {msg: '{{ ansible_check_mode }}'}\n", check);
    expect(run.result('known').values['msg']).toBe(true);
  });
});
