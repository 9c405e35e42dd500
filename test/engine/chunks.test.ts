import { describe, expect, it } from 'vitest';
import { runPlays, runTasks, type WorldRun } from './run-world.ts';

const three = ['h1', 'h2', 'h3'];
const five = ['h1', 'h2', 'h3', 'h4', 'h5'];
/** On h2 things break. */
const mixed = { h1: { value: 'x' }, h2: { value: 'broken' }, h3: { value: 'x' } };

/** `HOST TASK` in the order it happened. */
function order(run: WorldRun): string[] {
  return run.outcomes.map((line) => line.split(':')[0] ?? '');
}

function chunks(run: WorldRun): string[] {
  const starts = run.events.filter((event) => event.event === 'chunk_start');
  return starts.map(({ name, hosts, number, of }) => `${name} ${number}/${of}: ${hosts.join(' ')}`);
}

function notReached(run: WorldRun): object[] {
  const events = run.events.filter((event) => event.event === 'not_reached');
  return events.map(({ name, hosts, failed }) => ({ name, hosts, failed }));
}

function recapOf(run: WorldRun) {
  const recap = run.events.findLast((event) => event.event === 'recap');
  return { handlersLost: recap?.handlersLost, leftOut: recap?.leftOut };
}

describe('serial on a block', () => {
  it.each([
    ['1', five, ['h1', 'h2', 'h3', 'h4', 'h5']],
    ['"2"', five, ['h1 h2', 'h3 h4', 'h5']],
    ['"50%"', five, ['h1 h2', 'h3 h4', 'h5']],
    ['[1, "40%"]', five, ['h1', 'h2 h3', 'h4 h5']],
    ["'{{ at_a_time }}'", five, ['h1 h2 h3', 'h4 h5']],
    ["['{{ at_a_time }}', 1]", five, ['h1 h2 h3', 'h4', 'h5']],
    ["'{{ sizes }}'", five, ['h1', 'h2 h3 h4', 'h5']],
    ['0', five, []],
    ['9', five, []],
  ])('%s takes the hosts in chunks', async (serial, hosts, expected) => {
    const run = await runTasks(
      `
- name: all of it
  serial: ${serial}
  block:
    - name: one
      debug: {msg: x}
    - name: two
      debug: {msg: x}
`,
      { hosts, extraVars: { at_a_time: 3, sizes: [1, 3] } },
    );
    const count = expected.length;
    expect(chunks(run)).toEqual(expected.map((names, index) => `all of it ${index + 1}/${count}: ${names}`));
    expect(run.outcomes).toHaveLength(10);
    expect(run.exitCode).toBe(0);
  });

  it('does all of it on one host before the next begins, rescue and always included', async () => {
    const run = await runTasks(
      `
- name: before
  debug: {msg: x}
- serial: 1
  block:
    - name: risky
      thing: {name: a, value: '{{ value }}'}
    - name: wait
      debug: {msg: x}
  rescue:
    - name: heal
      debug: {msg: x}
  always:
    - name: at the end
      debug: {msg: x}
- name: after
  debug: {msg: x}
`,
      { hosts: mixed },
    );
    expect(order(run).slice(3, -3)).toEqual([
      ...['h1 risky', 'h1 wait', 'h1 at the end'],
      ...['h2 risky', 'h2 heal', 'h2 at the end'],
      ...['h3 risky', 'h3 wait', 'h3 at the end'],
    ]);
    expect(notReached(run)).toEqual([]);
    expect(run.exitCode).toBe(0);
  });

  it('stops at the first failure that nothing rescues, and says which hosts it did not reach', async () => {
    const run = await runTasks(
      `
- name: restart
  serial: 1
  block:
    - name: risky
      thing: {name: a, value: '{{ value }}'}
    - name: wait
      debug: {msg: x}
- name: after
  debug: {msg: x}
`,
      { hosts: { ...mixed, h4: { value: 'x' } } },
    );
    expect(run.outcomes).toEqual(['h1 risky: changed', 'h1 wait: ok', 'h2 risky: failed', 'h1 after: ok']);
    expect(notReached(run)).toEqual([{ name: 'restart', hosts: ['h3', 'h4'], failed: ['h2'] }]);
    expect(recapOf(run).leftOut).toEqual({
      h3: 'not reached: h2 failed before ("restart")',
      h4: 'not reached: h2 failed before ("restart")',
    });
    expect(run.exitCode).toBe(2);
  });

  it('stops where contact is lost too, but not for what is ignored', async () => {
    const tasks = (more: string): string => `
- serial: 1
  block:
    - name: try
      thing: {name: a, value: x}
      ${more}
`;
    const options = { hosts: three, unreachable: ['h2'] };
    const lost = await runTasks(tasks(''), options);
    expect(lost.outcomes).toEqual(['h1 try: changed', 'h2 try: unreachable']);
    expect(notReached(lost)).toEqual([{ name: 'the block of "try"', hosts: ['h3'], failed: ['h2'] }]);
    const ignored = await runTasks(tasks('ignore_unreachable: true'), options);
    expect(order(ignored)).toEqual(['h1 try', 'h2 try', 'h3 try']);
  });

  it('lets a chunk end that has begun', async () => {
    const run = await runTasks(
      `
- serial: 2
  block:
    - name: risky
      thing: {name: a, value: '{{ value }}'}
    - name: wait
      debug: {msg: x}
`,
      { hosts: { h1: { value: 'broken' }, h2: { value: 'x' }, h3: { value: 'x' } } },
    );
    expect(run.outcomes.toSorted()).toEqual(['h1 risky: failed', 'h2 risky: changed', 'h2 wait: ok']);
    expect(notReached(run)).toMatchObject([{ hosts: ['h3'], failed: ['h1'] }]);
  });

  it.each([
    [49, 2, ['h1 one', 'h2 one']],
    [50, 2, ['h1 one', 'h2 one', 'h3 one', 'h4 one']],
    [100, 1, ['h1 one', 'h2 one']],
  ])('counts max_fail_percentage %i in chunks of %i, as in batches', async (most, size, expected) => {
    const run = await runPlays(
      `
- hosts: all
  max_fail_percentage: ${most}
  tasks:
    - serial: ${size}
      block:
        - name: one
          thing: {name: a, value: '{{ value }}'}
`,
      { hosts: { ...mixed, h4: { value: 'x' } } },
    );
    expect(order(run).toSorted()).toEqual(expected);
  });

  it('is for those around it as if it had failed where it was not reached', async () => {
    const run = await runTasks(
      `
- block:
    - name: restart
      serial: 1
      block:
        - name: risky
          thing: {name: a, value: '{{ value }}'}
  rescue:
    - name: heal
      debug: {msg: '{{ ansible_failed_task.name }}: {{ ansible_failed_result.msg }}'}
  always:
    - name: at the end
      debug: {msg: x}
- name: after
  debug: {msg: x}
`,
      { hosts: mixed },
    );
    expect(run.result('heal', 'h3').values['msg']).toBe('restart: not reached: h2 failed before');
    expect(
      order(run)
        .filter((line) => line.endsWith('heal'))
        .toSorted(),
    ).toEqual(['h2 heal', 'h3 heal']);
    expect(order(run).filter((line) => line.endsWith('after'))).toHaveLength(3);
    expect(recapOf(run)).toEqual({ handlersLost: undefined, leftOut: undefined });
    expect(run.exitCode).toBe(0);
  });

  it('runs always around it on hosts that were not reached, and nothing else', async () => {
    const run = await runTasks(
      `
- block:
    - serial: 1
      block:
        - name: risky
          thing: {name: a, value: '{{ value }}'}
    - name: within
      debug: {msg: x}
  always:
    - name: at the end
      debug: {msg: x}
- name: after
  debug: {msg: x}
`,
      { hosts: mixed },
    );
    expect(order(run).toSorted()).toEqual([
      'h1 after',
      'h1 at the end',
      'h1 risky',
      'h1 within',
      'h2 at the end',
      'h2 risky',
      'h3 at the end',
    ]);
  });

  it('stops all hosts with any_errors_fatal', async () => {
    const run = await runTasks(
      `
- name: restart
  serial: 1
  any_errors_fatal: true
  block:
    - name: risky
      thing: {name: a, value: '{{ value }}'}
- name: after
  debug: {msg: x}
`,
      { hosts: mixed },
    );
    expect(run.outcomes).toEqual(['h1 risky: changed', 'h2 risky: failed']);
    expect(recapOf(run).leftOut).toEqual({
      h1: 'any_errors_fatal: h2',
      h3: 'not reached: h2 failed before ("restart")',
    });
  });

  it('nests: an inner one goes through the hosts of an outer chunk', async () => {
    const tasks = `
- name: outer
  serial: 2
  block:
    - name: together
      debug: {msg: x}
    - name: inner
      serial: 1
      block:
        - name: alone
          thing: {name: a, value: '{{ value }}'}
        - name: still alone
          debug: {msg: x}
`;
    const fine = { h1: { value: 'x' }, h2: { value: 'x' }, h3: { value: 'x' }, h4: { value: 'x' } };
    const run = await runTasks(tasks, { hosts: fine });
    expect(order(run).filter((line) => line.endsWith('alone'))).toEqual([
      ...['h1 alone', 'h1 still alone', 'h2 alone', 'h2 still alone'],
      ...['h3 alone', 'h3 still alone', 'h4 alone', 'h4 still alone'],
    ]);
    expect(chunks(run)).toEqual([
      'outer 1/2: h1 h2',
      ...['inner 1/2: h1', 'inner 2/2: h2'],
      'outer 2/2: h3 h4',
      ...['inner 1/2: h3', 'inner 2/2: h4'],
    ]);
    const broken = await runTasks(tasks, { hosts: { ...fine, h1: { value: 'broken' } } });
    expect(order(broken).filter((line) => line.endsWith('alone'))).toEqual(['h1 alone']);
    expect(notReached(broken)).toEqual([
      { name: 'inner', hosts: ['h2'], failed: ['h1'] },
      { name: 'outer', hosts: ['h3', 'h4'], failed: ['h1'] },
    ]);
  });

  it('runs run_once once a chunk, for the hosts of the chunk', async () => {
    const run = await runTasks(
      `
- serial: 2
  block:
    - name: once
      command: whoami
      run_once: true
      when: inventory_hostname != 'h1'
      register: out
    - name: tell
      debug: {msg: '{{ out.stdout }}'}
`,
      { hosts: five },
    );
    expect(order(run).filter((line) => line.endsWith('once'))).toEqual(['h2 once', 'h3 once', 'h5 once']);
    const told = five.map((host) => String(run.result('tell', host).values['msg']).slice(0, 2));
    expect(told).toEqual(['h2', 'h2', 'h3', 'h3', 'h5']);
  });

  it('leaves out those behind it where a task of run_once fails', async () => {
    const run = await runTasks(
      `
- serial: 2
  block:
    - name: once
      thing: {name: a, value: broken}
      run_once: true
`,
      { hosts: five },
    );
    expect(run.outcomes).toEqual(['h1 once: failed']);
    expect(notReached(run)).toMatchObject([{ hosts: ['h3', 'h4', 'h5'], failed: ['h1', 'h2'] }]);
  });

  it('goes through includes, conditions and tags', async () => {
    const run = await runPlays(
      `
- hosts: all
  tasks:
    - serial: 1
      tags: wanted
      when: inventory_hostname != 'h2'
      block:
        - include_tasks: more.yml
        - import_tasks: more.yml
    - name: not wanted
      debug: {msg: x}
`,
      {
        hosts: three,
        tags: ['wanted'],
        files: { 'more.yml': '- name: inside\n  thing: {name: a, value: x}\n  tags: wanted\n' },
      },
    );
    expect(run.outcomes.filter((line) => !line.includes('skipped'))).toEqual([
      'h1 inside: changed',
      'h1 inside: ok',
      'h3 inside: changed',
      'h3 inside: ok',
    ]);
    expect(order(run).some((line) => line.includes('not wanted'))).toBe(false);
  });

  it('makes chunks of the hosts that are left only, and ends with the play', async () => {
    const run = await runTasks(
      `
- meta: end_host
  when: inventory_hostname == 'h1'
- name: restart
  serial: 1
  block:
    - name: one
      debug: {msg: x}
    - meta: end_play
      when: inventory_hostname == 'h3'
`,
      { hosts: five },
    );
    expect(order(run)).toEqual(['h2 one', 'h3 one']);
    expect(chunks(run)).toEqual(['restart 1/4: h2', 'restart 2/4: h3']);
    expect(notReached(run)).toEqual([]);
  });

  it('begins nowhere where its number cannot be told', async () => {
    const tasks = `
- serial: '{{ many }}'
  block:
    - name: one
      thing: {name: a, value: x}
`;
    const run = await runTasks(tasks, { hosts: three, extraVars: { many: 'a few' } });
    expect(run.outcomes).toEqual(['h1 one: failed', 'h2 one: failed', 'h3 one: failed']);
    expect(run.result('one').message).toContain('not "a few"');
    expect(run.world.sets).toEqual([]);
  });

  it('stops in check mode as the run would', async () => {
    const run = await runTasks(
      `
- serial: 1
  block:
    - name: look
      probe: {name: '{{ value }}'}
    - name: change
      thing: {name: a, value: y}
`,
      { hosts: mixed, check: true, things: { 'h1/x': '1', 'h3/x': '1' } },
    );
    expect(run.world.sets).toEqual([]);
    expect(order(run)).toEqual(['h1 look', 'h1 change', 'h2 look']);
    expect(notReached(run)).toMatchObject([{ hosts: ['h3'], failed: ['h2'] }]);
  });
});

