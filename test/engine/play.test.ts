import { describe, expect, it } from 'vitest';
import { runPlays, runTasks } from './run-world.ts';

const three = ['h1', 'h2', 'h3'];
/** On h2 things break. */
const mixed = { h1: { value: 'x' }, h2: { value: 'broken' }, h3: { value: 'x' } };
const two = { h1: mixed.h1, h2: mixed.h2 };

describe('blocks', () => {
  it('rescues the hosts that failed, and runs always on all', async () => {
    const run = await runTasks(
      `
- name: guarded
  block:
    - name: risky
      thing: {name: a, value: '{{ value }}'}
    - name: healthy only
      debug: {msg: x}
  rescue:
    - name: heal
      debug: {msg: '{{ ansible_failed_task.name }} {{ ansible_failed_result.msg }}'}
  always:
    - name: at the end
      debug: {msg: x}
- name: after
  debug: {msg: x}
`,
      { hosts: two },
    );
    expect(run.outcomes.toSorted()).toEqual([
      'h1 after: ok',
      'h1 at the end: ok',
      'h1 healthy only: ok',
      'h1 risky: changed',
      'h2 after: ok',
      'h2 at the end: ok',
      'h2 heal: ok',
      'h2 risky: failed',
    ]);
    expect(run.result('heal').values['msg']).toBe('risky set a: exit code 7: cannot set a');
    expect(run.exitCode).toBe(0);
    expect(run.recap('h2')).toBe('ok=3 rescued=1');
  });

  it('runs always after a failure that nothing rescued, then drops the host', async () => {
    const run = await runTasks(`
- block:
    - name: risky
      thing: {name: a, value: broken}
  always:
    - name: at the end
      debug: {msg: x}
- name: never
  debug: {msg: x}
`);
    expect(run.outcomes).toEqual(['h1 risky: failed', 'h1 at the end: ok']);
    expect(run.exitCode).toBe(2);
    expect(run.recap('h1')).toBe('ok=1 failed=1');
  });

  it('joins the conditions of the block and of the task', async () => {
    const run = await runTasks(`
- when: true
  block:
    - name: no
      debug: {msg: x}
      when: false
    - name: yes
      debug: {msg: x}
`);
    expect(run.outcomes).toEqual(['h1 no: skipped', 'h1 yes: ok']);
  });
});

