// The installer's prepare, run with Python 3 as the playbook runs it; and Harbor's own, where it is at hand.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PREPARE_PATCH, patchPrepare } from '../lab/harbor/prepare-patch.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const INSTALLER = path('../lab/harbor/installer');
const REFERENCE = path('../../../shared/reference/harbor-files');
// Harbor's own script is not part of this project; it is read where someone has put it.
const REAL_PREPARE = process.env['HARBOR_PREPARE'] ?? join(REFERENCE, 'prepare-1.5.4');
const REAL_CONFIG = join(REFERENCE, 'harbor-1.5.4.cfg');

const runs = (program: string, option: string): boolean => spawnSync(program, [option]).status === 0;
const hasPython = runs('python3', '--version') && runs('openssl', 'version');

const SETTINGS = { hostname: 'harbor.example', db_host: '10.0.0.3', redis_url: '10.0.0.3:6379' };

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'prepare-'));
  cpSync(INSTALLER, join(root, 'harbor'), { recursive: true });
  configure({ ...SETTINGS, secretkey_path: join(root, 'data') });
  useScript(patchPrepare(readFileSync(join(INSTALLER, 'prepare'), 'utf8')));
  fakeOpenssl();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function configure(settings: Readonly<Record<string, string>>): void {
  const file = join(root, 'harbor/harbor.cfg');
  const lines = readFileSync(file, 'utf8').split('\n');
  const changed = lines.map((line) => {
    const key = /^(\w+) *=/.exec(line)?.[1] ?? '';
    return settings[key] === undefined ? line : `${key} = ${settings[key]}`;
  });
  writeFileSync(file, changed.join('\n'));
}

function useScript(text: string): void {
  writeFileSync(join(root, 'harbor/prepare'), text);
}

// An RSA key of 4096 bits takes seconds; only one test needs a real one.
function fakeOpenssl(): void {
  mkdirSync(join(root, 'bin'));
  const script =
    '#!/bin/sh\nwhile [ $# -gt 0 ]; do case $1 in -out) head -c 20 /dev/urandom >"$2";; esac; shift; done\n';
  writeFileSync(join(root, 'bin/openssl'), script);
  chmodSync(join(root, 'bin/openssl'), 0o755);
}

function prepare(args: readonly string[], { python = 'python3', input = '', realOpenssl = false } = {}) {
  const PATH = realOpenssl ? process.env['PATH'] : `${join(root, 'bin')}:${process.env['PATH']}`;
  const result = spawnSync(python, [join(root, 'harbor/prepare'), ...args], {
    input,
    env: { ...process.env, PATH },
    encoding: 'utf8',
  });
  return { code: result.status, output: result.stdout + result.stderr };
}

const output = (name: string): string => readFileSync(join(root, 'harbor/common/config', name), 'utf8');
const secrets = (name: string): string[] => output(name).match(/^(UI|JOBSERVICE)_SECRET=.*$/gm) ?? [];

function filesUnder(folder: string, prefix = ''): string[] {
  return readdirSync(folder).flatMap((name) =>
    statSync(join(folder, name)).isDirectory()
      ? filesUnder(join(folder, name), `${prefix}${name}/`)
      : [prefix + name],
  );
}

const OUTPUTS = [
  'adminserver/env',
  'db/env',
  'jobservice/config.yml',
  'jobservice/env',
  'log/logrotate.conf',
  'nginx/nginx.conf',
  'registry/config.yml',
  'registry/root.crt',
  'ui/app.conf',
  'ui/env',
  'ui/private_key.pem',
];

const SCRIPTS: [string, string][] = [
  ['the lab’s prepare', join(INSTALLER, 'prepare')],
  ...(existsSync(REAL_PREPARE) ? [['Harbor’s prepare', REAL_PREPARE] as [string, string]] : []),
];

describe.each(SCRIPTS)('the patch of %s', (_name, file) => {
  const text = readFileSync(file, 'utf8');

  test.each(PREPARE_PATCH)('$regexp is found once, and not again in the patched text', ({ regexp }) => {
    expect(text.match(new RegExp(regexp, 'g'))).toHaveLength(1);
    expect(patchPrepare(text)).not.toMatch(new RegExp(regexp));
  });

  test.runIf(hasPython)('without it Python 3 fails, after the old files are gone', () => {
    useScript(text);
    const result = prepare(['--ha', '--yes']);
    expect(result.code).not.toBe(0);
    expect(result.output).toContain('strip');
  });

  test.runIf(hasPython)(
    'with it Python 3 writes all files, with a real key pair',
    () => {
      useScript(patchPrepare(text));
      const result = prepare(['--ha'], { input: 'yes\n', realOpenssl: true });
      expect(result.output).toContain('The configuration files are ready');
      expect(result.code).toBe(0);
      expect(filesUnder(join(root, 'harbor/common/config')).sort()).toEqual(OUTPUTS);
      expect(output('registry/root.crt')).toContain('BEGIN CERTIFICATE');
    },
    120_000,
  );
});

