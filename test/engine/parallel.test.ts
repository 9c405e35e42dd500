import { describe, expect, it } from 'vitest';
import { runPlays } from './run-world.ts';

describe('parallel', () => {
  it('runs its plays at the same time, and the next entry after all of them', async () => {
    const run = await runPlays(
      `
- name: both
  parallel:
    - name: left
      hosts: h1
      tasks:
        - name: one
          command: one
        - name: two
          command: two
    - name: right
      hosts: h2
      tasks:
        - name: three
          command: three
- hosts: all
  tasks:
    - name: last
      debug: {msg: x}
`,
      { hosts: ['h1', 'h2'], speculate: true },
    );
    const kinds = run.events.map((event) => event.event);
    expect(run.events.filter((event) => event.event === 'play_start').map((event) => event.parallel)).toEqual(
      [true, true, false],
    );
    expect(kinds.slice(1, 3)).toEqual(['play_start', 'play_start']);
    expect(run.outcomes.slice(-2).toSorted()).toEqual(['h1 last: ok', 'h2 last: ok']);
  });

  it('never lets two plays on one host come between a read and its steps', async () => {
    const play = (name: string): string => `
    - hosts: h1
      tasks:
        - thing: {name: a, value: ${name}1}
        - thing: {name: a, value: ${name}2}
        - thing: {name: a, value: ${name}3}
`;
    const run = await runPlays(`- parallel:${play('x')}${play('y')}${play('z')}`, { speculate: true });
    expect(run.exitCode).toBe(0);
    const words = run.scripts('h1').map((script) => script.split(' ')[0]);
    // A read ahead may come at any time, but a step is only sent right after the read it was planned from.
    for (const [index, word] of words.entries()) if (word === 'set') expect(words[index - 1]).toBe('look');
    expect(words.filter((word) => word === 'set')).toHaveLength(9);
  });

  it('lets the others end after a failure in one, and then stops the run', async () => {
    const run = await runPlays(
      `
- parallel:
    - hosts: h1
      tasks:
        - name: fails
          thing: {name: a, value: broken}
    - hosts: h2
      tasks:
        - name: one
          thing: {name: a, value: x}
        - name: two
          thing: {name: b, value: x}
- hosts: h2
  tasks:
    - name: never
      debug: {msg: x}
`,
      { hosts: ['h1', 'h2'], speculate: true },
    );
    expect(run.outcomes.toSorted()).toEqual(['h1 fails: failed', 'h2 one: changed', 'h2 two: changed']);
    expect(run.exitCode).toBe(2);
  });
});
