import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runPlays, type WorldRun } from './run-world.ts';

const hosts = ['h1', 'h2'];
const names = ['a', 'b', 'c'];
const values = ['x', 'y', 'broken'];

const name = fc.constantFrom(...names);
const value = fc.constantFrom(...values);
const condition = fc.constantFrom(
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
  notify: fc.constantFrom(undefined, undefined, 'handler'),
  delegate_to: fc.constantFrom(undefined, undefined, undefined, 'h2'),
  ignore_errors: fc.constantFrom(true, true, true, false),
});

const module = fc.oneof(
  { weight: 5, arbitrary: fc.record({ thing: fc.record({ name, value }) }) },
  { weight: 2, arbitrary: fc.record({ thing: fc.record({ name, value: fc.constant('x') }) }) },
  { weight: 2, arbitrary: fc.record({ probe: fc.record({ name }) }) },
  { weight: 1, arbitrary: fc.record({ command: name.map((word) => `look ${word}`) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      command: name.map((word) => `look ${word}`),
      changed_when: fc.constant(false),
      check_mode: fc.constant(false),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      thing: fc.constant({ name: '{{ item }}', value: 'z' }),
      loop: fc.subarray(names, { minLength: 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ set_fact: { last: { changed: true, failed: false } } }) },
  { weight: 1, arbitrary: fc.constant({ meta: 'flush_handlers' }) },
);

const task = fc.tuple(module, keywords).map(([call, rest]) => {
  if ('meta' in call) return call;
  const { delegate_to, ...own } = rest;
  return { ...call, ...own, ...(('thing' in call || 'probe' in call) && delegate_to ? { delegate_to } : {}) };
});

const play = fc.array(task, { minLength: 3, maxLength: 14 }).map((tasks) => [
  {
    hosts: 'all',
    vars: { last: { changed: false, failed: false } },
    tasks: tasks.map((entry, index) => ({ name: `task ${index}`, ...entry })),
    handlers: [{ name: 'handler', thing: { name: 'c', value: 'handled' } }],
  },
]);

const things = fc.dictionary(
  fc.tuple(fc.constantFrom(...hosts), name).map((parts) => parts.join('/')),
  fc.constantFrom('x', 'y'),
);

function setsByHost(run: WorldRun): readonly string[][] {
  return hosts.map((host) => run.world.sets.filter((set) => set.startsWith(`${host} `)));
}

describe('reading ahead in random plays', () => {
  it('gives the events and the changes of a run without it', async () => {
    await fc.assert(
      fc.asyncProperty(play, things, fc.boolean(), async (plays, state, check) => {
        const text = JSON.stringify(plays);
        const options = { hosts, things: state, check };
        const ahead = await runPlays(text, options);
        const without = await runPlays(text, { ...options, speculate: false });
        expect(setsByHost(ahead)).toEqual(setsByHost(without));
        if (check) expect(ahead.world.sets).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
