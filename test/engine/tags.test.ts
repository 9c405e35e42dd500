import { describe, expect, it } from 'vitest';
import { isSelected } from '../../src/engine/tags.ts';
import { runPlays } from './run-world.ts';

const cases: readonly [own: string, tags: string, skip: string, selected: boolean][] = [
  ['', '', '', true],
  ['a', '', '', true],
  ['never', '', '', false],
  ['never,a', 'a', '', true],
  ['never,a', 'all', '', false],
  ['always', 'b', '', true],
  ['always', '', 'always', false],
  ['always', '', 'all', true],
  ['a', 'b', '', false],
  ['a,b', 'b', '', true],
  ['a', 'a', 'a', false],
  ['', 'tagged', '', false],
  ['a', 'tagged', '', true],
  ['', 'untagged', '', true],
  ['a', 'untagged', '', false],
  ['a', '', 'tagged', false],
  ['', '', 'tagged', true],
  ['', '', 'untagged', false],
];

describe('isSelected', () => {
  it.each(cases)('own "%s" with --tags "%s" --skip-tags "%s" is %s', (own, tags, skip, selected) => {
    const words = (text: string): string[] => text.split(',').filter((word) => word !== '');
    expect(isSelected(new Set(words(own)), { tags: words(tags), skipTags: words(skip) })).toBe(selected);
  });
});

const playbook = `
- hosts: all
  tags: play
  tasks:
    - name: one
      debug: {msg: x}
      tags: a
    - tags: block
      block:
        - name: two
          debug: {msg: x}
        - name: three
          debug: {msg: x}
          tags: c
- hosts: all
  tasks:
    - name: four
      thing: {name: a, value: x}
      notify: handler
  handlers:
    - name: handler
      debug: {msg: x}
`;

describe('selected tasks', () => {
  it('inherit tags of the play and of blocks', async () => {
    const names = async (options: object): Promise<string[]> =>
      (await runPlays(playbook, options)).outcomes.map((line) => line.split(/[ :]/)[1] ?? '');
    expect(await names({ tags: ['block'] })).toEqual(['two', 'three']);
    expect(await names({ tags: ['play'], skipTags: ['c'] })).toEqual(['one', 'two']);
    expect(await names({ tags: ['untagged'] })).toEqual(['four', 'handler']);
  });

  it('begin at the task named, in the play it is in', async () => {
    const run = await runPlays(playbook, { startAtTask: 'thr*' });
    expect(run.outcomes).toEqual(['h1 three: ok', 'h1 four: changed', 'h1 handler: ok']);
  });

  it('must hold the task to start at', async () => {
    await expect(runPlays(playbook, { startAtTask: 'nothing' })).rejects.toThrow(
      'no task is named "nothing"',
    );
  });

  it('are asked for one by one with step', async () => {
    const answers = ['run', 'skip', 'continue'] as const;
    const asked: string[] = [];
    const run = await runPlays(playbook, {
      speculate: true,
      ask: {
        secret: () => Promise.resolve(''),
        step: async ({ name }) => answers[asked.push(name) - 1] ?? 'skip',
      },
    });
    expect(asked).toEqual(['one', 'two', 'three']);
    expect(run.outcomes).toEqual(['h1 one: ok', 'h1 three: ok', 'h1 four: changed', 'h1 handler: ok']);
  });
});
