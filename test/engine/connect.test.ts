import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { becomeOf, type ConnectSource, connectionSpec } from '../../src/engine/connect.ts';
import type { CommonKeywords, ValueMap } from '../../src/model/index.ts';
import { Scope } from '../../src/template/index.ts';

function source(
  vars: ValueMap,
  keywords: CommonKeywords = {},
  defaults: ConnectSource['defaults'] = {},
  hostName = 'h1',
): ConnectSource {
  const scope = new Scope([{ origin: 'test', level: 8, values: vars, templated: true }]);
  return { hostName, scope, taskScope: scope, chain: [keywords], defaults, askSecret: undefined };
}

describe('connectionSpec', () => {
  it.each<[string, ConnectSource, object]>([
    ['the name alone', source({}), { transport: 'ssh', address: 'h1', name: 'h1' }],
    [
      'variables before keywords before the command line',
      source(
        { ansible_user: 'var' },
        { remoteUser: 'keyword', port: 1 },
        { user: 'cli', privateKeyFile: '/k' },
      ),
      { user: 'var', port: 1, privateKeyFile: '/k' },
    ],
    [
      'keywords before the command line',
      source({}, { remoteUser: 'keyword' }, { user: 'cli' }),
      { user: 'keyword' },
    ],
    [
      'templates in variables',
      source({ ansible_host: '{{ address }}', address: '10.0.0.1', ansible_port: '22' }),
      { address: '10.0.0.1', port: 22 },
    ],
    [
      'arguments of ssh, joined',
      source({ ansible_ssh_common_args: '-o A=1', ansible_ssh_extra_args: '-o B=2' }),
      { sshArgs: '-o A=1 -o B=2' },
    ],
    [
      'old names',
      source({ ansible_ssh_host: 'x', ansible_ssh_pass: 'secret' }),
      { address: 'x', password: 'secret' },
    ],
    ['localhost', source({}, {}, {}, 'localhost'), { transport: 'local' }],
    [
      'localhost, whatever is said about ssh for all hosts',
      source({ ansible_ssh_common_args: '-F {{ inventory_dir }}/config' }, {}, {}, 'localhost'),
      { transport: 'local', address: 'localhost' },
    ],
    [
      'localhost with an address',
      source({ ansible_host: '127.0.0.1' }, {}, {}, 'localhost'),
      { transport: 'ssh' },
    ],
    ['a time-out in seconds', source({ ansible_timeout: 5 }), { connectTimeoutMs: 5000 }],
  ])('takes %s', (_, from, expected) => {
    expect(connectionSpec(from)).toMatchObject(expected);
  });

  it.each([
    [{ ansible_connection: 'winrm' }, 'connection "winrm" of host h1 is not supported'],
    [{ ansible_port: 'ssh' }, 'ansible_port must be a whole number, not "ssh"'],
    [{ ansible_user: ['a'] }, 'ansible_user must be text'],
  ])('refuses %j', (vars, message) => {
    expect(() => connectionSpec(source(vars))).toThrow(message);
  });
});

describe('becomeOf', () => {
  it.each<[string, ConnectSource, object | undefined]>([
    ['off', source({ ansible_user: 'me' }), undefined],
    ['the keyword', source({ ansible_user: 'me' }, { become: true }), { method: 'sudo', user: 'root' }],
    [
      'the variable over the keyword',
      source({ ansible_user: 'me', ansible_become: 'no' }, { become: true }),
      undefined,
    ],
    [
      'method, user and password',
      source(
        { ansible_user: 'me', ansible_become_password: 'p4ss' },
        { become: true, becomeMethod: 'su', becomeUser: 'app' },
      ),
      { method: 'su', user: 'app', password: 'p4ss' },
    ],
    ['the command line', source({ ansible_user: 'me' }, {}, { become: true }), { user: 'root' }],
    ['nothing for who is that user already', source({ ansible_user: 'root' }, { become: true }), undefined],
    [
      'nothing on the control node for its own user',
      source({}, { become: true, becomeUser: userInfo().username }, {}, 'localhost'),
      undefined,
    ],
  ])('takes %s', (_, from, expected) => {
    const become = becomeOf(from);
    if (expected) expect(become).toMatchObject(expected);
    else expect(become).toBeUndefined();
  });
});