describe('handlers', () => {
  it('run once in the order they are written, after the tasks', async () => {
    const run = await runPlays(`
- hosts: all
  tasks:
    - name: one
      thing: {name: a, value: x}
      notify: [second, first]
    - name: two
      thing: {name: b, value: x}
      notify: second
    - name: unchanged
      debug: {msg: x}
      notify: third
    - name: last
      debug: {msg: x}
  handlers:
    - name: first
      debug: {msg: x}
    - name: second
      thing: {name: c, value: x}
      notify: third
    - name: third
      debug: {msg: x}
    - name: fourth
      debug: {msg: x}
      listen: third
`);
    expect(run.outcomes.map((line) => line.split(':')[0])).toEqual([
      'h1 one',
      'h1 two',
      'h1 unchanged',
      'h1 last',
      'h1 first',
      'h1 second',
      'h1 third',
      'h1 fourth',
    ]);
  });

  it('run at a flush, and only for the hosts that changed', async () => {
    const run = await runPlays(
      `
- hosts: all
  tasks:
    - name: change
      thing: {name: a, value: x}
      notify: tell
    - meta: flush_handlers
    - name: after
      debug: {msg: x}
  handlers:
    - name: tell
      debug: {msg: x}
`,
      { hosts: ['h1', 'h2'], things: { 'h2/a': 'x' } },
    );
    const order = run.outcomes.map((line) => line.split(':')[0]);
    expect(order.indexOf('h1 tell')).toBeLessThan(order.indexOf('h1 after'));
    expect(order).not.toContain('h2 tell');
  });

  it('are reported as lost where the host failed before them', async () => {
    const run = await runPlays(`
- hosts: all
  tasks:
    - thing: {name: a, value: x}
      notify: restart it
    - thing: {name: b, value: broken}
  handlers:
    - name: restart it
      debug: {msg: x}
`);
    expect(run.events).toContainEqual(
      expect.objectContaining({ event: 'handlers_lost', host: 'h1', handlers: ['restart it'] }),
    );
    expect(run.events.at(-1)).toMatchObject({ event: 'recap', handlersLost: { h1: ['restart it'] } });
  });

  it('are lost too where they failed themselves, and those behind them but by force', async () => {
    const text = `
- hosts: all
  tasks:
    - thing: {name: a, value: x}
      notify: [third, second, first]
  handlers:
    - name: first
      debug: {msg: x}
    - name: second
      thing: {name: b, value: '{{ value }}'}
    - name: third
      debug: {msg: x}
`;
    for (const [forceHandlers, handlers] of [
      [false, ['second', 'third']],
      [true, ['second']],
    ] as const) {
      const run = await runPlays(text, { hosts: mixed, forceHandlers });
      expect(run.events.at(-1)).toMatchObject({ handlersLost: { h2: handlers } });
    }
  });

  it('are not lost where the failure was ignored or rescued', async () => {
    const run = await runPlays(`
- hosts: all
  tasks:
    - thing: {name: a, value: x}
      notify: restart it
    - block:
        - thing: {name: b, value: broken}
      rescue:
        - debug: {msg: x}
  handlers:
    - name: restart it
      thing: {name: c, value: broken}
      ignore_errors: true
`);
    expect(run.events.filter((event) => event.event === 'handlers_lost')).toEqual([]);
    expect(run.events.at(-1)).not.toHaveProperty('handlersLost');
  });

  it('run after the tasks where the command line asks for them, by name, role or topic', async () => {
    const text = `
- hosts: all
  pre_tasks:
    - name: before
      debug: {msg: x}
  roles: [node]
  tasks:
    - name: task
      debug: {msg: x}
  post_tasks:
    - name: after
      debug: {msg: x}
  handlers:
    - name: 'restart {{ what }}'
      listen: topic
      debug: {msg: x}
- hosts: all
  tasks:
    - name: another play
      debug: {msg: x}
`;
    const files = {
      'roles/node/tasks/main.yml': '- name: install\n  debug: {msg: x}\n',
      'roles/node/handlers/main.yml': '- name: reload\n  debug: {msg: x}\n',
    };
    for (const [name, shown] of [
      ['restart it', 'restart it'],
      ['restart {{ what }}', 'restart it'],
      ['topic', 'restart it'],
      ['reload', 'node : reload'],
      ['node : reload', 'node : reload'],
    ] as const) {
      const run = await runPlays(text, { files, notify: [name], extraVars: { what: 'it' } });
      expect(run.outcomes, name).toEqual(
        ['before', 'node : install', 'task', shown, 'after', 'another play'].map((task) => `h1 ${task}: ok`),
      );
    }
  });

  it('run on a failed host too where they are forced', async () => {
    const run = await runPlays(
      `
- hosts: all
  tasks:
    - name: change
      thing: {name: a, value: x}
      notify: restart it
    - name: fail
      thing: {name: b, value: broken}
  handlers:
    - name: restart it
      debug: {msg: x}
`,
      { forceHandlers: true },
    );
    expect(run.outcomes).toEqual(['h1 change: changed', 'h1 fail: failed', 'h1 restart it: ok']);
    expect(run.exitCode).toBe(2);
  });

  it('fail the task that notifies one nobody wrote', async () => {
    const run = await runPlays(
      `
- hosts: all
  tasks:
    - name: change
      thing: {name: a, value: x}
      notify: '{{ name_of_it }}'
`,
      { extraVars: { name_of_it: 'nobody' } },
    );
    expect(run.result('change').message).toBe('there is no handler "nobody"');
  });
});

describe('batches', () => {
  it('runs the whole play batch after batch', async () => {
    const run = await runPlays(
      `
- hosts: all
  serial: [1, '50%']
  tasks:
    - name: one
      debug: {msg: '{{ ansible_play_batch.[0] }}'}
    - name: two
      debug: {msg: x}
`,
      { hosts: three },
    );
    const starts = run.events.filter((event) => event.event === 'play_start');
    expect(starts.map((event) => [event.hosts, event.batch])).toEqual([
      [['h1'], { number: 1, of: 3 }],
      [['h2'], { number: 2, of: 3 }],
      [['h3'], { number: 3, of: 3 }],
    ]);
    expect(run.outcomes.map((line) => line.split(':')[0])).toEqual([
      'h1 one',
      'h1 two',
      'h2 one',
      'h2 two',
      'h3 one',
      'h3 two',
    ]);
  });

  it('stops the run when a whole batch failed', async () => {
    const run = await runPlays(
      `
- hosts: all
  serial: 1
  tasks:
    - name: fails
      thing: {name: a, value: broken}
- hosts: all
  tasks:
    - name: never
      debug: {msg: x}
`,
      { hosts: three },
    );
    expect(run.outcomes).toEqual(['h1 fails: failed']);
    expect(run.exitCode).toBe(2);
  });

  it('goes on below max_fail_percentage and stops above it', async () => {
    const play = (percentage: number): string => `
- hosts: all
  max_fail_percentage: ${percentage}
  tasks:
    - name: some fail
      thing: {name: a, value: '{{ value }}'}
    - name: after
      debug: {msg: x}
`;
    const below = await runPlays(play(34), { hosts: mixed });
    expect(below.outcomes).toContain('h3 after: ok');
    const above = await runPlays(play(33), { hosts: mixed });
    expect(above.outcomes.join()).not.toContain('after');
    expect(above.exitCode).toBe(2);
  });

  it('orders hosts as the play says', async () => {
    const run = await runPlays(
      `
- hosts: all
  order: reverse_inventory
  serial: 1
  tasks:
    - name: one
      debug: {msg: x}
`,
      { hosts: three },
    );
    expect(run.outcomes).toEqual(['h3 one: ok', 'h2 one: ok', 'h1 one: ok']);
  });
});

