import { describe, expect, it, test } from 'vitest';
import { Vault } from '../../src/load/index.ts';
import { writeFiles } from '../load/temporary-files.ts';
import { mooring } from './mooring.ts';

const secret = 'quite-secret-value';
const vault = new Vault({ secrets: [{ id: 'default', password: 'vault-pass-phrase' }] });

const directory = writeFiles({
  'site/.vault-password': 'vault-pass-phrase\n',
  'site/hosts.yml': `all:
  vars: {color: red, port: 1}
  children:
    web:
      vars: {color: green}
      hosts:
        w1: {color: blue}
        w2:
    db:
      hosts:
        d1:
`,
  'site/group_vars/all/main.yml':
    'domain: example.org\naddress: "{{ inventory_hostname }}.{{ domain }}"\nbroken: "{{ nowhere }}"\n',
  'site/group_vars/all/vault.yml': vault.encrypt(`password: ${secret}\n`),
  'site/group_vars/web.yml':
    'url: "https://:{{ password }}@{{ address }}"\nuptime_text: "{{ ansible_hostname }} is up"\n',
  'defaults.yml': 'color: white\nsize: 3\n',
  'site.yml': `- name: first
  hosts: web
  defaults_files: [defaults.yml]
  vars: {port: 2}
  tags: [base]
  tasks:
    - name: look
      command: date
      register: looked
    - name: act
      ping:
      when: looked.rc == 0
    - block:
        - name: small
          debug: {msg: "{{ color }}"}
          vars: {color: pink}
          when: size > 5
      when: "'web' in group_names"
      rescue:
        - name: heal
          ping:
    - name: once
      ping:
      run_once: true
      tags: [never, special]
    - name: count
      set_fact: {size: 4}
      notify: again
  handlers:
    - name: again
      ping:
- name: second
  hosts: all
  tasks:
    - name: look
      ping:
      loop: [1, 2]
      when: item > 1
`,
});

const explain = (...words: readonly string[]) => mooring('explain', ...words, '-i', `${directory}/site`);
const playbook = `${directory}/site.yml`;

/** The output with the folder of the test taken off. */
async function said(...words: readonly string[]): Promise<string> {
  const { stdout, stderr, code } = await explain(...words);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return stdout.replaceAll(`${directory}/`, '').trim();
}

describe('explain var', () => {
  it('tells the value, its place, and what it shadows, highest first', async () => {
    expect(await said('var', 'color', '--host', 'w1')).toBe(
      `color on w1: "blue"
  set in     site/hosts.yml:7:14 (host variables in the inventory, level 8)
  shadows    "green", site/hosts.yml:5:14 (group variables in the inventory, level 3)
  shadows    "red", site/hosts.yml:2:10 (group variables in the inventory, level 3)`,
    );
  });

  it('shows what was written where it is rendered', async () => {
    expect(await said('var', 'address', '--host', 'd1')).toBe(
      `address on d1: "d1.example.org"
  set in     site/group_vars/all/main.yml:2:1 (group_vars/all, level 4)
  written    "{{ inventory_hostname }}.{{ domain }}"`,
    );
  });

  it('lets extra variables win', async () => {
    const text = await said('var', 'domain', '--host', 'd1', '-e', 'domain=example.net');
    expect(text).toContain(
      'domain on d1: "example.net"\n  set in     --extra-vars:1:1 (extra variables, level 22)',
    );
    expect(text).toContain(
      'shadows    "example.org", site/group_vars/all/main.yml:1:1 (group_vars/all, level 4)',
    );
  });

  it('tells plays apart where they differ', async () => {
    const text = await said('var', 'port', '--host', 'w1', playbook);
    expect(text).toContain(
      'port on w1 in play "first": 2\n  set in     site.yml:4:10 (vars of the play, level 12)',
    );
    expect(text).toContain('port on w1 in play "second": 1\n');
  });

  it('names tasks that set it later, and inside which it is another', async () => {
    const size = await said('var', 'size', '--host', 'w2', playbook);
    expect(size).toContain('"first": 3\n  set in     defaults.yml:2:1 (defaults, level 2)');
    expect(size).toContain('changed by set_fact in task "count", site.yml:27:18 (level 19)');
    const color = await said('var', 'color', '--host', 'w2', playbook);
    expect(color).toContain('inside     vars of task "small", site.yml:16:18 (level 17)');
  });

  it('says of a result that it is known during the run', async () => {
    expect(await said('var', 'looked', '--host', 'w1', playbook)).toContain(
      'looked on w1: known during the run\n  set by     register in task "look", site.yml:9:17 (level 19)',
    );
  });

  it('says which fact a value waits for', async () => {
    expect(await said('var', 'uptime_text', '--host', 'w1')).toContain(
      'uptime_text on w1: <decided at run time: "ansible_hostname" is a fact>',
    );
  });

  it('tells why a value cannot be rendered', async () => {
    expect(await said('var', 'broken', '--host', 'd1')).toContain(
      'cannot be rendered: "nowhere" is not defined',
    );
  });

  test.each([
    [['url', '--host', 'w1'], 'url on w1: "https://:********@w1.example.org"'],
    [
      ['password', '--host', 'w1'],
      'password on w1: "********"\n  set in     site/group_vars/all/vault.yml:1:1',
    ],
    [['password', '--host', 'w1', '--output', 'json'], '"value": "********"'],
  ])('secrets are masked: %j', async (words, text) => {
    const out = await said('var', ...words);
    expect(out).toContain(text);
    expect(out).not.toContain(secret);
  });

  test.each([
    [['var', 'colour', '--host', 'w1'], 'there is no variable "colour"\nDid you mean "color"?'],
    [['var', 'color', '--host', 'w3'], 'there is no host "w3"\nDid you mean "w1"?'],
    [
      ['var', 'the_color_of_it', '--host', 'w1'],
      'there is no variable "the_color_of_it"\nDid you mean "color"?',
    ],
    [['task', 'take a look around', '--host', 'w1', playbook], 'Did you mean "look"?'],
    [['task', 'loook', '--host', 'w1', playbook], 'there is no task "loook"\nDid you mean "look"?'],
  ])('%j', async (words, message) => {
    const { code, stderr } = await explain(...words);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
  });
});

