import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { harborCfg } from '../../modules/harbor_cfg.ts';
import type { Plan, PutStep } from '../../src/module/index.ts';
import { type FakeFile, fakeHost } from '../support/fake-host.ts';
import { readAndPlan } from '../support/run-module.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/harbor_cfg/${name}`, import.meta.url), 'utf8');

const minimal = { hostname: 'registry.example.com' };
const shared = { ...minimal, db_host: '10.0.0.3', redis_url: '10.0.0.3:6379' };

it('sets keys, with secrets masked in the diff, and is content afterwards', async () => {
  const settings = { ...shared, db_password: 's3cret-db', email_ssl: true, self_registration: false };
  const step = onlyPut(await cfg({ settings, ha: true }));
  expect(step.summary).toBe(
    'set hostname, email_ssl, self_registration, db_host, db_password, redis_url in /h/harbor.cfg',
  );
  const text = textOf(step);
  expect(text).toContain('\ndb_password = s3cret-db\n');
  expect(text).toContain('\nemail_ssl = true\n');
  expect(text).toContain('\nself_registration = off\n');
  expect(step).toMatchObject({ secret: true, backup: true });
  const [diff] = step.diff ?? [];
  expect(diff?.before).toContain('\ndb_password = (secret)\n');
  expect(diff?.after).toContain('\ndb_password = (secret, new)\n');
  expect(diff?.after).toContain('\nharbor_admin_password = (secret)\n');
  expect(JSON.stringify(diff)).not.toMatch(/s3cret|root123|Harbor12345/);
  expect(await cfg({ settings, ha: true }, { '/h/harbor.cfg': text })).toMatchObject({ steps: [] });
});

it('takes the storage settings as a mapping', async () => {
  const config = { bucket: 'images', regionendpoint: 'http://10.0.0.4:9000' };
  const settings = {
    ...minimal,
    registry_storage_provider_name: 's3',
    registry_storage_provider_config: config,
  };
  expect(textOf(onlyPut(await cfg({ settings })))).toContain(
    '\nregistry_storage_provider_config = bucket: images, regionendpoint: http://10.0.0.4:9000\n',
  );
});

it.each<[object, RegExp]>([
  [
    { settings: { ...minimal, db_hots: 'x' } },
    /^db_hots: Harbor knows no such key; did you mean "db_host"\?$/,
  ],
  [
    { settings: { ...minimal, http_proxy: 'x' }, version: '1.4.0' },
    /^http_proxy: Harbor has this key since 1\.5$/,
  ],
  [{ settings: { ...minimal, _version: '1.5.4' } }, /must stay as it is/],
  [{ settings: {} }, /^hostname: must be the name clients use/],
  [{ settings: { hostname: '127.0.0.1' } }, /is another machine for every client/],
  [{ settings: { hostname: 'https://r.example.com' } }, /must be a name or an address alone/],
  [
    { settings: minimal, ha: true },
    /^db_host: "mysql" is the container.*; redis_url: "redis:6379" is a host/,
  ],
  [
    { settings: { ...shared, db_host: 'localhost' }, ha: true },
    /^db_host: with ha it cannot be this machine itself$/,
  ],
  [{ settings: { ...shared, redis_url: '10.0.0.3' }, ha: true }, /^redis_url: must be host:port/],
  [
    { settings: { ...minimal, db_password: 'a ;b' } },
    /^db_password: blank and semicolon begin a comment there/,
  ],
  [{ settings: { ...minimal, db_password: ' a' } }, /^db_password: blanks around the value would be lost$/],
  [{ settings: { ...minimal, db_password: 'a\nb' } }, /^db_password: the value holds a line break$/],
  [
    { settings: { ...minimal, registry_storage_provider_config: { key: 'a,b' } } },
    /prepare cannot express a comma in the value of "key"/,
  ],
  [{ settings: { ...minimal, registry_storage_provider_config: 'a: 1,b' } }, /prepare splits at every comma/],
  [{ settings: { ...minimal, db_port: 70000 } }, /^db_port: must be a port/],
  [
    { settings: { ...minimal, auth_mode: 'ldap' } },
    /^auth_mode: must be db_auth or ldap_auth or uaa_auth, not "ldap"$/,
  ],
  [{ settings: { ...minimal, email_ssl: 'maybe' } }, /^email_ssl: must be true or false/],
  [{ settings: { ...minimal, ssl_cert: 'cert.pem' } }, /^ssl_cert: must be an absolute path/],
  [{ settings: { ...minimal, log_rotate_size: '200 MB' } }, /^log_rotate_size: must be a size such as 200M/],
  [{ settings: minimal, version: '1.8.0' }, /only the files of 1\.4, 1\.5 and 2\.x are known/],
])('refuses %j', async (params, failure) => {
  const plan = await cfg(params);
  expect(plan.steps).toEqual([]);
  expect(plan.failure).toMatch(failure);
});

