import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { debianSources, mirrorsOf } from './apt-sources.ts';

let etcApt: string;

beforeEach(() => {
  etcApt = mkdtempSync(join(tmpdir(), 'etc-apt-'));
  mkdirSync(join(etcApt, 'sources.list.d'));
});
afterEach(() => rmSync(etcApt, { recursive: true }));

const deb822 = `Types: deb
# a comment
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: https://other.example/node
Suites: nodistro
Components: main
`;

test.each([
  ['a deb822 file', 'sources.list.d/debian.sources', deb822, [{ host: 'mirror.example', port: 80 }]],
  [
    'one-line sources with options and other vendors',
    'sources.list',
    'deb [arch=amd64] https://a.example:8443/debian bookworm main contrib\n' +
      'deb-src http://a.example/debian bookworm main\n' +
      'deb http://b.example/security bookworm-security main\n' +
      'deb http://c.example/docker bookworm stable\n',
    [
      { host: 'a.example', port: 8443 },
      { host: 'b.example', port: 80 },
    ],
  ],
])('the suites of Debian are taken from %s', (_, file, text, mirrors) => {
  writeFileSync(join(etcApt, file), text);
  expect(mirrorsOf(debianSources(etcApt))).toEqual(mirrors);
});

test('comments of a deb822 file do not reach the lab', () => {
  writeFileSync(join(etcApt, 'sources.list.d/debian.sources'), deb822);
  expect(debianSources(etcApt)).toBe(`${deb822.split('\n\n')[0]?.replace('# a comment\n', '')}\n`);
});

test('a disabled source is left out, and none at all is an error that says what is missing', () => {
  writeFileSync(join(etcApt, 'sources.list.d/debian.sources'), `Enabled: no\n${deb822}`);
  expect(() => debianSources(etcApt)).toThrow(/no suite of Debian bookworm/);
});
