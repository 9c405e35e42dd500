import { expect, test } from 'vitest';
import {
  type HashFile,
  readHashes,
  type SecretPlace,
  saveHashes,
  secretState,
} from '../../../../modules/lib/harbor-objects/hashes.ts';
import type { SaveStep } from '../../../../src/module/index.ts';
import { fakeHost } from '../../../support/fake-host.ts';

const path = '/inventory/.harbor-hashes/h1.yml';
const place: SecretPlace = { url: 'http://a', kind: 'users', name: 'ci' };
const nothing: HashFile = { path, records: {} };

function textOf({ content }: SaveStep): string {
  return content && 'text' in content ? content.text : '';
}

/** The file after the hash of a secret was saved. */
async function fileWith(secret: string, id?: number): Promise<HashFile> {
  const { fresh } = await secretState(nothing, place, secret, id);
  const record = { hash: fresh, ...(id === undefined ? {} : { id }) };
  return { path, records: { 'http://a': { users: { ci: record } } } };
}

test.each<[string, HashFile | Promise<HashFile>, string, number | undefined, string]>([
  ['nothing is recorded', nothing, 'Secret1', 4, 'none'],
  ['the same secret', fileWith('Secret1', 4), 'Secret1', 4, 'same'],
  ['another secret', fileWith('Secret1', 4), 'Secret2', 4, 'other'],
  ['the same secret of what was there before', fileWith('Secret1', 4), 'Secret1', 5, 'none'],
  ['what has no number', fileWith('Secret1'), 'Secret1', undefined, 'same'],
])('%s', async (_what, file, secret, id, recorded) => {
  const state = await secretState(await file, place, secret, id);
  expect(state.recorded).toBe(recorded);
  expect(state.fresh).toMatch(recorded === 'same' ? /^$/ : /^scrypt:16384:8:1:[\w+/=]{24}:[\w+/=]{44}$/);
});

test('the same secret never has the same hash twice', async () => {
  const [a, b] = await Promise.all([fileWith('Secret1'), fileWith('Secret1')]);
  expect(a).not.toEqual(b);
});

test.each([
  ['scrypt:0:0:0::'],
  [`scrypt:3:8:1:c2FsdA==:${Buffer.alloc(32).toString('base64')}`],
  ['md5:abc'],
  ['scrypt:16384:8:1:c2FsdA==:c2hvcnQ='],
  [''],
])('a hash that is none (%s) fits nothing', async (hash) => {
  const file: HashFile = { path, records: { 'http://a': { users: { ci: { hash } } } } };
  expect((await secretState(file, place, 'Secret1')).recorded).toBe('other');
});

test('keeps the records of others, in order, whatever came first', () => {
  const at = (url: string, name: string): SecretPlace => ({ url, kind: 'users', name });
  const record = { id: 1, hash: 'h' };
  const changes = [
    [at('http://b', 'x'), record],
    [at('http://a', 'z'), record],
    [at('http://a', 'y'), record],
  ] as const;
  const text = textOf(saveHashes(nothing, changes));
  expect(textOf(saveHashes(nothing, changes.toReversed()))).toBe(text);
  expect(text.split('\n').slice(1, 7)).toEqual([
    'harbor_hashes:',
    '  http://a:',
    '    users:',
    '      y:',
    '        id: 1',
    '        hash: h',
  ]);
});

test('forgets a record, and a Harbor without any', async () => {
  const file = await fileWith('Secret1', 4);
  const step = saveHashes(file, [[place, undefined]]);
  expect(step).toMatchObject({
    localPath: path,
    mode: '0600',
    summary: `forget the salted hash of ci in ${path}`,
  });
  expect(textOf(step).split('\n').slice(1)).toEqual(['harbor_hashes: {}', '']);
});

test.each<[string, string | undefined, string]>([
  ['beside the inventory, named after the host', undefined, path],
  ['where it is wanted, from the inventory on', 'hashes/a.yml', '/inventory/hashes/a.yml'],
  ['where it is wanted', '/keep/a.yml', '/keep/a.yml'],
])('reads the file %s', async (_where, wanted, file) => {
  const values = { harbor_hashes: { 'http://a': { users: { ci: { id: 4, hash: 'h' } } } } };
  const host = fakeHost({ vars: { [file]: values } });
  expect(await readHashes(host, wanted)).toEqual({ path: file, records: values.harbor_hashes });
});

test('a host cannot lead out of the folder', async () => {
  expect(await readHashes(fakeHost({ name: '../../etc/x' }), undefined)).toEqual({
    path: '/inventory/.harbor-hashes/.._.._etc_x.yml',
    records: {},
  });
});

test.each([[{ harbor_hashes: 'text' }], [{ harbor_hashes: { 'http://a': { users: { ci: {} } } } }]])(
  'refuses to overwrite what is no file of hashes: %j',
  async (values) => {
    const host = fakeHost({ vars: { [path]: values } });
    await expect(readHashes(host, undefined)).rejects.toThrow('is not a file of salted hashes');
  },
);
