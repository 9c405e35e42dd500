import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runPlays, type WorldRun } from './run-world.ts';

const hosts = ['h1', 'h2', 'h3'];
const names = ['a', 'b', 'c'];
const values = ['x', 'y', 'broken'];

const name = fc.constantFrom(...names);
const value = fc.constantFrom(...values);
const condition = fc.constantFrom(
  undefined,
  undefined,
  "inventory_hostname == 'h1'",
  'last is changed',
  'last is not failed',
  'false',
);

/** What any task may carry besides its module. */
const keywords = fc.record({
  when: condition,
  register: fc.constantFrom(undefined, 'last', 'other'),
  notify: fc.constantFrom(undefined, undefined, 'handler', 'second', 'both'),
  ignore_errors: fc.constantFrom(true, true, true, false),
});

/** Keywords that say where a task acts: for modules that act on a host. */
const places = fc.record({
  delegate_to: fc.constantFrom(undefined, undefined, undefined, 'h2'),
  run_once: fc.constantFrom(undefined, undefined, undefined, true),
  changed_when: fc.constantFrom(undefined, undefined, undefined, false, 'true'),
  become_user: fc.constantFrom(undefined, undefined, undefined, 'other'),
});

const acting = fc.oneof(
  { weight: 5, arbitrary: fc.record({ thing: fc.record({ name, value }) }) },
  { weight: 3, arbitrary: fc.record({ thing: fc.record({ name, value: fc.constant('x') }) }) },
  { weight: 2, arbitrary: fc.record({ probe: fc.record({ name }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      thing: fc.record({ name: fc.constant('{{ item }}'), value }),
      loop: fc.subarray(names, { minLength: 1 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ pair: fc.record({ names: fc.shuffledSubarray(names), value }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      thing: fc.record({ name, value: fc.constant('{{ last.before | default("z") }}') }),
    }),
  },
);

const looking = fc.oneof(
  fc.record({ command: name.map((word) => `look ${word}`) }),
  fc.record({ command: fc.tuple(name, value).map((words) => `set ${words.join(' ')}`) }),
  fc.record({
    command: name.map((word) => `look ${word}`),
    changed_when: fc.constant(false),
    check_mode: fc.constant(false),
  }),
  fc.record({ outside: fc.record({ name, on: fc.constantFrom(...hosts) }) }),
);

const plain = fc.oneof(
  fc.constant({ set_fact: { last: { changed: true, failed: false } } }),
  fc.constant({ meta: 'flush_handlers' }),
  fc.constant({ include_tasks: 'more.yml' }),
  fc.constant({
    include_tasks: 'more.yml',
    loop: ['one', 'two'],
    when: "last is not failed or item == 'two'",
  }),
);

const task = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(acting, keywords, places).map(([call, own, { become_user: user, ...place }]) => ({
      ...{ ...own, ...place, ...call },
      ...(user === undefined ? {} : { become: true, become_user: user }),
    })),
  },
  { weight: 2, arbitrary: fc.tuple(looking, keywords).map(([call, own]) => ({ ...own, ...call })) },
  { weight: 1, arbitrary: plain },
);

const tasksOf = (minLength: number, maxLength: number) => fc.array(task, { minLength, maxLength });
/** Tasks of an included file: it must not include itself. */
const included = tasksOf(1, 4).map((tasks) => tasks.filter((entry) => !('include_tasks' in entry)));

const block = fc.record(
  {
    block: tasksOf(1, 4),
    rescue: tasksOf(1, 2),
    always: tasksOf(1, 2),
    serial: fc.constantFrom(1, 2, '50%'),
  },
  { requiredKeys: ['block'] },
);

const body = fc.array(fc.oneof({ weight: 5, arbitrary: task }, { weight: 1, arbitrary: block }), {
  minLength: 3,
  maxLength: 12,
});

const handlers = [
  { name: 'handler', listen: 'both', thing: { name: 'c', value: 'handled' }, notify: 'second' },
  { name: 'second', listen: 'both', thing: { name: 'b', value: '{{ last.before | default("w") }}' } },
  { name: 'third', listen: 'both', pair: { names: ['a', 'c'], value: 'handled' }, become: true },
];

const play = fc.record({
  tasks: body,
  post_tasks: tasksOf(0, 3),
  serial: fc.constantFrom(undefined, undefined, 1, 2),
  any_errors_fatal: fc.constantFrom(undefined, undefined, true),
  force_handlers: fc.constantFrom(undefined, true),
  handlers: fc.constantFrom(undefined, 1, 2).map((serial) => handlers.map((one) => ({ ...one, serial }))),
});

const playbook = fc.tuple(fc.array(play, { minLength: 1, maxLength: 2 }), included).map(([plays, more]) => ({
  plays: plays.map((entry) => ({
    hosts: 'all',
    vars: { last: { changed: false, failed: false } },
    ...entry,
  })),
  more,
}));

const things = fc.dictionary(
  fc.tuple(fc.constantFrom(...hosts), name).map((parts) => parts.join('/')),
  fc.constantFrom('x', 'y'),
);

function setsByHost(run: WorldRun): readonly string[][] {
  return hosts.map((host) => run.world.sets.filter((set) => set.startsWith(`${host} `)));
}

/** Statuses by host, in order. */
function outcomesByHost(run: WorldRun): readonly string[][] {
  return hosts.map((host) => run.outcomes.filter((outcome) => outcome.startsWith(`${host} `)));
}

function named(tasks: readonly object[], prefix: string): object[] {
  return tasks.map((entry, index) => ({ name: `${prefix} ${index}`, ...entry }));
}

/** Hosts that overtake each other must not meet: what happened would hang on who was first. */
function apart(text: string): string {
  return JSON.stringify(
    JSON.parse(text, function (this: object, key, entry) {
      // Who goes through a block before others fail in it hangs on who was first.
      if (key === 'serial' && !('hosts' in this)) return undefined;
      if (['run_once', 'delegate_to', 'any_errors_fatal'].includes(key)) return undefined;
      return key === 'outside' ? { ...entry, on: '{{ inventory_hostname }}' } : entry;
    }),
  );
}

describe('reading ahead in random plays', () => {
  it.each(['linear', 'free'])(
    'gives the events and the changes of a run without it: %s',
    async (strategy) => {
      await fc.assert(
        fc.asyncProperty(playbook, things, fc.boolean(), async ({ plays, more }, state, check) => {
          const isFree = strategy === 'free';
          const join = (value: object): string =>
            isFree ? apart(JSON.stringify(value)) : JSON.stringify(value);
          const text = join(
            plays.map((entry) => ({ ...entry, strategy, tasks: named(entry.tasks, 'task') })),
          );
          const files = { 'more.yml': join(named(more, 'included')) };
          const options = { hosts, things: state, check, files };
          // Without `speculate` it runs both ways and compares all events; in a free run their order may differ.
          const ahead = await runPlays(text, isFree ? { ...options, speculate: true } : options);
          const without = await runPlays(text, { ...options, speculate: false });
          expect(setsByHost(ahead)).toEqual(setsByHost(without));
          expect(outcomesByHost(ahead)).toEqual(outcomesByHost(without));
          expect(Object.fromEntries(ahead.world.things)).toEqual(Object.fromEntries(without.world.things));
          if (check) expect(ahead.world.sets).toEqual([]);
        }),
        { numRuns: 40 },
      );
    },
    120_000,
  );
});
