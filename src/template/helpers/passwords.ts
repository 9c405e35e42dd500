import { createHash, randomInt } from 'node:crypto';
import { TemplateError } from '../../model/errors.ts';
import type { Value } from '../../model/value.ts';
import { BoundedCache } from '../cache.ts';
import { type Arguments, type Helper, helper, numberOf, textOf } from './helper.ts';
import { type ShaCrypt, shaCrypt } from './sha-crypt.ts';

/** Passwords as systems keep them. */
export const passwords: readonly Helper[] = [
  helper(
    'password_hash',
    ['password', 'algorithm?', 'salt?', 'salt_size?', 'rounds?'],
    'A password as /etc/shadow keeps it, sha512 or sha256. Give a salt: with a random one each run makes another hash.',
    passwordHash,
  ),
];

/** What Ansible with passlib does where nothing is said. */
const usualRounds: Readonly<Record<ShaCrypt, number>> = { sha256: 535_000, sha512: 656_000 };
const saltLetters = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const longestSalt = 16;

/** A second of work each; asked for again for every host and every look ahead. Keys tell no password. */
const made = new BoundedCache<string>(1000);

function passwordHash([password, name = 'sha512', salt, saltSize, rounds]: Arguments): Value {
  const algorithm = algorithmOf(textOf(name));
  const times = rounds === undefined || rounds === null ? usualRounds[algorithm] : numberOf(rounds);
  if (!Number.isInteger(times) || times < 1000 || times > 999_999_999) {
    throw new TemplateError('needs rounds from 1000 to 999999999');
  }
  const fixedSalt =
    salt === undefined || salt === null || salt === '' ? undefined : checkedSalt(textOf(salt));
  const secret = textOf(password);
  const key = createHash('sha256')
    .update(JSON.stringify([algorithm, secret, fixedSalt ?? null, saltSize ?? null, times]))
    .digest('hex');
  return made.get(key, () => shaCrypt(algorithm, secret, fixedSalt ?? randomSalt(saltSize), times));
}

function algorithmOf(name: string): ShaCrypt {
  const plain = name.replace(/_crypt$/, '');
  if (plain === 'sha256' || plain === 'sha512') return plain;
  const known = ['md5', 'blowfish', 'bcrypt'].includes(plain);
  throw new TemplateError(`has no algorithm "${name}"`, {
    hint: known ? 'sha512 is what Linux systems understand and use' : 'sha512 or sha256',
  });
}

function checkedSalt(salt: string): string {
  if (!/^[./0-9A-Za-z]+$/.test(salt)) {
    throw new TemplateError('needs a salt of letters, digits, dots and slashes');
  }
  if (salt.length > longestSalt) throw new TemplateError(`needs a salt of at most ${longestSalt} characters`);
  return salt;
}

function randomSalt(size: Value | undefined): string {
  const length = size === undefined || size === null ? longestSalt : numberOf(size);
  if (!Number.isInteger(length) || length < 1 || length > longestSalt) {
    throw new TemplateError(`needs a salt_size from 1 to ${longestSalt}`);
  }
  return Array.from({ length }, () => saltLetters.charAt(randomInt(saltLetters.length))).join('');
}