describe('explain task', () => {
  it('tells of every task of the name, with the reasons', async () => {
    expect(await said('task', 'look', '--host', 'd1', playbook)).toBe(
      `task "look" (command) of play "first", site.yml:7:7
  does not run on d1
  NO   hosts: d1 is not one of "web"
  yes  tags: it has the tags base

task "look" (ping) of play "second", site.yml:35:7
  may run on d1: decided at run time
  yes  hosts: d1 is one of "all"
  yes  tags: it has no tags
  ?    when: item > 1, where item is an item of the loop (site.yml:38:13)
  yes  once for each item of its loop`,
    );
  });

  test.each([
    [
      'act',
      [],
      'may run',
      '?    when: looked.rc == 0, where looked is known after register in task "look" (site.yml:12:13)',
    ],
    ['small', [], 'does not run', 'NO   when: size > 5, where size = 3 (site.yml:17:17)'],
    [
      'small',
      [],
      'does not run',
      `yes  when: 'web' in group_names, where group_names = ["web"] (site.yml:18:14)`,
    ],
    ['heal', [], 'may run', '?    it is in rescue'],
    [
      'once',
      [],
      'does not run',
      'NO   tags: it has the tags base, never, special: --tags and --skip-tags leave it out',
    ],
    [
      'once',
      ['-t', 'special'],
      'does not run',
      'NO   run_once: it runs on the first host alone, which is w1',
    ],
    ['look', ['--skip-tags', 'base'], 'does not run', 'NO   tags'],
    ['look', ['--limit', 'db'], 'does not run', 'NO   limit: --limit leaves w2 out'],
    ['again', [], 'may run', '?    it is a handler: it runs where something was changed by "count"'],
    ['count', [], 'runs on w2', 'yes  hosts: w2 is one of "web"'],
  ])('%s with %j %s', async (name, words, answer, reason) => {
    const text = await said('task', name, '--host', 'w2', playbook, ...words);
    expect(text).toContain(`  ${answer}`);
    expect(text).toContain(reason);
  });

  it('is found by its place as well, and answers in JSON', async () => {
    const place = `${playbook}:7`;
    const text = await said('task', place, '--host', 'w1', playbook, '--output', 'json');
    expect(JSON.parse(text)).toMatchObject([
      { name: 'look', answer: 'yes', reasons: [{ about: 'hosts' }, { about: 'tags' }] },
    ]);
  });
});