describe.runIf(hasPython)('prepare', () => {
  test('makes new service secrets on every run, the same in all three files', () => {
    prepare(['--ha', '--yes']);
    const first = secrets('ui/env');
    expect(secrets('adminserver/env')).toEqual(first);
    expect(secrets('jobservice/env')).toEqual(first);
    prepare(['--ha', '--yes']);
    expect(secrets('ui/env')).not.toEqual(first);
  });

  test('keeps the key pair and the secretkey that ha/ holds', () => {
    prepare(['--ha', '--yes']);
    const kept = ['ui/private_key.pem', 'registry/root.crt'].map(output);
    prepare(['--ha', '--yes']);
    expect(['ui/private_key.pem', 'registry/root.crt'].map(output)).toEqual(kept);
    writeFileSync(join(root, 'harbor/ha/secretkey'), 'sixteen-letters!');
    prepare(['--ha', '--yes']);
    expect(readFileSync(join(root, 'data/secretkey'), 'utf8')).toBe('sixteen-letters!');
  });

  test('makes a new key pair without --ha', () => {
    prepare([]);
    const first = output('ui/private_key.pem');
    prepare([]);
    expect(output('ui/private_key.pem')).not.toBe(first);
    expect(output('registry/config.yml')).toContain('layerinfo: inmemory');
  });

  test('deletes all files of before but keeps the folders', () => {
    prepare(['--ha', '--yes']);
    writeFileSync(join(root, 'harbor/common/config/nginx/conf.d/mine.conf'), '');
    prepare(['--ha', '--yes']);
    expect(existsSync(join(root, 'harbor/common/config/nginx/conf.d/mine.conf'))).toBe(false);
    expect(existsSync(join(root, 'harbor/common/config/nginx/conf.d'))).toBe(true);
  });

  test('puts the address of Redis into three files', () => {
    prepare(['--ha', '--yes']);
    expect(output('registry/config.yml')).toMatch(/redis:\n {2}addr: 10\.0\.0\.3:6379\n/);
    expect(output('jobservice/config.yml')).toContain('redis_url: 10.0.0.3:6379\n');
    expect(output('ui/env')).toContain('_REDIS_URL=10.0.0.3:6379\n');
  });

  test('with https copies the certificate and shares it in ha/', () => {
    const [certificate, key] = [join(root, 'server.crt'), join(root, 'server.key')];
    for (const file of [certificate, key]) writeFileSync(file, `content of ${file}`);
    configure({ ui_url_protocol: 'https', ssl_cert: certificate, ssl_cert_key: key });
    expect(prepare(['--ha', '--yes']).code).toBe(0);
    expect(output('nginx/cert/server.crt')).toBe(`content of ${certificate}`);
    expect(output('nginx/nginx.conf')).toContain('ssl_certificate /etc/nginx/cert/server.crt;');
    expect(output('adminserver/env')).toContain('EXT_ENDPOINT=https://harbor.example\n');
    expect(readFileSync(join(root, 'harbor/ha/server.key'), 'utf8')).toBe(`content of ${key}`);
  });

  test.each([
    [
      'the inner database',
      { db_host: 'mysql' },
      ['--ha', '--yes'],
      'needs to point to an external DB address',
    ],
    ['no Redis', { redis_url: '' }, ['--ha', '--yes'], 'redis_url in harbor.cfg needs to point'],
    ['Notary', {}, ['--ha', '--yes', '--with-notary'], "HA mode doesn't support Notary currently"],
    ['Clair with its inner database', {}, ['--ha', '--yes', '--with-clair'], 'clair_db_host in harbor.cfg'],
    [
      'https without a certificate',
      { ui_url_protocol: 'https', ssl_cert: '/nowhere' },
      [],
      '/nowhere is invalid',
    ],
    [
      'a wrong restriction',
      { project_creation_restriction: 'nobody' },
      [],
      'project_creation_restriction: nobody',
    ],
  ])('refuses %s', (_what, settings, args, message) => {
    configure(settings as Record<string, string>);
    const result = prepare(args);
    expect(result.code).not.toBe(0);
    expect(result.output).toContain(message);
  });

  test('asks about shared storage unless --yes is given', () => {
    expect(prepare(['--ha'], { input: 'no\n' }).output).toContain(
      'shared storage configuration for Docker Registry',
    );
    expect(prepare(['--ha'], { input: 'yes\n' }).code).toBe(0);
  });

  test('refuses a secretkey of another length', () => {
    mkdirSync(join(root, 'data'));
    writeFileSync(join(root, 'data/secretkey'), 'fifteen-letters');
    expect(prepare(['--ha', '--yes']).output).toContain('has to be 16 chars, current length: 15');
  });
});

test.runIf(existsSync(REAL_CONFIG))(
  'harbor.cfg has the keys of Harbor’s own, with its values, in its order',
  () => {
    const keys = (file: string): string[] =>
      (readFileSync(file, 'utf8').match(/^#?\w+ *=.*$/gm) ?? []).map((line) =>
        line.replace(/ *= */, '=').trim(),
      );
    expect(keys(join(INSTALLER, 'harbor.cfg'))).toEqual(keys(REAL_CONFIG));
  },
);