describe('serial on a task', () => {
  it('does a task with its loop on one host after the other', async () => {
    const run = await runTasks(
      `
- name: one by one
  thing: {name: '{{ item }}', value: x}
  loop: [a, b]
  serial: 1
  throttle: 1
`,
      { hosts: three },
    );
    expect(run.world.sets).toEqual(['h1 a=x', 'h1 b=x', 'h2 a=x', 'h2 b=x', 'h3 a=x', 'h3 b=x']);
  });

  it('does what an include brings, an import and a role in chunks', async () => {
    const files = {
      'two.yml': '- name: one\n  debug: {msg: x}\n- name: two\n  debug: {msg: x}\n',
      'roles/node/tasks/main.yml': '- name: one\n  debug: {msg: x}\n- name: two\n  debug: {msg: x}\n',
    };
    const expected = ['h1 one', 'h1 two', 'h2 one', 'h2 two'];
    const calls = [
      ['include_tasks: two.yml\n  serial: 1', expected],
      ['include_tasks: {file: two.yml, apply: {serial: 1}}', expected],
      ['import_tasks: two.yml\n  serial: 1', expected],
      ['include_role: {name: node}\n  serial: 1', expected.map((line) => line.replace(' ', ' node : '))],
      ['import_role: {name: node}\n  serial: 1', expected.map((line) => line.replace(' ', ' node : '))],
    ] as const;
    for (const [call, lines] of calls) {
      const run = await runTasks(`- ${call}\n`, { hosts: ['h1', 'h2'], files });
      expect(
        run.outcomes.map((line) => line.replace(/: ok$/, '')),
        call,
      ).toEqual(lines);
    }
  });

  it('flushes all handlers of a host before those of the next one', async () => {
    const run = await runPlays(
      `
- hosts: all
  tasks:
    - name: change
      thing: {name: a, value: x}
      notify: [restart, wait]
    - meta: flush_handlers
      serial: 1
  handlers:
    - name: restart
      debug: {msg: x}
    - name: wait
      debug: {msg: x}
`,
      { hosts: ['h1', 'h2'] },
    );
    expect(order(run).slice(2)).toEqual(['h1 restart', 'h1 wait', 'h2 restart', 'h2 wait']);
  });
});

