import { createHmac } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  fingerprintOf,
  hostKeyName,
  judgeHostKey,
  keyTypeOf,
  knownKeyTypes,
  matchesHost,
  parseKnownHosts,
  rememberHostKey,
} from '../../src/connection/known-hosts.ts';
import { temporaryDirectory } from './shells.ts';

function makeKey(type: string, fill: number): Buffer {
  const name = Buffer.from(type);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  return Buffer.concat([length, name, Buffer.alloc(36, fill)]);
}

const ours = makeKey('ssh-ed25519', 1);
const other = makeKey('ssh-ed25519', 2);
const rsa = makeKey('ssh-rsa', 3);
const line = (key: Buffer) => `${keyTypeOf(key)} ${key.toString('base64')}`;

function hashed(name: string): string {
  const salt = Buffer.alloc(20, 7);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

describe('matchesHost', () => {
  it.each<[string, string, boolean]>([
    ['web1', 'web1', true],
    ['web1,10.0.0.1', '10.0.0.1', true],
    ['WEB1', 'web1', true],
    ['web', 'web1', false],
    ['*.example.org', 'a.example.org', true],
    ['*.example.org', 'example.org', false],
    ['web?', 'web1', true],
    ['web?', 'web10', false],
    ['*.example.org,!bad.example.org', 'bad.example.org', false],
    ['!bad.example.org,*.example.org', 'good.example.org', true],
    ['[10.0.0.1]:2222', '[10.0.0.1]:2222', true],
    ['10.0.0.1', '[10.0.0.1]:2222', false],
    ['a.b', 'axb', false],
    [hashed('web1'), 'web1', true],
    [hashed('web1'), 'web2', false],
    [hashed('[10.0.0.1]:2222'), '[10.0.0.1]:2222', true],
  ])('%s for %s: %s', (patterns, name, expected) => {
    expect(matchesHost(patterns, name)).toBe(expected);
  });
});

describe('judgeHostKey', () => {
  it.each<[string, string, Buffer, string, number | undefined]>([
    ['a known key', `# c\n\nweb1 ${line(ours)} comment`, ours, 'known', 3],
    ['a second key of the host', `web1 ${line(rsa)}\nweb1 ${line(ours)}`, ours, 'known', 2],
    ['another key of the same type', `web1 ${line(rsa)}\nweb1 ${line(other)}`, ours, 'changed', 2],
    ['a key of a type not known', `web1 ${line(rsa)}`, ours, 'changed', 1],
    ['a host nobody knows', `web2 ${line(ours)}`, ours, 'unknown', undefined],
    ['a revoked key', `web1 ${line(ours)}\n@revoked * ${line(ours)}`, ours, 'revoked', 2],
    ['a revoked key of another host', `web1 ${line(ours)}\n@revoked web2 ${line(ours)}`, ours, 'known', 1],
    ['a certificate authority only', `@cert-authority *1 ${line(other)}`, ours, 'authority', 1],
    [
      'an authority and the plain key',
      `@cert-authority * ${line(other)}\nweb1 ${line(ours)}`,
      ours,
      'known',
      2,
    ],
    ['lines that are none', 'web1\n@other web1 a b\nweb1 ssh-ed25519 !!', ours, 'unknown', undefined],
  ])('%s', (_title, text, key, kind, at) => {
    const verdict = judgeHostKey(parseKnownHosts(text, '/k'), ['web1'], key);
    expect(verdict.kind).toBe(kind);
    if (verdict.kind !== 'unknown') expect(verdict.line).toMatchObject({ file: '/k', line: at });
  });

  it('lets an entry without the port vouch for a key, not contradict it', () => {
    const names = [hostKeyName('web1', 2222), 'web1'];
    expect(judgeHostKey(parseKnownHosts(`web1 ${line(ours)}`, '/k'), names, ours).kind).toBe('known');
    expect(judgeHostKey(parseKnownHosts(`web1 ${line(other)}`, '/k'), names, ours).kind).toBe('unknown');
  });
});

describe('known_hosts files', () => {
  it('tell the key types known for a host', () => {
    const text = `web1 ${line(rsa)}\nweb1 ${line(ours)}\n@revoked web1 ${line(other)}\nweb2 ${line(other)}`;
    expect(knownKeyTypes(parseKnownHosts(text, '/k'), ['web1'])).toEqual(['ssh-rsa', 'ssh-ed25519']);
  });

  it.each([false, true])('take new keys, hashed: %s', async (isHashed) => {
    const file = join(temporaryDirectory(), 'ssh', 'known_hosts');
    await rememberHostKey(file, '[web1]:2222', ours, isHashed);
    await rememberHostKey(file, 'web2', other, isHashed);
    const text = readFileSync(file, 'utf8');
    expect(text.includes('web1')).toBe(!isHashed);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(judgeHostKey(parseKnownHosts(text, file), ['[web1]:2222'], ours).kind).toBe('known');
    expect(judgeHostKey(parseKnownHosts(text, file), ['web2'], other).kind).toBe('known');
  });

  it('shows fingerprints as ssh-keygen does', () => {
    const key = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIIj/7La4FVb8qPM22+AOmvaMeQhrO2x2zToonYgmcFIW', 'base64');
    expect(fingerprintOf(key)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    expect(keyTypeOf(key)).toBe('ssh-ed25519');
  });
});
