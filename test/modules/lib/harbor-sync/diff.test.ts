import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differing, diffImages, type ImageDiff } from '../../../../modules/lib/harbor-sync/diff.ts';
import type { Images } from '../../../../modules/lib/harbor-sync/images.ts';

interface Case {
  readonly title: string;
  readonly here: Images;
  readonly there: Images;
  readonly diff: Partial<ImageDiff>;
}

describe('diffImages', () => {
  it.each<Case>([
    { title: 'nothing at all', here: {}, there: {}, diff: {} },
    { title: 'the same', here: { 'p/a:1': 'x' }, there: { 'p/a:1': 'x' }, diff: { equal: 1 } },
    { title: 'only here', here: { 'p/a:1': 'x' }, there: {}, diff: { onlyHere: ['p/a:1'] } },
    { title: 'only there', here: {}, there: { 'p/a:1': 'x' }, diff: { onlyThere: ['p/a:1'] } },
    {
      title: 'another image under the same tag',
      here: { 'p/a:1': 'x' },
      there: { 'p/a:1': 'y' },
      diff: { conflicts: [{ image: 'p/a:1', here: 'x', there: 'y' }] },
    },
    {
      title: 'the same image under another tag',
      here: { 'p/a:1': 'x' },
      there: { 'p/a:2': 'x' },
      diff: { onlyHere: ['p/a:1'], onlyThere: ['p/a:2'] },
    },
    {
      title: 'all of it',
      here: { 'p/a:1': 'x', 'p/a:2': 'x', 'p/b:1': 'z' },
      there: { 'p/a:1': 'x', 'p/a:2': 'y', 'p/c:1': 'w' },
      diff: {
        onlyHere: ['p/b:1'],
        onlyThere: ['p/c:1'],
        conflicts: [{ image: 'p/a:2', here: 'x', there: 'y' }],
        equal: 1,
      },
    },
    {
      title: 'tags with names of an object’s own',
      here: { constructor: 'x' },
      there: {},
      diff: { onlyHere: ['constructor'] },
    },
  ])('finds $title', ({ here, there, diff }) => {
    expect(diffImages(here, there)).toEqual({
      onlyHere: [],
      onlyThere: [],
      conflicts: [],
      equal: 0,
      ...diff,
    });
  });

  it('counts every tag once, and is the same from the other side', () => {
    const images = fc.dictionary(
      fc.constantFrom('a:1', 'a:2', 'b:1', 'c:1', 'c:2'),
      fc.constantFrom('x', 'y'),
    );
    fc.assert(
      fc.property(images, images, (here, there) => {
        const diff = diffImages(here, there);
        const all = new Set([...Object.keys(here), ...Object.keys(there)]);
        expect(differing(diff).length + diff.equal).toBe(all.size);
        const mirrored = diffImages(there, here);
        expect(mirrored.onlyThere).toEqual(diff.onlyHere);
        expect(mirrored.conflicts.map(({ image }) => image).sort()).toEqual(
          diff.conflicts.map(({ image }) => image).sort(),
        );
      }),
    );
  });
});