const restart = (more = ''): string => `
- hosts: all${more}
  tasks:
    - name: change
      thing: {name: a, value: x}
      notify: restart
  post_tasks:
    - name: later
      debug: {msg: x}
  handlers:
    - name: restart it
      listen: restart
      serial: 1
      thing: {name: b, value: '{{ value }}'}
    - name: tell
      listen: restart
      debug: {msg: x}
`;

describe('serial on a handler', () => {
  it('makes chunks of the hosts that notified it', async () => {
    const hosts = Object.fromEntries(five.map((name) => [name, { value: 'y' }]));
    const run = await runPlays(restart(), { hosts, things: { 'h2/a': 'x', 'h4/a': 'x' } });
    expect(chunks(run)).toEqual(['restart it 1/3: h1', 'restart it 2/3: h3', 'restart it 3/3: h5']);
    expect(run.world.sets.slice(3)).toEqual(['h1 b=y', 'h3 b=y', 'h5 b=y']);
  });

  it('leaves out the hosts behind a failure, whose handlers are lost', async () => {
    const run = await runPlays(restart(), { hosts: mixed });
    expect(order(run).slice(3)).toEqual(['h1 restart it', 'h2 restart it', 'h1 tell', 'h1 later']);
    expect(notReached(run)).toEqual([{ name: 'restart it', hosts: ['h3'], failed: ['h2'] }]);
    expect(recapOf(run)).toEqual({
      handlersLost: { h2: ['restart it', 'tell'], h3: ['restart it', 'tell'] },
      leftOut: { h3: 'not reached: h2 failed before ("restart it")' },
    });
  });

  it('is lost where an interrupt came first, and nowhere else', async () => {
    const interrupt = new AbortController();
    const run = await runPlays(restart(), {
      hosts: { h1: { value: 'y' }, h2: { value: 'y' }, h3: { value: 'y' } },
      speculate: true,
      signal: interrupt.signal,
      emit: (event) => {
        if (event.event === 'chunk_start' && event.number === 2) interrupt.abort();
      },
    });
    expect(run.exitCode).toBe(99);
    expect(recapOf(run)).toEqual({
      handlersLost: { h1: ['tell'], h2: ['restart it', 'tell'], h3: ['restart it', 'tell'] },
      leftOut: undefined,
    });
  });

  it('is not done where it was not reached, by force either', async () => {
    const run = await runPlays(restart('\n  force_handlers: true'), { hosts: mixed });
    expect(order(run).filter((line) => line.endsWith('restart it'))).toEqual([
      'h1 restart it',
      'h2 restart it',
    ]);
    expect(recapOf(run).handlersLost).toEqual({ h2: ['restart it'], h3: ['restart it'] });
  });

  it('runs a file of tasks as one handler: restart and wait, host after host', async () => {
    const run = await runPlays(
      `
- hosts: all
  tasks:
    - name: change
      thing: {name: a, value: x}
      notify: restart
  handlers:
    - name: restart
      include_tasks: restart.yml
      serial: 1
`,
      {
        hosts: ['h1', 'h2'],
        files: { 'restart.yml': '- name: stop\n  debug: {msg: x}\n- name: start\n  debug: {msg: x}\n' },
      },
    );
    expect(order(run).slice(2)).toEqual(['h1 stop', 'h1 start', 'h2 stop', 'h2 start']);
  });

  it('comes from the call of the role, or the block around it', async () => {
    const files = {
      'roles/node/tasks/main.yml': '- name: change\n  thing: {name: a, value: x}\n  notify: restart\n',
      'roles/node/handlers/main.yml': '- name: restart\n  thing: {name: b, value: x}\n',
    };
    const calls = [
      'roles: [{role: node, serial: 1}]',
      'tasks: [{serial: 1, block: [{import_role: {name: node}}]}]',
      'tasks: [{serial: 1, block: [{include_role: {name: node}}]}]',
    ];
    for (const call of calls) {
      const run = await runPlays(`- hosts: all\n  ${call}\n`, { hosts: ['h1', 'h2'], files });
      expect(run.world.sets, call).toEqual(['h1 a=x', 'h2 a=x', 'h1 b=x', 'h2 b=x']);
      expect(
        chunks(run).filter((line) => line.includes('restart')),
        call,
      ).toHaveLength(2);
    }
  });

  it('goes on with the next batch of the play only after all its chunks', async () => {
    const hosts = Object.fromEntries(['h1', 'h2', 'h3', 'h4'].map((name) => [name, { value: 'y' }]));
    const run = await runPlays(restart('\n  serial: 2'), { hosts });
    expect(run.world.sets.filter((line) => line.includes(' b='))).toEqual([
      ...['h1 b=y', 'h2 b=y', 'h3 b=y', 'h4 b=y'],
    ]);
    expect(chunks(run)).toEqual([
      ...['restart it 1/2: h1', 'restart it 2/2: h2', 'restart it 1/2: h3', 'restart it 2/2: h4'],
    ]);
  });
});

