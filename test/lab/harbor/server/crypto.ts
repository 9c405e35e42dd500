// Harbor 1.5's two ways to hide a value: AES-CFB for what must be read again, PBKDF2 for login passwords.

import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const HEADER = '<enc-v1>';
const BLOCK = 16;

/** Encrypts with the secretkey: `<enc-v1>` and base64 of a random IV with AES-CFB behind it. Throws as Go does on a key of wrong size. */
export function encrypt(text: string, key: string, iv: Buffer = randomBytes(BLOCK)): string {
  const cipher = createCipheriv(cipherFor(key), Buffer.from(key), iv);
  const body = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]);
  return HEADER + body.toString('base64');
}

/** Decrypts what encrypt made. CFB has no check: a wrong key gives garbage, not an error. A value without header is plain base64. */
export function decrypt(stored: string, key: string): string {
  if (!stored.startsWith(HEADER)) return Buffer.from(stored, 'base64').toString('utf8');
  const body = Buffer.from(stored.slice(HEADER.length), 'base64');
  if (body.length < BLOCK) throw new Error('cipherText too short');
  const decipher = createDecipheriv(cipherFor(key), Buffer.from(key), body.subarray(0, BLOCK));
  return readable(Buffer.concat([decipher.update(body.subarray(BLOCK)), decipher.final()]));
}

/** The hash of a login password as Harbor's `user` table holds it. */
export async function hashPassword(password: string, salt: string): Promise<string> {
  const derived = await promisify(pbkdf2)(password, salt, 4096, 16, 'sha1');
  return derived.toString('hex');
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Random letters and digits, for salts and token ids. */
export function randomText(length: number): string {
  return [...randomBytes(length)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}

// Garbage from a wrong key is seldom UTF-8; as Latin-1 it keeps its length and still fits its column when encrypted again.
function readable(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : bytes.toString('latin1');
}

function cipherFor(key: string): string {
  const size = Buffer.byteLength(key);
  if (![16, 24, 32].includes(size)) throw new Error(`crypto/aes: invalid key size ${size}`);
  return `aes-${size * 8}-cfb`;
}
