import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeChanges, packagesDiff } from '../../../../modules/lib/apt/changes.ts';
import { explainErrors, parseSimulation, unknownNames } from '../../../../modules/lib/apt/simulation.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/apt/${name}`, import.meta.url), 'utf8');

it('reads what apt would install', () => {
  const { changes, errors } = parseSimulation(fixture('install.txt'), '', 0);
  expect(errors).toEqual([]);
  expect(changes).toEqual([
    { name: 'keyutils', to: '1.6.3-2' },
    { name: 'libnfsidmap1', to: '1:2.6.2-4+deb12u1' },
    { name: 'nfs-common', to: '1:2.6.2-4+deb12u1' },
    { name: 'rpcbind', to: '1.2.6-6+b1' },
  ]);
  expect(describeChanges(changes)).toBe(
    'install keyutils 1.6.3-2, libnfsidmap1 1:2.6.2-4+deb12u1, nfs-common 1:2.6.2-4+deb12u1, rpcbind 1.2.6-6+b1',
  );
});

it('reads versions from and to of an upgrade', () => {
  const { changes } = parseSimulation(fixture('upgrade.txt'), '', 0);
  expect(changes[0]).toEqual({ name: 'curl', from: '7.88.1-10+deb12u14', to: '7.88.1-10+deb12u15' });
  expect(changes).toHaveLength(4);
  expect(packagesDiff(changes.slice(0, 1))).toEqual({
    header: 'packages',
    before: 'curl 7.88.1-10+deb12u14\n',
    after: 'curl 7.88.1-10+deb12u15\n',
  });
});

it('reads removals, of packages and of what removed packages left behind', () => {
  const { changes } = parseSimulation(fixture('purge.txt'), '', 0);
  expect(describeChanges(changes)).toBe('remove curl 7.88.1-10+deb12u14, screen (configuration files)');
});

it('names the providers of a virtual package', () => {
  const simulation = parseSimulation(fixture('virtual.txt'), fixture('virtual.err'), 100);
  expect(simulation.virtual.get('awk')).toEqual(['original-awk', 'mawk', 'gawk']);
  expect(explainErrors(simulation, [])).toContain(
    '"awk" is a virtual package; name one of those that provide it: original-awk, mawk, gawk',
  );
});

it('gives the unmet dependency before the general complaint', () => {
  const simulation = parseSimulation(fixture('unmet.txt'), fixture('unmet.err'), 100);
  expect(simulation.errors[0]).toBe(
    'curl : Depends: libcurl4 (= 7.88.1-10+deb12u5) but 7.88.1-10+deb12u15 is to be installed',
  );
});

it.each([
  [
    'E: Unable to locate package ngnix',
    ['nginx', 'nano'],
    'apt knows no package "ngnix": did you mean "nginx"?',
  ],
  [
    "E: Unable to locate package xx*\nE: Couldn't find any package by glob 'xx*'",
    [],
    'apt knows no package "xx*": are the package lists there and fresh (update_cache: true)?',
  ],
  [
    'E: Packages were downgraded and -y was used without --allow-downgrades.',
    [],
    'this would be a downgrade; set allow_downgrade: true to permit it',
  ],
  [
    'E: Held packages were changed and -y was used without --allow-change-held-packages.',
    [],
    'this would change packages that are on hold (apt-mark showhold); set allow_change_held_packages: true to permit it',
  ],
  ["E: Version '9.9' for 'curl' was not found", [], "Version '9.9' for 'curl' was not found"],
  ['no error line at all', [], 'no error line at all'],
])('explains %j', (stderr, known, text) => {
  expect(explainErrors(parseSimulation('', stderr, 100), known)).toBe(text);
});

it('knows which names apt did not find', () => {
  const simulation = parseSimulation('', 'E: Unable to locate package a\nE: Unable to locate package b', 100);
  expect(unknownNames(simulation)).toEqual(['a', 'b']);
});

it('keeps the installed version of a package that is removed before its new version comes', () => {
  const { changes } = parseSimulation('Remv a [1]\nInst a [1] (2 Debian:12 [amd64])\n', '', 0);
  expect(changes).toEqual([{ name: 'a', from: '1', to: '2' }]);
});

it('shortens a long list', () => {
  const many = Array.from({ length: 11 }, (_, index) => ({ name: `p${index}`, to: '1' }));
  expect(describeChanges(many)).toMatch(/ p7 1 and 3 more$/);
});
