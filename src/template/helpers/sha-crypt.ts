import { hash } from 'node:crypto';

/** `$5$` and `$6$` of crypt(3). */
export type ShaCrypt = 'sha256' | 'sha512';

/** What the scheme does where no number of rounds is written. */
const plainRounds = 5000;

/**
 * A password as /etc/shadow keeps it: Ulrich Drepper's SHA-crypt, the public specification of 2008. It takes
 * as long as it is meant to: about a second for 650 000 rounds.
 *
 * @param salt at most 16 characters of `./0-9A-Za-z`; the rest is not used
 * @param rounds 1000 to 999 999 999; written into the result unless it is what the scheme does by itself
 */
export function shaCrypt(algorithm: ShaCrypt, password: string, salt: string, rounds: number): string {
  const key = Buffer.from(password, 'utf8');
  const usedSalt = salt.slice(0, 16);
  const digest = stretch(algorithm, key, Buffer.from(usedSalt, 'latin1'), rounds);
  const shownRounds = rounds === plainRounds ? '' : `rounds=${rounds}$`;
  return `$${algorithm === 'sha256' ? 5 : 6}$${shownRounds}${usedSalt}$${encode(algorithm, digest)}`;
}

function stretch(algorithm: ShaCrypt, key: Buffer, salt: Buffer, rounds: number): Buffer {
  const digestOf = (...parts: readonly Buffer[]) => hash(algorithm, Buffer.concat(parts), 'buffer');
  const mixed = digestOf(key, salt, key);
  const bits: Buffer[] = [];
  for (let left = key.length; left > 0; left = Math.floor(left / 2)) bits.push(left % 2 === 1 ? mixed : key);
  const first = digestOf(key, salt, filled(mixed, key.length), ...bits);
  const keyPart = filled(digestOf(...Array.from({ length: key.length }, () => key)), key.length);
  const saltTimes = 16 + (first[0] ?? 0);
  const saltPart = filled(digestOf(...Array.from({ length: saltTimes }, () => salt)), salt.length);
  return repeated(algorithm, first, keyPart, saltPart, rounds);
}

/** The part that costs: written into one piece of memory, since it is done some 100 000 times. */
function repeated(algorithm: ShaCrypt, first: Buffer, key: Buffer, salt: Buffer, rounds: number): Buffer {
  const input = Buffer.alloc(first.length + 2 * key.length + salt.length);
  let current = first;
  for (let round = 0; round < rounds; round++) {
    const isOdd = round % 2 === 1;
    let end = (isOdd ? key : current).copy(input, 0);
    if (round % 3 !== 0) end += salt.copy(input, end);
    if (round % 7 !== 0) end += key.copy(input, end);
    end += (isOdd ? current : key).copy(input, end);
    current = hash(algorithm, input.subarray(0, end), 'buffer');
  }
  return current;
}

/** The digest again and again, up to a length in bytes. */
function filled(digest: Buffer, length: number): Buffer {
  return Buffer.alloc(length, digest);
}

const letters = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Three bytes make four letters; which three, the scheme shuffles, and the last group is shorter. */
function encode(algorithm: ShaCrypt, digest: Buffer): string {
  let order: readonly [number, number, number] = algorithm === 'sha256' ? [0, 10, 20] : [0, 21, 42];
  let text = '';
  for (let group = 0; group < Math.floor(digest.length / 3); group++) {
    const [high, middle, low] = order;
    text += encodeGroup(digest, high, middle, low).slice(0, 4);
    order = algorithm === 'sha256' ? [low + 1, high + 1, middle + 1] : [middle + 1, low + 1, high + 1];
  }
  return algorithm === 'sha256'
    ? text + encodeGroup(digest, -1, 31, 30).slice(0, 3)
    : text + encodeGroup(digest, -1, -1, 63).slice(0, 2);
}

function encodeGroup(digest: Buffer, high: number, middle: number, low: number): string {
  const byte = (index: number) => digest[index] ?? 0;
  const bits = byte(high) * 65_536 + byte(middle) * 256 + byte(low);
  return [0, 6, 12, 18].map((shift) => letters.charAt((bits >> shift) % 64)).join('');
}
