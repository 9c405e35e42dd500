import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Setting } from '../../../../modules/lib/harbor-cfg/values.ts';
import { editYaml, maskYaml, parseSettings } from '../../../../modules/lib/harbor-cfg/yaml-edit.ts';

const file = readFileSync(new URL('../../../fixtures/harbor_cfg/harbor.yml', import.meta.url), 'utf8');
const edit = (settings: Record<string, Setting>, absent: string[] = [], text = file): string =>
  editYaml(text, new Map(Object.entries(settings)), absent);

it('reads keys joined by dots', () => {
  const settings = parseSettings(file);
  expect(settings.get('http.port')).toBe(80);
  expect(settings.get('proxy.http_proxy')).toBeNull();
  expect(settings.get('jobservice.job_loggers')).toEqual(['STD_OUTPUT', 'FILE']);
  expect(settings.get('_version')).toBe('2.9.0');
});

it('leaves the file as it is where every value is right', () => {
  expect(
    edit({ 'http.port': 80, 'jobservice.job_loggers': ['STD_OUTPUT', 'FILE'], 'proxy.no_proxy': null }),
  ).toBe(file);
});

it.each<[Record<string, Setting>, string, string]>([
  [{ hostname: 'r.example.com' }, 'hostname: reg.mydomain.com', 'hostname: r.example.com'],
  [{ 'http.port': 8080 }, '  port: 80\n', '  port: 8080\n'],
  [{ 'https.port': 8443 }, '  port: 443\n', '  port: 8443\n'],
  [
    { harbor_admin_password: 'p: #"\'x' },
    'harbor_admin_password: Harbor12345 # first',
    'harbor_admin_password: "p: #\\"\'x" # first',
  ],
  [{ 'proxy.http_proxy': 'http://p:1' }, '  http_proxy:\n', '  http_proxy: http://p:1\n'],
  [{ 'upload_purging.dryrun': true }, 'dryrun: false\n', 'dryrun: true\n'],
  [
    { 'database.max_open_conns': 900 },
    '  conn_max_lifetime: 5m\n',
    '  conn_max_lifetime: 5m\n  max_open_conns: 900\n',
  ],
  [
    { 'log.external_endpoint.port': 5140 },
    '    location: /var/log/harbor\n',
    '    location: /var/log/harbor\n  external_endpoint:\n    port: 5140\n',
  ],
  [
    { 'jobservice.max_job_duration_hours': 24 },
    '  logger_sweeper_duration: 1 #days\n',
    '  logger_sweeper_duration: 1 #days\n  max_job_duration_hours: 24\n',
  ],
  [{ 'proxy.components': ['core'] }, '    - core\n    - jobservice\n    - trivy\n', '    ["core"]\n'],
])('sets %j and nothing else', (settings, before, after) => {
  const edited = edit(settings);
  expect(edited).toBe(file.replace(before, after));
  expect(edited).not.toBe(file);
  expect(edit(settings, [], edited)).toBe(edited);
});

it('writes a section that is not there to the end', () => {
  const settings = { 'external_redis.host': 'r:6379', 'external_redis.password': '12345678' };
  const edited = edit(settings);
  expect(edited).toBe(`${file}external_redis:\n  host: r:6379\n  password: "12345678"\n`);
  expect(edit(settings, [], edited)).toBe(edited);
  expect(parseSettings(edited).get('external_redis.password')).toBe('12345678');
});

it('fills an empty section and an empty file', () => {
  expect(edit({ 'a.b.c': 1 }, [], 'a:\nx: 1\n')).toBe('a:\n  b:\n    c: 1\nx: 1\n');
  expect(edit({ 'a.b': 1 }, [], '')).toBe('a:\n  b: 1\n');
  expect(edit({ 'a.c': 1 }, [], 'a:\n  b: 1')).toBe('a:\n  b: 1\n  c: 1\n');
});

it('takes sections and keys out', () => {
  expect(edit({}, ['https', 'nothing.here', 'proxy.components'])).toBe(
    file
      .replace(/https:\n {2}port: 443\n.*\n.*key\/path\n/, '')
      .replace('  components:\n    - core\n    - jobservice\n    - trivy\n', ''),
  );
});

it('masks values', () => {
  const masked = maskYaml(file, (key) => (key.endsWith('password') ? '(secret)' : undefined));
  expect(masked).toContain('harbor_admin_password: (secret) # first start only');
  expect(masked).toContain('  password: (secret)\n');
  expect(masked).not.toContain('root123');
});