it.each<[string, FakeFile, RegExp | undefined]>([
  ['16 bytes', '0123456789abcdef', undefined],
  ['a line break too many', '0123456789abcdef\n', /must have exactly 16 bytes, not 17/],
  ['a directory', { type: 'directory' }, /must be a file of 16 bytes, not a directory/],
])('looks at the secretkey: %s', async (_title, key, failure) => {
  const plan = await cfg({ settings: { ...minimal, secretkey_path: '/keys' } }, { '/keys/secretkey': key });
  if (failure) expect(plan.failure).toMatch(failure);
  else expect(plan.failure).toBeUndefined();
});

it('warns of the key that everyone has', async () => {
  const plan = await cfg({ settings: { ...minimal, customize_crt: 'off' } });
  expect(plan.warnings).toEqual([
    'customize_crt = off signs tokens with a key that everyone who has Harbor has',
  ]);
});

it('edits harbor.yml, nested and dotted keys alike', async () => {
  const settings = {
    hostname: 'registry.example.com',
    'http.port': 8080,
    external_database: { harbor: { host: '10.0.0.3', password: 's3cret-db' } },
    'external_redis.host': '10.0.0.3:6379',
  };
  const params = { settings, absent: ['https'], ha: true };
  const step = onlyPut(await yml(params));
  const text = textOf(step);
  expect(text).toContain('external_database:\n  harbor:\n    host: 10.0.0.3\n    password: s3cret-db\n');
  expect(text).not.toContain('/your/certificate/path');
  expect(step.diff?.[0]?.after).toContain('    password: (secret, new)\n');
  expect(JSON.stringify(step.diff)).not.toMatch(/s3cret|root123|Harbor12345/);
  expect(await yml(params, text)).toMatchObject({ steps: [] });
});

it.each<[object, RegExp]>([
  [{ settings: minimal }, /^https\.certificate: still the example's value/],
  [{ settings: minimal, absent: ['https'], ha: true }, /^external_database\.harbor\.host: with ha/],
  [
    { settings: { ...minimal, 'storage_service.redirect.disabled': true }, absent: ['https'] },
    /did you mean "storage_service\.redirect\.disable"\?$/,
  ],
  [{ settings: { ...minimal, max_job_workers: 5 } }, /did you mean "jobservice\.max_job_workers"\?$/],
  [
    { settings: { ...minimal, jobservice: { job_loggers: 'FILE' } } },
    /^jobservice\.job_loggers: takes a list$/,
  ],
])('refuses %j in harbor.yml', async (params, failure) => {
  expect((await yml(params)).failure).toMatch(failure);
});

it('needs the file', async () => {
  const plan = await readAndPlan(harborCfg, { path: '/h/harbor.cfg', settings: {} }, fakeHost());
  expect(plan.failure).toBe('/h/harbor.cfg is not there');
});

function cfg(params: object, files: Readonly<Record<string, FakeFile>> = {}): Promise<Plan> {
  const host = fakeHost({ files: { '/h/harbor.cfg': fixture('harbor.cfg'), ...files } });
  return readAndPlan(harborCfg, { path: '/h/harbor.cfg', ...params }, host);
}

function yml(params: object, text = fixture('harbor.yml')): Promise<Plan> {
  return readAndPlan(
    harborCfg,
    { path: '/h/harbor.yml', ...params },
    fakeHost({ files: { '/h/harbor.yml': text } }),
  );
}

function onlyPut(plan: Plan): PutStep {
  const [step] = plan.steps;
  expect(plan.failure).toBeUndefined();
  if (step?.kind !== 'put' || plan.steps.length > 1) throw new Error(JSON.stringify(plan));
  return step;
}

function textOf(step: PutStep): string {
  return 'text' in step.content ? step.content.text : '';
}
