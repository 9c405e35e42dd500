import { chmodSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadVarsFile, readVaultSecrets, Vault, VaultError } from '../../src/load/index.ts';
import { writeFiles } from './temporary-files.ts';

// Made with ansible-vault of ansible-core 2.14: vars.yml and inline.yml with the default id.
const fixtures = new URL('../fixtures/load/vault/', import.meta.url).pathname;
const secrets = [
  { id: 'default', password: 'pass one' },
  { id: 'site', password: 'pass two' },
];

function read(name: string): string {
  return readFileSync(fixtures + name, 'utf8');
}

describe('Vault', () => {
  it('opens what ansible-vault made, format 1.2 with an id', () => {
    const found: string[] = [];
    const vault = new Vault({ secrets, onSecret: (text) => found.push(text) });
    expect(vault.decrypt(read('text.txt'))).toBe('text with a final newline, and ünïcode\n');
    expect(found).toEqual(['text with a final newline, and ünïcode\n']);
  });

  it('opens encrypted files of variables and registers every text inside', () => {
    const found: string[] = [];
    const vault = new Vault({ secrets, onSecret: (text) => found.push(text) });
    expect(loadVarsFile(`${fixtures}vars.yml`, { vault })).toEqual({
      values: { harbor_admin_password: 'Harbor12345', port: 8443, nested: { list: ['alpha-secret'] } },
      faults: [],
    });
    expect(found).toEqual(['Harbor12345', 'alpha-secret']);
  });

  it('opens values with the tag !vault', () => {
    const vault = new Vault({ secrets });
    expect(loadVarsFile(`${fixtures}inline.yml`, { vault }).values).toEqual({
      db_password: 'root123!',
      plain: 1,
    });
  });

  it('tries every password, since ids are hints', () => {
    const vault = new Vault({
      secrets: [
        { id: 'other', password: 'x' },
        { id: 'b', password: 'pass two' },
      ],
    });
    expect(vault.decrypt(read('text.txt'))).toContain('ünïcode');
  });

  it('encrypts to the very bytes ansible-vault writes for the same salt', () => {
    const armoured = read('text.txt');
    const inner = Buffer.from(armoured.split('\n').slice(1).join(''), 'hex').toString('latin1');
    const salt = Buffer.from(inner.split('\n')[0] ?? '', 'hex');
    const vault = new Vault({ secrets });
    expect(vault.encrypt('text with a final newline, and ünïcode\n', 'site', salt)).toBe(armoured);
  });

  it.each(['', 'x', 'a'.repeat(16), 'b'.repeat(1000)])('opens what it encrypted', (text) => {
    const vault = new Vault({ secrets });
    const armoured = vault.encrypt(text);
    expect(armoured.startsWith('$ANSIBLE_VAULT;1.1;AES256\n')).toBe(true);
    expect(new Vault({ secrets }).decrypt(armoured)).toBe(text);
  });

  const wrong: readonly [title: string, text: () => string, used: typeof secrets, message: RegExp][] = [
    ['no password', () => read('vars.yml'), [], /no vault password was given/],
    [
      'a wrong password',
      () => read('vars.yml'),
      [{ id: 'default', password: 'nope' }],
      /wrong vault password/,
    ],
    ['a changed text', () => read('vars.yml').replace(/.\n$/, '\n'), secrets, /damaged/],
    ['a cut text', () => read('vars.yml').split('\n').slice(0, 3).join('\n'), secrets, /damaged/],
    ['another format', () => '$ANSIBLE_VAULT;1.0;AES\n00\n', secrets, /version 1.1 or 1.2/],
    ['another cipher', () => '$ANSIBLE_VAULT;1.1;AES\n00\n', secrets, /cipher AES /],
  ];
  it.each(wrong)('refuses %s', (_title, text, used, message) => {
    expect(() => new Vault({ secrets: used }).decrypt(text())).toThrow(message);
  });

  it('names the id a text was encrypted with, and never the password', () => {
    const vault = new Vault({ secrets: [{ id: 'default', password: 'hunter22' }] });
    let message = '';
    try {
      vault.decrypt(read('text.txt'));
    } catch (error) {
      message = error instanceof VaultError ? `${error.message} ${error.hint}` : '';
    }
    expect(message).toContain('"site"');
    expect(message).not.toContain('hunter22');
  });
});

describe('readVaultSecrets', () => {
  const directory = writeFiles({
    plain: '  secret one \n',
    empty: '\n',
    'script.sh': '#!/bin/sh\necho from-script\n',
    'keyring-client.sh': '#!/bin/sh\necho "$1 $2"\n',
    'failing.sh': '#!/bin/sh\nexit 4\n',
  });
  for (const script of ['script.sh', 'keyring-client.sh', 'failing.sh']) {
    chmodSync(`${directory}/${script}`, 0o755);
  }

  it('reads files, scripts and prompts', async () => {
    const specs = [
      `${directory}/plain`,
      `dev@${directory}/script.sh`,
      `prod@${directory}/keyring-client.sh`,
      'ask@prompt',
    ];
    expect(await readVaultSecrets(specs, { ask: async (id) => `typed for ${id}` })).toEqual([
      { id: 'default', password: 'secret one' },
      { id: 'dev', password: 'from-script' },
      { id: 'prod', password: '--vault-id prod' },
      { id: 'ask', password: 'typed for ask' },
    ]);
  });

  it.each([
    ['empty', /is empty/],
    ['nowhere', /no such file/],
    ['failing.sh', /exit code 4/],
  ])('refuses %s', async (name, message) => {
    await expect(readVaultSecrets([`${directory}/${name}`])).rejects.toThrow(message);
  });
});
