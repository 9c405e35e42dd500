import { createTwoFilesPatch } from 'diff';

/**
 * A unified diff of two texts, as `diff -u` prints it.
 *
 * @param header what differs, shown as `--- before: header` and `+++ after: header`
 * @param before text before
 * @param after text after
 * @returns the diff, or an empty string where the texts are equal
 */
export function unifiedDiff(header: string, before: string, after: string): string {
  if (before === after) return '';
  const patch = createTwoFilesPatch(
    `before: ${header}`,
    `after: ${header}`,
    before,
    after,
    undefined,
    undefined,
    {
      context: 3,
    },
  );
  return patch.replace(/^=+\n/, '').replaceAll(/^(--- .*|\+\+\+ .*)\t?$/gm, (line) => line.trimEnd());
}
