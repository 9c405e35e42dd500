import { describe, expect, it } from 'vitest';
import { checkCron, isDue } from '../lab/harbor2/server/replication/cron.ts';
import { filtered, matches, namedProjects } from '../lab/harbor2/server/replication/match.ts';

describe('patterns of filters', () => {
  it.each([
    ['', 'example/app', true],
    ['example/**', 'example/app', true],
    ['example/**', 'example/group/app', true],
    ['example/*', 'example/group/app', false],
    ['**/app', 'example/group/app', true],
    ['**', 'example/app', true],
    ['example/{app,web}', 'example/web', true],
    ['example/{app,web}', 'example/db', false],
    ['example/ap?', 'example/app', true],
    ['v[0-9].*', 'v1.2', true],
    ['v[!0-9]', 'v1', false],
    ['app.1', 'appx1', false],
    ['app*', '', false],
    ['*', '', true],
  ])('%j fits %j: %j', (pattern, text, fits) => {
    expect(matches(pattern, text)).toBe(fits);
  });

  it.each([
    ['example/**', ['example']],
    ['{one,two}/**', ['one', 'two']],
    ['exa*/**', undefined],
    ['', undefined],
  ])('%j names the projects %j', (value, projects) => {
    expect(namedProjects([{ type: 'name', value, decoration: '' }])).toEqual(projects);
  });

  it('leave the tags that fit, and nothing where none does', () => {
    const image = { digest: 'sha256:1', tags: ['app1', 'app2', 'x'], labels: [] };
    const resource = { repository: 'example/app', isPublic: false, artifacts: [image] };
    const tags = (value: string, decoration: string) =>
      filtered(resource, [{ type: 'tag', value, decoration }])?.artifacts[0]?.tags;
    expect(tags('app*', 'matches')).toEqual(['app1', 'app2']);
    expect(tags('app*', 'excludes')).toEqual(['x']);
    expect(tags('none', '')).toBeUndefined();
  });
});

describe('schedules', () => {
  it.each([
    ['0 30 2 * * *', '2026-11-22T02:30:10Z', true],
    ['0 30 2 * * *', '2026-11-22T03:30:10Z', false],
    ['0 */15 * * * *', '2026-11-22T17:45:00Z', true],
    ['0 0 4 * * 0', '2026-11-22T04:00:00Z', true],
    ['0 0 4 * * 1-5', '2026-11-22T04:00:00Z', false],
    ['0 5,10 0 1 12 ?', '2026-12-01T00:10:59Z', true],
  ])('%s at %s: %j', (cron, moment, due) => {
    expect(() => checkCron(cron)).not.toThrow();
    expect(isDue(cron, new Date(moment))).toBe(due);
  });

  it.each([
    '',
    '0 0 2 * *',
    '0 60 2 * * *',
    '0 0 2 * * 8',
    '0 5-1 2 * * *',
    'x 0 2 * * *',
    '0 */0 2 * * *',
    '30 0 2 * * *',
  ])('%j is refused', (cron) => {
    expect(() => checkCron(cron)).toThrow();
  });
});
