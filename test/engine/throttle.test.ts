import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runPlays, type WorldOptions } from './run-world.ts';

const five = ['h1', 'h2', 'h3', 'h4', 'h5'];
const strategies = ['linear', 'free', 'host_pinned'];
const both = [false, true];

const ofTask = `
    - debug: {msg: x}
    - name: held
      command: hold
      throttle: 2
`;
const ofBlock = `
    - throttle: 2
      block:
        - debug: {msg: x}
        - name: held
          command: hold
`;
const ofInclude = `
    - include_tasks: held.yml
`;
const ofHandler = `
    - thing: {name: a, value: x}
      notify: held
  handlers:
    - name: held
      command: hold
      throttle: 2
`;
/** Commands like this one are run ahead of their turn where nothing speaks against it. */
const ofDeclaredRead = `
    - command: other
    - name: held
      command: hold
      changed_when: false
      check_mode: false
      throttle: 2
`;
const ofLoop = `
    - command: other
    - name: held
      command: 'hold {{ item }}'
      loop: [a, b]
      changed_when: false
      check_mode: false
      throttle: 2
`;
const ofModuleRead = `
    - debug: {msg: x}
    - name: held
      thing: {name: hold, value: x}
      throttle: 2
`;

const places: readonly (readonly [string, string, string])[] = [
  ['a task', '', ofTask],
  ['a block', '', ofBlock],
  ['the play', '  throttle: 2\n', ofTask.replace('      throttle: 2\n', '')],
  ['a task that is included', '', ofInclude],
  ['a handler', '', ofHandler],
  ['a command that only looks', '', ofDeclaredRead],
  ['a loop', '', ofLoop],
  ['a task that reads', '', ofModuleRead],
];

const cases = places.flatMap(([place, keywords, tasks]) =>
  strategies.flatMap((strategy) =>
    both.map((speculate) => ({ place, keywords, tasks, strategy, speculate })),
  ),
);

/** Runs tasks whose commands named "hold" take a while, and counts the hosts that are in one of these. */
async function held(strategy: string, tasks: string, options: WorldOptions = {}, keywords = '') {
  const inside: string[] = [];
  /** How many hosts each one found in there, and how many there were at most. */
  const found = new Map<string, number>();
  let most = 0;
  const run = await runPlays(`\n- hosts: all\n  strategy: ${strategy}\n${keywords}  tasks:${tasks}`, {
    ...{ hosts: five, forks: 4 },
    files: { 'held.yml': '- name: held\n  command: hold\n  throttle: 2\n' },
    reply: async (host, { script }) => {
      if (!script.includes('hold')) return {};
      if (!found.has(host)) found.set(host, new Set(inside).size);
      inside.push(host);
      most = Math.max(most, new Set(inside).size);
      // Long enough for everybody else who may to come in.
      for (let turn = 0; turn < 50; turn++) await setImmediate();
      inside.splice(inside.indexOf(host), 1);
      return { exitCode: host === 'h1' && script.includes('fail') ? 1 : 0 };
    },
    ...options,
  });
  return { run, most, found, hosts: [...found.keys()].sort() };
}

describe('throttle', () => {
  it.each(cases)(
    'of $place limits the hosts in it under $strategy (reading ahead: $speculate)',
    async ({ keywords, tasks, strategy, speculate }) => {
      const { run, most, hosts } = await held(strategy, tasks, { speculate }, keywords);
      expect(run.exitCode).toBe(0);
      expect(hosts).toEqual(five);
      expect(run.outcomes.filter((line) => line.includes(' held: '))).toHaveLength(5);
      expect(most).toBe(2);
    },
  );

  it.each(strategies)('of 0 limits nothing under %s', async (strategy) => {
    const { most } = await held(strategy, ofTask.replace('throttle: 2', 'throttle: 0'), { speculate: true });
    expect(most).toBe(4);
  });

  it.each(['free', 'host_pinned'])('may differ from host to host under %s', async (strategy) => {
    const hosts = Object.fromEntries(five.map((name) => [name, { most: name === 'h4' ? 1 : 3 }]));
    const tasks = ofTask.replace('throttle: 2', "throttle: '{{ most }}'");
    const { most, found } = await held(strategy, tasks, { hosts, speculate: true });
    expect(most).toBe(3);
    expect(found.get('h4')).toBe(0);
    expect(found.size).toBe(5);
  });

  it('counts each task for itself', async () => {
    const tasks = `
    - command: hold
      throttle: 1
    - command: hold
      throttle: 1
`;
    const { most } = await held('free', tasks, { speculate: true });
    expect(most).toBe(2);
  });

  it('begins no host that waits under free once a failure was fatal', async () => {
    const tasks = `
    - command: hold fail
      throttle: 1
      any_errors_fatal: true
`;
    const { run, hosts } = await held('free', tasks, { speculate: true });
    expect(run.exitCode).toBe(2);
    expect(hosts.length).toBeLessThan(3);
  });
});
