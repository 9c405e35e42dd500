import { expect, it } from 'vitest';
import { fromFilters, normalFilters, toFilters } from '../../../../../modules/lib/harbor/v2/filters.ts';

it.each([
  [{ projects: ['example'] }, [{ type: 'name', value: 'example/**' }]],
  [{ projects: ['b', 'a'] }, [{ type: 'name', value: '{a,b}/**' }]],
  [{ projects: ['example'], repository: 'tomcat*' }, [{ type: 'name', value: 'example/tomcat*' }]],
  [{ projects: ['a', 'b'], repository: 'x/**' }, [{ type: 'name', value: '{a,b}/x/**' }]],
  [{ projects: [] }, []],
  [{ projects: [], repository: '*' }, [{ type: 'name', value: '*' }]],
  [
    { projects: ['example'], tag: 'app*', labels: ['z', 'prod'] },
    [
      { type: 'name', value: 'example/**' },
      { type: 'tag', value: 'app*', decoration: 'matches' },
      { type: 'label', value: ['prod', 'z'], decoration: 'matches' },
    ],
  ],
])('%j is sent as %j, and read back as it is compared', (rule, filters) => {
  expect(toFilters(rule, undefined)).toEqual(filters);
  expect(fromFilters(filters)).toEqual(normalFilters(rule));
});

it.each([
  [{ projects: ['b', 'a'], repository: '**', tag: '**', labels: [] }, { projects: ['a', 'b'] }],
  [{ projects: ['a'], repository: '', tag: '' }, { projects: ['a'] }],
  [
    { projects: [], repository: 'a/web' },
    { projects: ['a'], repository: 'web' },
  ],
])('%j means %j', (rule, normal) => {
  expect(normalFilters(rule)).toEqual(normal);
});

it.each([
  ['nothing', null, { projects: [] }],
  ['everything', [{ type: 'name', value: '**' }], { projects: [] }],
  ['a name without project', [{ type: 'name', value: 'web*' }], { projects: [], repository: 'web*' }],
  ['all below any project', [{ type: 'name', value: '**/web' }], { projects: [], repository: '**/web' }],
  [
    'what is left out',
    [
      { type: 'tag', value: 'dev*', decoration: 'excludes' },
      { type: 'label', value: ['x'], decoration: 'excludes' },
    ],
    { projects: [], tag: 'not dev*', labels: ['not x'] },
  ],
])('a rule made elsewhere is read: %s', (_what, filters, rule) => {
  expect(fromFilters(filters)).toEqual(rule);
});

it('keeps filters of other types', () => {
  const resource = { type: 'resource', value: 'image' };
  expect(toFilters({ projects: ['a'] }, [resource, { type: 'tag', value: 'x' }])).toEqual([
    resource,
    { type: 'name', value: 'a/**' },
  ]);
});
