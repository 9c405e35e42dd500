import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ConnectionSpec } from '../../../src/connection/connection.ts';
import { connectionKey } from '../../../src/connection/persist/connection-key.ts';
import { type SshRoute, sshRoute } from '../../../src/connection/ssh-connect.ts';
import { temporaryDirectory } from '../shells.ts';

const folder = temporaryDirectory();
const keyFile = join(folder, 'key');
writeFileSync(keyFile, 'a key');

function route(more: Partial<ConnectionSpec> = {}, options = ''): SshRoute {
  const sshArgs = `-F none -o IdentityAgent=none ${options}`;
  return sshRoute({
    ...{
      name: 'h1',
      transport: 'ssh',
      address: '192.0.2.1',
      user: 'deploy',
      privateKeyFile: keyFile,
      sshArgs,
    },
    ...more,
  });
}

const key = (one: SshRoute, salt = 'salt') => connectionKey(one, salt);

describe('what a kept connection is found by', () => {
  it.each<[string, SshRoute]>([
    ['address', route({ address: '192.0.2.2' })],
    ['port', route({ port: 2222 })],
    ['user', route({ user: 'root' })],
    ['inventory name', route({ name: 'h2' })],
    ['key file', route({ privateKeyFile: join(folder, 'other') })],
    ['password', route({ password: 'secret' })],
    ['passphrase', route({ privateKeyPassphrase: 'secret' })],
    ['agent', route({ sshArgs: '-F none -o IdentityAgent=/elsewhere' })],
    ['known_hosts', route({}, '-o UserKnownHostsFile=/elsewhere')],
    ['checking of host keys', route({}, '-o StrictHostKeyChecking=no')],
    ['alias of the host key', route({}, '-o HostKeyAlias=registry')],
    ['jump host', route({}, '-J gate')],
    ['port of the jump host', route({}, '-J gate:2222')],
    ['proxy command', route({}, '-o ProxyCommand="nc %h %p"')],
    ['ways to log in', route({}, '-o PasswordAuthentication=no')],
  ])('is another one with another %s', (_title, other) => {
    expect(key(other)).not.toBe(key(route()));
  });

  it('is the same for the same settings, and however long connecting may take', () => {
    expect(key(route())).toBe(key(route()));
    expect(key(route({ connectTimeoutMs: 1 }))).toBe(key(route()));
    expect(key(route({ askSecret: async () => '' }))).toBe(key(route()));
  });

  it('is another one once the key file has another content', () => {
    const before = key(route());
    writeFileSync(keyFile, 'another key');
    expect(key(route())).not.toBe(before);
  });

  it('hides the password, and differs from broker to broker', () => {
    const secret = route({ password: 'correct horse' });
    expect(key(secret)).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(key(secret, 'one')).not.toBe(key(secret, 'two'));
  });

  it('counts the surroundings of a proxy command, but not the terminal', () => {
    const within = (env: Record<string, string>, cwd = '/') => ({
      ...route({}, '-o ProxyCommand="nc %h %p"'),
      surroundings: { cwd, env },
    });
    const usual = key(within({ PROFILE: 'prod', TERM: 'xterm' }));
    expect(key(within({ TERM: 'dumb', PROFILE: 'prod' }))).toBe(usual);
    expect(key(within({ PROFILE: 'test', TERM: 'xterm' }))).not.toBe(usual);
    expect(key(within({ PROFILE: 'prod', TERM: 'xterm' }, '/tmp'))).not.toBe(usual);
  });
});
