import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitFaults, loadInventory, patternFaults, selectHosts } from '../../../src/load/index.ts';
import { writeFiles } from '../temporary-files.ts';

const directory = writeFiles({
  hosts: 'lone\n[nfs]\nh136\n[web]\nweb[1:5]\ndb1\n[db]\ndb[1:2]\n[site:children]\nweb\ndb\n',
  'retry.txt': '# failed last time\nweb1\nweb3\n',
});
const { inventory } = loadInventory([`${directory}/hosts`]);

describe('selectHosts', () => {
  // Each line was checked against `ansible PATTERN --list-hosts` of ansible-core 2.14.
  const cases: readonly [pattern: string, hosts: string][] = [
    ['all', 'lone h136 web1 web2 web3 web4 web5 db1 db2'],
    ['*', 'lone h136 web1 web2 web3 web4 web5 db1 db2'],
    ['web', 'web1 web2 web3 web4 web5 db1'],
    ['site', 'web1 web2 web3 web4 web5 db1 db2'],
    ['web:db', 'web1 web2 web3 web4 web5 db1 db2'],
    ['web,db', 'web1 web2 web3 web4 web5 db1 db2'],
    ['db:web', 'db1 db2 web1 web2 web3 web4 web5'],
    ['db1:web', 'db1 web1 web2 web3 web4 web5'],
    ['web:&db', 'db1'],
    ['web:!db', 'web1 web2 web3 web4 web5'],
    ['!db', 'lone h136 web1 web2 web3 web4 web5'],
    ['&db', 'db1 db2'],
    ['all:!web:db', 'lone h136 db2'],
    ['!web:all', 'lone h136 db2'],
    ['*:!web*', 'lone h136 db2'],
    ['web:db:!*1', 'web2 web3 web4 web5 db2'],
    ['web[0]', 'web1'],
    ['web[-1]', 'db1'],
    ['web[9]', ''],
    ['web[1:3]', 'web2 web3 web4'],
    ['web[1:]', 'web2 web3 web4 web5 db1'],
    ['web[0-1]', 'web1 web2'],
    ['w*[0]', 'web1'],
    ['site:!web[0]', 'web2 web3 web4 web5 db1 db2'],
    ['web*', 'web1 web2 web3 web4 web5 db1'],
    ['web?', 'web1 web2 web3 web4 web5'],
    ['~web[12]', 'web1 web2'],
    ['~(web|db)1', 'web1 db1'],
    ['~b', ''],
    ['ungrouped', 'lone'],
    ['nosuch', ''],
    ['localhost', 'localhost'],
    ['web1:localhost', 'web1 localhost'],
    ['all:!localhost', 'lone h136 web1 web2 web3 web4 web5 db1 db2'],
  ];
  it.each(cases)('%s', (pattern, hosts) => {
    expect(selectHosts(pattern, inventory).join(' ')).toBe(hosts);
  });

  it.each([
    ['web', 'web2', 'web2'],
    ['web', 'nfs', ''],
    ['all', '!web', 'lone h136 db2'],
    ['all', 'db,lone', 'lone db1 db2'],
    ['web', `@${directory}/retry.txt`, 'web1 web3'],
    ['web', `@${directory}/retry.txt,!web1`, 'web3'],
  ])('%s limited to %s', (pattern, limit, hosts) => {
    expect(selectHosts(pattern, inventory, { limit }).join(' ')).toBe(hosts);
  });

  it('knows groups and hosts that the run added', () => {
    const extraGroups = new Map([['fresh', ['new1', 'web1']]]);
    expect(selectHosts('fresh', inventory, { extraGroups })).toEqual(['new1', 'web1']);
    expect(selectHosts('new1:!web', inventory, { extraGroups })).toEqual(['new1']);
    expect(selectHosts('all:&fresh', inventory, { extraGroups })).toEqual(['web1', 'new1']);
  });

  it('obeys the laws of sets', () => {
    const name = fc.constantFrom('web', 'db', 'nfs', 'site', 'all', 'web[1:2]', '~.*1', 'db*', 'lone');
    fc.assert(
      fc.property(name, name, (a, b) => {
        const [left, right] = [selectHosts(a, inventory), selectHosts(b, inventory)];
        expect(selectHosts(`${a},&${b}`, inventory)).toEqual(left.filter((host) => right.includes(host)));
        expect(selectHosts(`${a},!${b}`, inventory)).toEqual(left.filter((host) => !right.includes(host)));
        expect(selectHosts(`!${b},${a}`, inventory)).toEqual(selectHosts(`${a}:!${b}`, inventory));
        expect(new Set(selectHosts(`${a},${b}`, inventory))).toEqual(new Set([...left, ...right]));
      }),
    );
  });
});

describe('patternFaults', () => {
  const position = { file: 'site.yml', line: 3, col: 10 };

  it.each(['all', 'web:!db', 'web[0]', 'localhost', 'web*', '~web.*', 'h136'])('%s is fine', (pattern) => {
    expect(patternFaults(pattern, inventory, position)).toEqual([]);
  });

  it('suggests the group or host that was meant', () => {
    expect(patternFaults('wbe:!db3', inventory, position)).toEqual([
      {
        severity: 'error',
        code: 'unknown-host-pattern',
        message: 'no group or host is called "wbe"',
        hint: 'did you mean "web"?',
        position,
      },
      {
        severity: 'error',
        code: 'unknown-host-pattern',
        message: 'no group or host is called "db3"',
        hint: expect.stringMatching(/did you mean "db/),
        position,
      },
    ]);
  });

  it('names the groups where nothing is near', () => {
    expect(patternFaults('frontend', inventory)[0]?.hint).toBe('groups: all, nfs, web, db, site');
    const bare = { ...inventory, groups: new Map() };
    expect(patternFaults('frontend', bare)[0]?.hint).toBe('there are no groups: name the inventory with -i');
  });

  it('warns about globs that match nothing and refuses broken regular expressions', () => {
    expect(patternFaults('x*', inventory)).toMatchObject([{ severity: 'warning', code: 'empty-pattern' }]);
    expect(patternFaults('~(web', inventory)).toMatchObject([{ severity: 'error', code: 'bad-pattern' }]);
  });

  it('checks the limit and its file', () => {
    expect(limitFaults('web,nope', inventory)).toMatchObject([{ code: 'unknown-host-pattern' }]);
    expect(limitFaults('@/nowhere/x', inventory)).toMatchObject([{ code: 'missing-file' }]);
    expect(limitFaults(`@${directory}/retry.txt`, inventory)).toEqual([]);
  });
});
