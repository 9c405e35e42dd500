import { describe, expect, test } from 'vitest';
import { decrypt, encrypt, hashPassword } from '../lab/harbor/server/crypto.ts';
import { parseDump } from '../lab/harbor/server/dump.ts';
import { fixture } from './support/world.ts';

const KEY = '0123456789abcdef';

describe('values encrypted with the secretkey', () => {
  test('what openssl enc -aes-128-cfb made is read', () => {
    const stored = '<enc-v1>AAECAwQFBgcICQoLDA0OD+gY65KNzY8kyqGmyWAc5A==';
    expect(decrypt(stored, KEY)).toBe('Harbor12345 中');
  });

  test.each([[''], ['abc'], ['x'.repeat(48)], ['emoji 😀 and 中']])('%j comes back', (text) => {
    const stored = encrypt(text, KEY);
    expect(stored).toMatch(/^<enc-v1>[A-Za-z0-9+/]+=*$/);
    expect(decrypt(stored, KEY)).toBe(text);
  });

  test('the same text is stored differently each time', () => {
    expect(encrypt('abc', KEY)).not.toBe(encrypt('abc', KEY));
  });

  test('a wrong key gives garbage and no error', () => {
    expect(decrypt(encrypt('Harbor12345', KEY), 'fedcba9876543210')).not.toBe('Harbor12345');
  });

  test('garbage still fits its column when it is encrypted again', () => {
    const garbage = decrypt(encrypt('p'.repeat(32), KEY), 'fedcba9876543210');
    expect(encrypt(garbage, KEY).length).toBeLessThanOrEqual(128);
  });

  test.each([
    ['0123456789abcde', 'crypto/aes: invalid key size 15'],
    ['0123456789abcdef\n', 'crypto/aes: invalid key size 17'],
  ])('the key %j is refused with Go’s words', (key, message) => {
    expect(() => encrypt('abc', key)).toThrow(message);
  });
});

test('the password hash is that of a real Harbor', async () => {
  const users =
    parseDump(fixture('registry.fresh.dump.sql')).find((table) => table.name === 'user')?.rows ?? [];
  const admin = users.find((row) => row['user_id'] === 1);
  expect(await hashPassword('Harbor12345', String(admin?.['salt']))).toBe(admin?.['password']);
});
