import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Vault } from '../../src/load/index.ts';
import { writeFiles } from '../load/temporary-files.ts';
import { type Ended, localHosts, mooring } from './mooring.ts';

const secret = 'S3cret/"quoted"\\and=more';
const token = 'ZmFrZS10b2tlbg-1234567890';
const vault = new Vault({ secrets: [{ id: 'default', password: 'vault-pass-phrase' }] });

const site = writeFiles({
  'inventory/hosts.yml': localHosts,
  'inventory/.vault-password': 'vault-pass-phrase\n',
  'inventory/group_vars/all/secrets.yml': vault.encrypt(
    `db_password: '${secret}'\nnested: {tokens: ['${token}']}\n`,
  ),
  'site.yml': `
- hosts: h1
  tasks:
    - name: shows
      debug: {msg: "password={{ db_password }} token={{ nested.tokens.[0] }}"}
    - name: whole variable
      debug: {var: nested}
    - name: prints it
      shell: {cmd: 'cat; echo err >&2', stdin: "{{ db_password }}"}
      register: printed
    - name: echoes what came back
      debug: {msg: "{{ printed.stdout }}"}
    - name: file
      copy: {content: "password={{ db_password }}\\ntoken={{ nested.tokens.[0] }}\\n", dest: "{{ place }}/app.conf"}
    - name: "named {{ nested.tokens.[0] }}"
      ping:
    - name: loops
      debug: {msg: "{{ item }}"}
      loop: "{{ nested.tokens }}"
    - name: asserts
      assert: {that: "db_password == 'x'", fail_msg: "it was {{ db_password }}"}
      ignore_errors: true
    - name: fails
      shell: {cmd: 'cat >&2; exit 1', stdin: "{{ db_password }} {{ nested.tokens.[0] }}"}
`,
  'faulty.yml': `
- hosts: h1
  tasks:
    - wait_for: {port: "{{ db_password }}"}
    - file: {path: /x, state: "{{ nested.tokens.[0] }}"}
`,
});
const inventory = join(site, 'inventory');
const run = (playbook: string, ...words: string[]): Promise<Ended> =>
  mooring(
    ...['run', join(site, playbook), '-i', inventory, '-e', `place=${site}`, '--vault-password-file'],
    ...[join(inventory, '.vault-password'), ...words],
  );

/** In every form a secret may take in text, JSON and URLs. */
function expectNoSecret(text: string): void {
  for (const value of [secret, token, 'vault-pass-phrase']) {
    expect(text).not.toContain(value);
    expect(text).not.toContain(JSON.stringify(value).slice(1, -1));
    expect(text).not.toContain(JSON.stringify(JSON.stringify(value)).slice(3, -3));
    expect(text).not.toContain(encodeURIComponent(value));
  }
}

test.each([
  ['human', ['--diff']],
  ['human', ['--diff', '-vvv']],
  ['human', ['--diff', '--check', '-v']],
  ['json', ['--diff', '-vvv']],
  ['json', ['--diff', '--check']],
])('%s output %j of a run shows no secret', async (output, words) => {
  rmSync(join(site, 'app.conf'), { force: true });
  const { all, code } = await run('site.yml', '--output', output, ...words);
  expectNoSecret(all);
  // The run really got there, and what surrounds a secret is still to be read.
  expect(all).toContain('password=');
  expect(all).toContain('app.conf');
  if (!words.includes('--check')) {
    expect(code).toBe(2);
    expect(readFileSync(join(site, 'app.conf'), 'utf8')).toBe(`password=${secret}\ntoken=${token}\n`);
  }
});

test.each([['human'], ['json']])('faults in %s form show no secret', async (output) => {
  const { all, code } = await run('faulty.yml', '--output', output);
  expectNoSecret(all);
  expect(code).not.toBe(0);
});

test.each([[['inventory', '-i', inventory, '--list']], [['inventory', '-i', inventory, '--host', 'h1']]])(
  '%j shows no secret',
  async (words) => {
    const { all, code } = await mooring(...words);
    expectNoSecret(all);
    expect(all).toContain('db_password');
    expect(code).toBe(0);
  },
);
