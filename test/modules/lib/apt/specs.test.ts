import { expect, it } from 'vitest';
import { isSatisfied, parseSpecs, versionMatches } from '../../../../modules/lib/apt/specs.ts';

it.each([
  ['nginx', { name: 'nginx', pattern: false }],
  ['nginx=1.22*', { name: 'nginx', version: '1.22*', pattern: false }],
  ['nginx/bookworm-backports', { name: 'nginx', release: 'bookworm-backports', pattern: false }],
  ['libc6:i386', { name: 'libc6:i386', pattern: false }],
  ['nginx-*', { name: 'nginx-*', pattern: true }],
])('takes %j apart', (text, spec) => {
  expect(parseSpecs([text])).toEqual([{ text, ...spec }]);
});

it('takes commas and lists, each name once', () => {
  expect(parseSpecs('a, b').map((spec) => spec.name)).toEqual(['a', 'b']);
  expect(parseSpecs(['a', 'b,a']).map((spec) => spec.name)).toEqual(['a', 'b']);
  expect(parseSpecs(undefined)).toEqual([]);
});

it.each([
  ['1:2.6.2-4+deb12u1', '1:2.6.2-4+deb12u1', true],
  ['1:2.6.2-4+deb12u1', '1:2.6.*', true],
  ['1.20-1', '1.2?-1', true],
  ['1.30-1', '1.2?-1', false],
  ['1x20', '1.20', false],
])('version %s against %s is %s', (version, wanted, matches) => {
  expect(versionMatches(version, wanted)).toBe(matches);
});

it.each([
  ['nginx', '1', true],
  ['nginx=1', '1', true],
  ['nginx=2', '1', false],
  ['nginx/stable', '1', false],
  ['nginx*', '1', false],
])('dpkg alone satisfies %s: %s', (text, version, satisfied) => {
  const [spec] = parseSpecs(text);
  const state = { name: 'nginx', installed: true, version, held: false, status: 'install ok installed' };
  expect(spec && isSatisfied(spec, state)).toBe(satisfied);
  expect(spec && isSatisfied(spec, undefined)).toBe(false);
});