describe('failures', () => {
  it('any_errors_fatal ends the play for all after the task, but for always', async () => {
    const run = await runPlays(
      `
- hosts: all
  any_errors_fatal: true
  tasks:
    - block:
        - name: some fail
          thing: {name: a, value: '{{ value }}'}
        - name: never
          debug: {msg: x}
      always:
        - name: at the end
          debug: {msg: x}
    - name: never either
      debug: {msg: x}
`,
      { hosts: mixed },
    );
    expect(run.outcomes.toSorted()).toEqual([
      'h1 at the end: ok',
      'h1 some fail: changed',
      'h2 at the end: ok',
      'h2 some fail: failed',
      'h3 at the end: ok',
      'h3 some fail: changed',
    ]);
    expect(run.recap('h1')).toBe('ok=2 changed=1');
  });

  it('any_errors_fatal leaves a failure alone that is rescued', async () => {
    const run = await runPlays(
      `
- hosts: all
  any_errors_fatal: true
  tasks:
    - block:
        - name: some fail
          thing: {name: a, value: '{{ value }}'}
      rescue:
        - name: heal
          debug: {msg: x}
    - name: after
      debug: {msg: x}
`,
      { hosts: mixed },
    );
    expect(run.outcomes.filter((line) => line.includes('after'))).toHaveLength(3);
    expect(run.exitCode).toBe(0);
  });

  it('keeps a failed host out of later plays', async () => {
    const run = await runPlays(
      `
- hosts: all
  tasks:
    - name: some fail
      thing: {name: a, value: '{{ value }}'}
- hosts: all
  tasks:
    - name: later
      debug: {msg: x}
`,
      { hosts: two },
    );
    expect(run.outcomes.filter((line) => line.includes('later'))).toEqual(['h1 later: ok']);
  });

  it('ignore_unreachable lets a host go on', async () => {
    const run = await runTasks(
      `
- name: try
  thing: {name: a, value: x}
  ignore_unreachable: true
- name: local
  debug: {msg: x}
`,
      { unreachable: ['h1'] },
    );
    expect(run.outcomes).toEqual(['h1 try: unreachable (ignored)', 'h1 local: ok']);
    expect(run.recap('h1')).toBe('ok=2 ignored=1');
    expect(run.exitCode).toBe(0);
  });
});

describe('strategy free', () => {
  it('lets each host run ahead, and announces a task once', async () => {
    const run = await runPlays(
      `
- hosts: all
  strategy: free
  tasks:
    - name: once
      command: whoami
      run_once: true
      register: out
    - name: one
      debug: {msg: '{{ out.stdout }}'}
    - name: two
      thing: {name: a, value: x}
      notify: tell
  handlers:
    - name: tell
      debug: {msg: x}
`,
      { hosts: three, speculate: true },
    );
    expect(run.outcomes).toHaveLength(1 + 3 * 3);
    expect(run.events.filter((event) => event.event === 'task_start').map(({ task }) => task.name)).toEqual([
      'once',
      'one',
      'two',
      'tell',
    ]);
    expect(run.result('one', 'h3').values['msg']).toBe(run.result('one', 'h1').values['msg']);
  });
});

describe('meta', () => {
  it('end_host ends the play for one host, end_play for all', async () => {
    const run = await runPlays(
      `
- hosts: all
  tasks:
    - meta: end_host
      when: inventory_hostname == 'h2'
    - name: one
      debug: {msg: x}
    - meta: end_play
    - name: never
      debug: {msg: x}
- hosts: all
  tasks:
    - name: next play
      debug: {msg: x}
`,
      { hosts: ['h1', 'h2'] },
    );
    expect(run.outcomes.toSorted()).toEqual(['h1 next play: ok', 'h1 one: ok', 'h2 next play: ok']);
  });

  it('clear_host_errors lets failed hosts take part again', async () => {
    const run = await runPlays(
      `
- hosts: all
  tasks:
    - name: some fail
      thing: {name: a, value: '{{ value }}'}
    - meta: clear_host_errors
    - name: after
      debug: {msg: x}
`,
      { hosts: two },
    );
    expect(run.outcomes.filter((line) => line.includes('after')).toSorted()).toEqual([
      'h1 after: ok',
      'h2 after: ok',
    ]);
  });
});
