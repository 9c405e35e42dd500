import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isLiveAsDesired, parseLiveExports } from '../../../../modules/lib/exports/live.ts';
import {
  effectiveOptions,
  optionsFault,
  sameOptions,
  splitOptions,
} from '../../../../modules/lib/exports/options.ts';
import { clientFault } from '../../../../modules/lib/exports/safety.ts';

const shown = readFileSync(new URL('../../../fixtures/exports/exportfs-v.txt', import.meta.url), 'utf8');

it.each([
  ['rw,sync', 'rw', true],
  ['sync,rw', 'rw,sync,wdelay,root_squash,anonuid=-2', true],
  ['', 'ro', true],
  ['rw', 'ro', false],
  ['rw,fsid=root', 'rw,fsid=0', true],
  ['rw,auth_nlm', 'rw,secure_locks', true],
  ['rw,anonuid=10000', 'rw', false],
  ['sec=krb5,rw,sec=sys,ro', 'sec=krb5,rw,sec=sys,ro', true],
  ['sec=krb5,rw,sec=sys,ro', 'sec=sys,ro', false],
])('%j means the same as %j: %s', (a, b, same) => {
  expect(sameOptions(effectiveOptions(splitOptions(a)), effectiveOptions(splitOptions(b)))).toBe(same);
});

it.each([
  ['rw,sync,no_subtree_check,anonuid=10000,sec=krb5p:sys,fsid=0,mp=/data,crossmnt', undefined],
  ['rw,no_root_squah', 'unknown export option "no_root_squah"; did you mean "no_root_squash"?'],
  ['rw,ro', '"rw" and "ro" contradict each other'],
  ['sec=krb5,rw,sec=sys,ro', undefined],
  ['anonuid=nobody', '"anonuid=nobody" must be a number'],
  ['anonuid', '"anonuid" needs a value'],
  ['fsid=', '"fsid=" has no value'],
  ['sec=kerberos', '"kerberos" is no security flavour (sys, krb5, krb5i, krb5p, none)'],
  ['rw=1', 'unknown export option "rw"'],
])('judges %j', (text, fault) => {
  const found = optionsFault(splitOptions(text));
  if (fault === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(fault.replace('unknown export option "rw"', '"rw'));
});

it.each([
  ['*', 'rw,no_root_squash', false, true],
  ['0.0.0.0/0', 'no_root_squash', false, true],
  ['*', 'sec=sys,no_root_squash,sec=krb5,ro', false, true],
  ['*', 'rw,no_root_squash', true, false],
  ['*', 'rw,no_root_squash,all_squash', false, false],
  ['*', 'rw', false, false],
  ['10.0.0.0/8', 'no_root_squash', false, false],
  ['a b', 'rw', true, true],
])('client %s(%s), permitted %s: refused %s', (host, options, allow, refused) => {
  expect(clientFault({ host, options: splitOptions(options) }, allow) !== undefined).toBe(refused);
});

it('reads what the server exports', () => {
  expect(parseLiveExports(shown).map(({ path, host, options }) => [path, host, options.length])).toEqual([
    ['/data', '192.168.198.133', 9],
    ['/data', 'harbor2.example.com', 9],
    ['/srv/a long name', '10.0.0.0/8', 11],
    ['/srv', '*', 9],
    ['/srv/quiet', '@g', 8],
  ]);
});

const rootful = { host: '192.168.198.133', options: ['rw', 'no_root_squash', 'no_subtree_check'] };
const second = { host: 'harbor2', options: ['rw', 'sync'] };
it.each([
  ['/data', [rootful, second], true],
  ['/data', [rootful, { ...second, options: ['ro'] }], false],
  ['/data', [rootful], false],
  ['/data', [rootful, second, { host: '10.0.0.9', options: [] }], false],
  ['/data', [rootful, { ...second, options: ['subtree_check'] }], false],
  ['/data', [rootful, { ...second, options: ['no_wdelay'] }], false],
  ['/srv/a long name', [{ host: '10.0.0.0/8', options: ['anonuid=10000', 'all_squash'] }], true],
  ['/srv/', [{ host: '*', options: ['crossmnt', 'subtree_check', 'insecure', 'async'] }], true],
  ['/srv/quiet', [{ host: '@g', options: ['insecure'] }], true],
  ['/none', [], true],
  ['/data', [], false],
])('%s to %j is exported: %s', (path, clients, expected) => {
  const canonical = { harbor2: 'harbor2.example.com' };
  expect(isLiveAsDesired(path, clients, parseLiveExports(shown), canonical)).toBe(expected);
});
