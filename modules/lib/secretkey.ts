import { createDecipheriv } from 'node:crypto';

const header = '<enc-v1>';
const blockBytes = 16;

/** So many decrypted bytes make a coincidence less likely than one in a million (95 of 256 are printable). */
const enoughBytes = 14;

/** A value Harbor keeps encrypted, and where. */
export interface EncryptedValue {
  readonly place: string;
  readonly value: string;
}

export type KeyProof =
  | { readonly verdict: 'proven'; readonly bytes: number }
  | { readonly verdict: 'wrong'; readonly places: readonly string[] }
  | { readonly verdict: 'unproven'; readonly bytes: number };

/**
 * Tries a Harbor secretkey on encrypted data. Harbor encrypts with AES-CFB and no check (`<enc-v1>` and
 * base64 of IV and text; src/common/utils/encrypt.go of v1.5.4), so a wrong key gives garbage, never an
 * error: what comes out must be readable text.
 *
 * @param key 16, 24 or 32 bytes
 * @param values encrypted values; those without the header are passed over
 */
export function proveSecretkey(key: string, values: readonly EncryptedValue[]): KeyProof {
  const encrypted = values.filter((item) => item.value.startsWith(header));
  const decrypted = encrypted.map((item) => ({ place: item.place, bytes: decryptValue(key, item.value) }));
  const garbage = decrypted.filter((item) => !isReadable(item.bytes)).map((item) => item.place);
  if (garbage.length > 0) return { verdict: 'wrong', places: garbage };
  const bytes = decrypted.reduce((sum, item) => sum + item.bytes.length, 0);
  return { verdict: bytes >= enoughBytes ? 'proven' : 'unproven', bytes };
}

/** Why a key cannot be one; undefined = its form is right. */
export function secretkeyFault(key: string): string | undefined {
  const bytes = Buffer.byteLength(key);
  if (bytes !== 16) return `a secretkey has exactly 16 bytes, this one has ${bytes}`;
  return /^[!-~]+$/.test(key) ? undefined : 'a secretkey has no blanks, line breaks or non-ASCII characters';
}

function decryptValue(key: string, stored: string): Buffer {
  const body = Buffer.from(stored.slice(header.length), 'base64');
  if (body.length < blockBytes) return Buffer.from([0]);
  const bits = Buffer.byteLength(key) * 8;
  const decipher = createDecipheriv(`aes-${bits}-cfb`, Buffer.from(key), body.subarray(0, blockBytes));
  return Buffer.concat([decipher.update(body.subarray(blockBytes)), decipher.final()]);
}

function isReadable(bytes: Buffer): boolean {
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) return false;
  return ![...text].some((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x20 || (code >= 0x7f && code < 0xa0);
  });
}
