import { createCipheriv, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { harborSecretkey } from '../../modules/harbor_secretkey.ts';
import { proveSecretkey, secretkeyFault } from '../../modules/lib/secretkey.ts';
import type { Plan } from '../../src/module/index.ts';
import { fakeHost } from '../support/fake-host.ts';

const key = 'abcdefgh12345678';

function encrypt(text: string): string {
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-128-cfb', Buffer.from(key), iv);
  return `<enc-v1>${Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]).toString('base64')}`;
}

const rows = [
  { place: 'properties.email_password', value: encrypt('a mail password') },
  { place: 'replication_target.b', value: encrypt('Harbor12345') },
];

test('proves the key that the data was encrypted with', () => {
  expect(proveSecretkey(key, rows)).toEqual({ verdict: 'proven', bytes: 26 });
});

test('names what another key cannot read', () => {
  const proof = proveSecretkey('abcdefgh12345679', rows);
  expect(proof).toMatchObject({
    verdict: 'wrong',
    places: expect.arrayContaining(['properties.email_password']),
  });
});

test.each([
  ['no values', []],
  ['empty values', [{ place: 'x', value: encrypt('') }]],
  ['a short value', [{ place: 'x', value: encrypt('abc') }]],
  ['values that were never encrypted', [{ place: 'x', value: 'plain text of some length' }]],
])('cannot prove a key with %s', (_name, values) => {
  expect(proveSecretkey(key, values).verdict).toBe('unproven');
});

test.each([
  ['abcdefgh1234567', /15/],
  ['abcdefgh12345678\n', /17/],
  ['abcdefgh 2345678', /blanks/],
])('refuses %j as a key', (text, message) => {
  expect(secretkeyFault(text)).toMatch(message);
});

test.each([
  ['right key', key, false, rows, undefined],
  ['wrong key', 'ABCDEFGH12345678', false, rows, /does not belong/],
  ['too little data', key, false, [], /cannot be proven/],
  ['too little data, confirmed', key, true, [], undefined],
])('%s', async (_name, secretkey, confirmed, values, failure) => {
  const stdout = values.map((row) => `${row.place}\t${row.value}\n`).join('');
  const host = fakeHost({ scripts: [[/properties/, stdout]] });
  const params = { secretkey, confirmed, database: 'registry', container: 'db' };
  const plan = harborSecretkey.plan(params, await harborSecretkey.read(host, params)) as Plan;
  if (failure) expect(plan.failure).toMatch(failure);
  else expect(plan.failure).toBeUndefined();
  expect(plan.steps).toEqual([]);
});