describe('serial under the free strategy', () => {
  const play = (serial: string): string => `
- hosts: all
  strategy: free
  tasks:
    - name: before
      command: before
    - name: restart
      serial: ${serial}
      block:
        - name: stop
          thing: {name: a, value: '{{ value }}'}
        - name: start
          command: start
    - name: after
      command: after
`;
  const fine = Object.fromEntries(five.map((name) => [name, { value: 'x' }]));

  /** The most hosts that were inside at a time, by when their first task began and their last one ended. */
  function mostInside(run: WorldRun, first: string, last: string): number {
    const idOf = (name: string) =>
      run.events.find((event) => event.event === 'task_start' && event.task.name === name);
    const [begin, end] = [idOf(first), idOf(last)].map((event) =>
      event?.event === 'task_start' ? event.task.id : '',
    );
    let inside = 0;
    let most = 0;
    for (const event of run.events) {
      if (event.event === 'host_start' && event.taskId === begin) most = Math.max(most, ++inside);
      if (event.event === 'result' && event.taskId === end) inside--;
    }
    return most;
  }

  it.each([
    [1, 1],
    [2, 2],
    ['[1, 3]', 3],
  ])('lets no more than %s in at a time', async (serial, expected) => {
    for (const speculate of [true, false]) {
      const run = await runPlays(play(String(serial)), { hosts: fine, speculate });
      expect(run.outcomes).toHaveLength(20);
      expect(mostInside(run, 'stop', 'start')).toBe(expected);
    }
  });

  it('lets nobody in after a failure', async () => {
    const run = await runPlays(play('1'), { hosts: { ...fine, h2: { value: 'broken' } }, speculate: true });
    const inside = new Set(order(run).filter((line) => line.endsWith('stop')));
    expect(inside).toContain('h2 stop');
    const out = notReached(run).flatMap((event) => ('hosts' in event ? event.hosts : []));
    expect([...inside].length + (out as string[]).length).toBe(5);
    expect(order(run).filter((line) => line.endsWith('after'))).toHaveLength(inside.size - 1);
    expect(run.exitCode).toBe(2);
  });

  it('does handlers in chunks, and run_once once for each', async () => {
    const run = await runPlays(
      `
- hosts: all
  strategy: free
  tasks:
    - name: change
      thing: {name: a, value: x}
      notify: restart
  handlers:
    - name: restart
      include_tasks: restart.yml
      serial: 2
`,
      {
        hosts: five,
        speculate: true,
        files: {
          'restart.yml': `
- name: once
  command: whoami
  run_once: true
  register: out
- name: tell
  debug: {msg: '{{ out.stdout }}'}
`,
        },
      },
    );
    const starts = run.events.filter((event) => event.event === 'chunk_start');
    expect(starts.flatMap(({ hosts }) => hosts).toSorted()).toEqual(five);
    expect(order(run).filter((line) => line.endsWith('once'))).toHaveLength(starts.length);
    expect(order(run).filter((line) => line.endsWith('tell'))).toHaveLength(5);
    for (const { hosts } of starts) {
      const told = hosts.map((host) => run.result('tell', host).values['msg']);
      expect(new Set(told).size).toBe(1);
    }
  });

  it('stops everybody who waits where the play ends', async () => {
    const run = await runPlays(
      `
- hosts: all
  strategy: free
  tasks:
    - serial: 1
      block:
        - name: one
          command: one
        - meta: end_play
    - name: never
      command: never
`,
      { hosts: three, speculate: true },
    );
    expect(run.outcomes).toHaveLength(1);
    expect(notReached(run)).toEqual([]);
    expect(run.exitCode).toBe(0);
  });
});
