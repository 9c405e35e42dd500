import { beforeAll, expect, test } from 'vitest';
import { secretsToMake } from '../../modules/lib/secret-plan.ts';
import { secretFile } from '../../modules/secret_file.ts';
import { isUnknown, type Plan } from '../../src/module/index.ts';
import { type Certificate, makeCertificate, makePassword } from '../../src/util/make-secret.ts';
import { fakeHost } from '../support/fake-host.ts';

const request = { subject: 'reg.example.com', names: ['reg.example.com', '10.0.0.1'], days: 100, bits: 2048 };
let authority: Certificate;
let leaf: Certificate;

beforeAll(async () => {
  authority = await makeCertificate({ ...request, names: [], subject: 'Test CA', isAuthority: true });
  leaf = await makeCertificate({ ...request, isAuthority: false, authority });
});

const wanted = {
  leaf: { type: 'certificate', names: ['reg.example.com', '10.0.0.1'], signed_by: 'ca' },
  password: {},
  ca: { type: 'authority' },
} as const;

function held(): Record<string, string> {
  return {
    ca: authority.certificate,
    ca_key: authority.key,
    leaf: leaf.certificate,
    leaf_key: leaf.key,
    password: 'x',
  };
}

function reasons(values: Record<string, string>, more: object = {}, days = 0): Record<string, string> {
  const made = secretsToMake({ ...wanted, ...more }, values, Date.now() + days * 86_400_000);
  return Object.fromEntries(made.map((item) => [item.request.name, item.why]));
}

test('makes nothing where all is there and fits', () => {
  expect(reasons(held())).toEqual({});
});

test('makes what is missing, authorities first', () => {
  expect(Object.entries(reasons({}))).toEqual([
    ['ca', 'missing'],
    ['leaf', 'its authority ca is new'],
    ['password', 'missing'],
  ]);
});

test('makes a certificate anew that lacks a name', () => {
  const more = { leaf: { ...wanted.leaf, names: ['reg.example.com', '10.0.0.2'] } };
  expect(reasons(held(), more)).toEqual({ leaf: 'does not name 10.0.0.2' });
});

test('makes certificates anew before they expire', () => {
  expect(reasons(held(), {}, 80)['leaf']).toBe('its authority ca is new');
});

test('a certificate made here is signed by its authority', async () => {
  const { X509Certificate } = await import('node:crypto');
  expect(new X509Certificate(leaf.certificate).checkIssued(new X509Certificate(authority.certificate))).toBe(
    true,
  );
});

test('draws passwords from the given characters only', () => {
  expect(makePassword(64, 'ab')).toMatch(/^[ab]{64}$/);
});

test('what is still to be made is unknown in check mode, and no value is in the plan', async () => {
  const params = { path: '/site/secrets.yml', secrets: { password: {} } };
  const plan = secretFile.plan(params, await secretFile.read(fakeHost({}), params)) as Plan;
  const [effect] = plan.effects ?? [];
  expect(plan.replan).toBe(true);
  expect(effect?.kind === 'set_facts' && isUnknown(effect.facts['password'])).toBe(true);
});

test('sets what the file holds, as secrets', async () => {
  const params = { path: '/site/secrets.yml', secrets: { password: {} } };
  const host = fakeHost({ vars: { '/site/secrets.yml': { password: 'from the file', other: 1 } } });
  const plan = secretFile.plan(params, await secretFile.read(host, params)) as Plan;
  expect(plan.steps).toEqual([]);
  expect(plan.effects).toEqual([{ kind: 'set_facts', facts: { password: 'from the file' }, secret: true }]);
});
