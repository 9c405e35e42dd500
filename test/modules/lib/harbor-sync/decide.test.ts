import { describe, expect, it } from 'vitest';
import { type Decisions, decide } from '../../../../modules/lib/harbor-sync/decide.ts';
import type { ImageDiff } from '../../../../modules/lib/harbor-sync/diff.ts';

const usual: Decisions = { conflicts: 'fail', only_here: 'copy', only_there: 'copy', decisions: {} };
const diff: ImageDiff = {
  onlyHere: ['p/here:1'],
  onlyThere: ['p/there:1'],
  conflicts: [{ image: 'p/both:1', here: 'x', there: 'y' }],
  equal: 3,
};

interface Case {
  readonly title: string;
  readonly given: Partial<Decisions>;
  /** Of p/both:1, p/here:1 and p/there:1. */
  readonly actions: readonly [string, string, string];
}

describe('decide', () => {
  it.each<Case>([
    {
      title: 'what is missing is copied, conflicts are for somebody',
      given: {},
      actions: ['undecided', 'to_there', 'to_here'],
    },
    {
      title: 'conflicts are left',
      given: { conflicts: 'report' },
      actions: ['leave', 'to_there', 'to_here'],
    },
    {
      title: 'here wins conflicts',
      given: { conflicts: 'keep_here' },
      actions: ['to_there', 'to_there', 'to_here'],
    },
    {
      title: 'there wins conflicts',
      given: { conflicts: 'keep_there' },
      actions: ['to_here', 'to_there', 'to_here'],
    },
    {
      title: 'what is only here goes',
      given: { only_here: 'delete' },
      actions: ['undecided', 'delete', 'to_here'],
    },
    {
      title: 'what is only there stays there',
      given: { only_there: 'leave' },
      actions: ['undecided', 'to_there', 'leave'],
    },
    {
      title: 'here is right about everything',
      given: { decisions: { '**': 'keep_here' } },
      actions: ['to_there', 'to_there', 'delete'],
    },
    {
      title: 'there is right about everything',
      given: { decisions: { '**': 'keep_there' } },
      actions: ['to_here', 'delete', 'to_here'],
    },
    {
      title: 'the first pattern that fits wins',
      given: { conflicts: 'keep_here', decisions: { 'p/b*:1': 'leave', 'p/*:1': 'keep_there' } },
      actions: ['leave', 'delete', 'to_here'],
    },
    {
      title: 'one image by its name',
      given: { decisions: { 'p/here:1': 'delete', 'p/both:1': 'keep_there' } },
      actions: ['to_here', 'delete', 'to_here'],
    },
  ])('$title', ({ given, actions }) => {
    const { fates, faults } = decide(diff, { ...usual, ...given });
    expect(fates.map(({ image, action }) => `${image} ${action}`)).toEqual(
      ['p/both:1', 'p/here:1', 'p/there:1'].map((image, index) => `${image} ${actions[index]}`),
    );
    expect(faults).toEqual([]);
  });

  it.each(['copy', 'delete'])('knows no %s for a conflict', (decision) => {
    const { fates, faults } = decide(diff, { ...usual, decisions: { 'p/both:*': decision } });
    expect(faults).toEqual([
      `decisions: "${decision}" says nothing about p/both:1, which is on both sides with another digest`,
    ]);
    expect(fates[0]).toEqual({ image: 'p/both:1', on: 'both', action: 'undecided' });
  });
});
