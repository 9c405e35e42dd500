import { describe, expect, it } from 'vitest';
import { matchesPattern } from '../../../../modules/lib/harbor-sync/pattern.ts';

describe('matchesPattern', () => {
  it.each([
    { pattern: 'app1', name: 'app1', old: true, current: true },
    { pattern: 'app', name: 'app1', old: false, current: false },
    { pattern: 'app*', name: 'app1', old: true, current: true },
    { pattern: 'app?', name: 'app1', old: true, current: true },
    { pattern: '*', name: 'deep/app', old: false, current: false },
    { pattern: '**', name: 'deep/app', old: false, current: true },
    { pattern: 'deep/*', name: 'deep/app', old: true, current: true },
    { pattern: 'deep/**', name: 'deep/er/app', old: false, current: true },
    { pattern: '{app1,app2}', name: 'app2', old: false, current: true },
    { pattern: '{app1,app2}', name: 'app3', old: false, current: false },
    { pattern: 'app[0-9]', name: 'app7', old: true, current: true },
    { pattern: 'app[!0-9]', name: 'app7', old: false, current: false },
    { pattern: '1.0', name: '1x0', old: false, current: false },
    { pattern: '1.0-rc.*', name: '1.0-rc.12', old: true, current: true },
    { pattern: 'a,b', name: 'a,b', old: true, current: true },
    { pattern: 'a+', name: 'aa', old: false, current: false },
    { pattern: String.raw`a\*`, name: 'a*', old: true, current: true },
    { pattern: String.raw`a\*`, name: 'ab', old: false, current: false },
  ])('takes $name for $pattern: 1.5 $old, 2.x $current', ({ pattern, name, old, current }) => {
    expect(matchesPattern(pattern, name, '1.5')).toBe(old);
    expect(matchesPattern(pattern, name, '2')).toBe(current);
  });
});
