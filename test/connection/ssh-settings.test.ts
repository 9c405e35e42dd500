import { writeFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ConnectionSpec } from '../../src/connection/connection.ts';
import { resolveSshSettings, splitWords } from '../../src/connection/ssh-settings.ts';
import { ConnectionError } from '../../src/model/errors.ts';
import { temporaryDirectory } from './shells.ts';

const directory = temporaryDirectory();
const configFile = join(directory, 'config');
writeFileSync(
  configFile,
  `
# a comment
Host web
  HostName %h.example.org
  Port 2201
  User=deploy
  IdentityFile ~/.ssh/web
  IdentityFile "${directory}/second key"
  IdentitiesOnly yes
  ProxyJump jump@bastion:2022,second
  ServerAliveInterval 7
  ServerAliveCountMax 2
  ConnectTimeout 3

Host *.internal !db.internal
  ProxyCommand nc -X connect "%h" %p
  StrictHostKeyChecking accept-new
  UserKnownHostsFile ${directory}/a ${directory}/b

Match host web.example.org user deploy
  HostKeyAlias web-alias

Match originalhost nothing
  User wrong

Match exec "test -n %h"
  HashKnownHosts yes

Include ${directory}/conf.d-*.conf

Host *
  User everyone
  Port 99
`,
);
writeFileSync(join(directory, 'conf.d-1.conf'), 'Host included\n  HostName 10.9.9.9\n');

function settings(spec: Partial<ConnectionSpec>) {
  return resolveSshSettings({
    name: 'h1',
    transport: 'ssh',
    address: 'web',
    sshArgs: `-F ${configFile}`,
    ...spec,
  });
}

describe('resolveSshSettings', () => {
  it('reads what the configuration says of a host', () => {
    expect(settings({})).toMatchObject({
      ...{ host: 'web.example.org', port: 2201, user: 'deploy', identitiesOnly: true },
      identityFiles: [
        { path: join(homedir(), '.ssh/web'), isExplicit: true },
        { path: join(directory, 'second key'), isExplicit: true },
      ],
      proxyJump: ['jump@bastion:2022', 'second'],
      ...{ keepaliveIntervalMs: 7_000, keepaliveCountMax: 2, connectTimeoutMs: 3_000 },
      ...{ hostKeyAlias: 'web-alias', hashKnownHosts: true },
    });
  });

  it("lets the host's variables win, then its ssh arguments, then the file", () => {
    const sshArgs = `-F ${configFile} -o Port=7 -o User=args -i /args -o 'ConnectTimeout 9'`;
    expect(settings({ port: 5, privateKeyFile: '/spec', sshArgs, connectTimeoutMs: 1 })).toMatchObject({
      ...{ port: 5, user: 'args', connectTimeoutMs: 1 },
      identityFiles: [{ path: '/spec' }, { path: '/args' }, {}, {}],
    });
    expect(settings({ sshArgs })).toMatchObject({ port: 7, user: 'args', connectTimeoutMs: 9_000 });
  });

  it.each<[string, string | undefined, string]>([
    ['a.internal', 'nc -X connect "a.internal" 99', 'accept-new'],
    ['db.internal', undefined, 'ask'],
  ])('matches patterns and negations: %s', (address, proxyCommand, strictHostKeyChecking) => {
    expect(settings({ address })).toMatchObject({ proxyCommand, strictHostKeyChecking, user: 'everyone' });
  });

  it('takes several known_hosts files', () => {
    expect(settings({ address: 'a.internal' }).userKnownHostsFiles).toEqual([
      `${directory}/a`,
      `${directory}/b`,
    ]);
  });

  it('reads included files', () => {
    expect(settings({ address: 'included' })).toMatchObject({ host: '10.9.9.9', port: 99 });
  });

  it('has sane defaults without any file', () => {
    expect(settings({ sshArgs: '-F none', address: '10.0.0.1' })).toMatchObject({
      ...{ host: '10.0.0.1', port: 22, user: userInfo().username, strictHostKeyChecking: 'ask' },
      ...{ connectTimeoutMs: 10_000, keepaliveIntervalMs: 15_000, proxyJump: [], proxyCommand: undefined },
      userKnownHostsFiles: [join(homedir(), '.ssh/known_hosts'), join(homedir(), '.ssh/known_hosts2')],
    });
  });

  it.each<[string, object]>([
    ['-p 2222 -l joe', { port: 2222, user: 'joe' }],
    ['-p2222 -C -4 -q', { port: 2222 }],
    ['-J one,two', { proxyJump: ['one', 'two'] }],
    ['-o ProxyJump=none -o ProxyCommand=none', { proxyJump: [], proxyCommand: undefined }],
    [`-o ProxyCommand="ssh -W %h:%p jump"`, { proxyCommand: 'ssh -W 10.0.0.1:22 jump' }],
    ['-oStrictHostKeyChecking=no', { strictHostKeyChecking: 'no' }],
    ['-o ControlMaster=auto -o ControlPersist=60s -S /tmp/x', { port: 22 }],
    ['-o UserKnownHostsFile=/dev/null', { userKnownHostsFiles: ['/dev/null'] }],
  ])('understands %s', (args, expected) => {
    expect(settings({ address: '10.0.0.1', sshArgs: `-F none ${args}` })).toMatchObject(expected);
  });

  it.each([
    ['-o', /-o has no value/],
    ['-o Port', /-o Port is not Name=value/],
    ['somewhere', /"somewhere" is not understood/],
    ['-p ssh', /"ssh" is not a port/],
  ])('refuses %s', (sshArgs, message) => {
    expect(() => settings({ sshArgs })).toThrow(message);
    expect(() => settings({ sshArgs })).toThrow(ConnectionError);
  });
});

describe('splitWords', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['a  b', ['a', 'b']],
    [`-o 'a b' "c \\" d" e\\ f`, ['-o', 'a b', 'c " d', 'e f']],
    [`-o ProxyCommand="ssh -W '%h' x"`, ['-o', `ProxyCommand=ssh -W '%h' x`]],
    [`''`, ['']],
  ])('%j', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });
});
