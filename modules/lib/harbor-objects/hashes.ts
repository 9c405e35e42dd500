import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { posix } from 'node:path';
import { type HostAccess, isMap, ParamsError, type SaveStep, toYaml } from '../../../src/module/index.ts';

/** Param of the modules that set what Harbor never shows again. */
export const hashesFileParam = {
  type: 'string',
  description:
    'File on the control node that keeps a salted hash of each secret set, one file per host; default `.harbor-hashes/HOST.yml` beside the inventory.',
} as const;

export type SecretKind = 'users' | 'robots' | 'configuration';

/** What is kept of one secret: its salted hash, and the number of what it belongs to where that has one. */
export interface HashRecord {
  readonly id?: number;
  readonly hash: string;
}

/** The file of one host: address of a Harbor → kind → name → record. */
export interface HashFile {
  readonly path: string;
  readonly records: Readonly<Record<string, HashesOfHarbor>>;
}

type HashesOfHarbor = Readonly<Partial<Record<SecretKind, Readonly<Record<string, HashRecord>>>>>;

/** A desired secret beside what is recorded of it. */
export interface SecretState {
  /** `none`: nothing is known of the secret that this very object has. */
  readonly recorded: 'same' | 'other' | 'none';
  /** A new salted hash of the desired secret; empty where nothing is to be recorded. */
  readonly fresh: string;
}

/** Which secret of which Harbor is meant. */
export interface SecretPlace {
  readonly url: string;
  readonly kind: SecretKind;
  readonly name: string;
}

/** Reads the file; one that is not there is an empty one. */
export async function readHashes(host: HostAccess, wanted: string | undefined): Promise<HashFile> {
  const name = `${host.name.replaceAll(/[^\w.-]/g, '_')}.yml`;
  const path = posix.resolve(host.inventoryDir, wanted ?? posix.join('.harbor-hashes', name));
  try {
    const values = await host.localVars(path);
    return { path, records: checked(path, values[variable] ?? {}) };
  } catch (error) {
    if (error instanceof ParamsError && !(error instanceof BrokenFile)) return { path, records: {} };
    throw error;
  }
}

/**
 * Compares a desired secret with what is recorded.
 *
 * @param id number of the object that has the secret now; one made anew has none of the old records
 */
export async function secretState(
  file: HashFile,
  place: SecretPlace,
  secret: string,
  id?: number,
): Promise<SecretState> {
  const record = recordAt(file, place);
  const known = record !== undefined && record.id === id ? record : undefined;
  if (known && (await fits(secret, known.hash))) return { recorded: 'same', fresh: '' };
  return { recorded: known ? 'other' : 'none', fresh: await hashOf(secret) };
}

/** The record of a place, if there is one. */
export function recordAt(file: HashFile, { url, kind, name }: SecretPlace): HashRecord | undefined {
  return file.records[url]?.[kind]?.[name];
}

/**
 * Writes the file with some records set, or taken out where undefined. Names are in order, so that the
 * same records give the same text.
 */
export function saveHashes(
  file: HashFile,
  changes: readonly (readonly [SecretPlace, HashRecord | undefined])[],
): SaveStep {
  const records = changes.reduce<HashFile['records']>(
    (before, [place, record]) => withRecord(before, place, record),
    file.records,
  );
  const names = changes.map(([{ name }]) => name).join(', ');
  const gone = changes.every(([, record]) => record === undefined);
  return {
    kind: 'save',
    summary: `${gone ? 'forget' : 'keep'} the salted hash of ${names} in ${file.path}`,
    localPath: file.path,
    content: { text: `${header}${toYaml({ [variable]: records })}` },
    mode: '0600',
  };
}

const header =
  '# Salted hashes of secrets that Harbor does not show: they tell whether one changed. Written by Mooring.\n';

/** What the file has everything under: it is a vars file like others. */
const variable = 'harbor_hashes';

/** About 16 MiB and some 50 ms for each guess. */
const cost = { N: 16_384, r: 8, p: 1 } as const;
const keyBytes = 32;

class BrokenFile extends ParamsError {}

async function hashOf(secret: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(secret, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64'), key.toString('base64')].join(':');
}

async function fits(secret: string, hash: string): Promise<boolean> {
  const [method, N, r, p, salt = '', key = ''] = hash.split(':');
  const expected = Buffer.from(key, 'base64');
  if (method !== 'scrypt' || expected.length !== keyBytes) return false;
  const given = { N: Number(N), r: Number(r), p: Number(p) };
  try {
    return timingSafeEqual(await derive(secret, Buffer.from(salt, 'base64'), given), expected);
  } catch {
    // A cost that nobody could have used: not a hash of ours.
    return false;
  }
}

function derive(secret: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

function checked(path: string, values: unknown): HashFile['records'] {
  const broken = (what: string): BrokenFile =>
    new BrokenFile(`${path} is not a file of salted hashes: ${what}. Remove it to set the secrets anew`);
  for (const [url, kinds] of mapEntries(values, broken)) {
    for (const [kind, records] of mapEntries(kinds, broken)) {
      for (const [name, record] of mapEntries(records, broken)) {
        const isRecord = isMap(record) && typeof record['hash'] === 'string';
        if (!isRecord) throw broken(`${url} ${kind} ${name} has no hash`);
      }
    }
  }
  return values as HashFile['records'];
}

function mapEntries(value: unknown, broken: (what: string) => Error): [string, never][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw broken('no mapping');
  return Object.entries(value) as [string, never][];
}

function withRecord(
  records: HashFile['records'],
  { url, kind, name }: SecretPlace,
  record: HashRecord | undefined,
): HashFile['records'] {
  const kinds = records[url] ?? {};
  const changed = sorted({ ...kinds, [kind]: sorted({ ...kinds[kind], [name]: record }) });
  return sorted({ ...records, [url]: changed });
}

/** In order of the keys, without what is undefined or empty. */
function sorted<T extends object>(map: Readonly<Record<string, T | undefined>>): Record<string, T> {
  const entries = Object.entries(map).filter((entry): entry is [string, T] => {
    const [, value] = entry;
    return value !== undefined && Object.keys(value).length > 0;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
