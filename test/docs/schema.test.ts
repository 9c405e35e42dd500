import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { describe, expect, it, test } from 'vitest';
import { modules } from '../../modules/index.ts';
import { parseYaml } from '../../src/util/yaml.ts';
import { mooring } from '../cli/mooring.ts';

const root = new URL('../../', import.meta.url).pathname;

async function schemaFor(kind: string): Promise<ValidateFunction> {
  const { stdout, code } = await mooring('schema', '--for', kind);
  expect(code).toBe(0);
  return new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(stdout));
}

const validators = {
  playbook: await schemaFor('playbook'),
  tasks: await schemaFor('tasks'),
  inventory: await schemaFor('inventory'),
};

/** What an editor would underline. */
function errorsOf(kind: keyof typeof validators, text: string): string[] {
  const { value, faults } = parseYaml(text, { file: 'x.yml', decrypt: () => 'secret' });
  expect(faults.filter(({ severity }) => severity === 'error')).toEqual([]);
  const validate = validators[kind];
  return validate(value)
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

const playbooks = [
  'shared-storage',
  'verify-shared-storage',
  'dual-master',
  'verify-dual-master',
  'reconcile',
];

describe('the files of the project are valid', () => {
  it.each(playbooks.map((name) => `playbooks/${name}.yml`))('%s', (path) => {
    expect(errorsOf('playbook', readFileSync(root + path, 'utf8'))).toEqual([]);
  });

  const taskFiles = readdirSync(`${root}playbooks/tasks`).map((name) => `playbooks/tasks/${name}`);
  it.each(taskFiles)('%s', (path) => {
    expect(errorsOf('tasks', readFileSync(root + path, 'utf8'))).toEqual([]);
  });

  const inventories = readdirSync(`${root}inventories`)
    .map((name) => `inventories/${name}/hosts.yml`)
    .filter((path) => existsSync(root + path));
  it.each(inventories)('%s', (path) => {
    expect(errorsOf('inventory', readFileSync(root + path, 'utf8'))).toEqual([]);
  });

  it('looks at all of them', () => {
    expect(taskFiles.length).toBeGreaterThan(30);
    expect(inventories.length).toBeGreaterThan(1);
  });
});

const unique = [...new Set(modules.values())];
test.each(unique.map(({ name, examples }) => [name, examples]))(
  'the examples of %s are valid',
  (_name, examples) => {
    expect(errorsOf('tasks', examples)).toEqual([]);
  },
);

/** A play over one group with these lines below it. */
const play = (...lines: readonly string[]): string =>
  `- hosts: web\n${lines.map((line) => `  ${line}\n`).join('')}`;
const task = (...lines: readonly string[]): string =>
  play('tasks:', '  - name: x', ...lines.map((line) => `    ${line}`));

describe('what may be written is accepted', () => {
  it.each([
    ['a template where a boolean belongs', task('become: "{{ root }}"', 'ping:')],
    ['a template where a number belongs', task('ping:', 'retries: "{{ tries }}"', 'until: true')],
    ['a template where a list belongs', task('ping:', 'loop: "{{ hosts }}"')],
    ['free text', task('command: ls /')],
    ['free text with args', task('command: ls', 'args: {chdir: /tmp}')],
    ['key=value', task('file: path=/a state=absent')],
    ['the name of a collection', task('ansible.builtin.file: {path: /a}')],
    ['an alias', task('service: {name: x, state: started}')],
    [
      'params that module_defaults gives',
      play('module_defaults: {uri: {url: http://x}}', 'tasks: [{uri: }]'),
    ],
    ['text for a number', task('wait_for: {port: "8080"}')],
    ['a list as text', task('apt: {name: "a,b"}')],
    ['an octal mode', task('file: {path: /a, mode: 0644}')],
    ['omit', task('file: {path: /a, state: "{{ state | default(omit) }}"}')],
    ['blocks', task('block: [{ping: }]', 'rescue: [{ping: }]', 'always: [{ping: }]', 'when: x is defined')],
    ['plays side by side', '- parallel:\n    - {hosts: a, tasks: [{ping: }]}\n    - {hosts: b}\n'],
    ['another playbook', '- import_playbook: other.yml\n  vars: {a: 1}\n'],
    ['any fact', task('set_fact: {any_name: [1]}')],
    ['handlers', play('handlers:', '  - {name: h, listen: [a, b], ping: }')],
    ['batches', play('serial: [1, "30%"]', 'strategy: free', 'order: sorted')],
    ['one host after the other', task('block: [{ping: , serial: "{{ n }}"}]', 'serial: [1, 50%]')],
  ])('%s', (_title, text) => {
    expect(errorsOf('playbook', text)).toEqual([]);
  });
});

describe('a typical slip is rejected, at its place', () => {
  it.each([
    ['a play without hosts', '- tasks: [{ping: }]\n', "/0 must have required property 'hosts'"],
    ['a misspelled keyword of a play', play('task: []'), '/0 must NOT have additional properties'],
    [
      'a misspelled keyword of a task',
      task('ping:', 'regsiter: x'),
      '/0/tasks/0 must NOT have additional properties',
    ],
    ['a misspelled module', task('pign:'), '/0/tasks/0 must NOT have additional properties'],
    ['a misspelled param', task('file: {pth: /a}'), '/0/tasks/0/file must NOT have additional properties'],
    [
      'a wrong word',
      task('file: {path: /a, state: dir}'),
      '/0/tasks/0/file/state must be equal to one of the allowed values',
    ],
    [
      'a wrong meta',
      task('meta: flush_handler'),
      '/0/tasks/0/meta must be equal to one of the allowed values',
    ],
    ['text for a boolean', task('ping:', 'become: maybe'), '/0/tasks/0/become must be boolean'],
    ['text for a number', task('wait_for: {port: http}'), '/0/tasks/0/wait_for/port must be integer'],
    ['text for serial', task('ping:', 'serial: many'), '/0/tasks/0/serial must be integer'],
    ['a variable for a loop', task('ping:', 'loop: hosts'), '/0/tasks/0/loop must be array'],
    [
      'a loop that is not supported',
      task('ping:', 'with_pipe: [a]'),
      '/0/tasks/0 must NOT have additional properties',
    ],
    ['hosts of a task', task('ping:', 'hosts: a'), '/0/tasks/0 must NOT have additional properties'],
    [
      'a keyword of handlers on a task',
      task('ping:', 'listen: a'),
      '/0/tasks/0 must NOT have additional properties',
    ],
    [
      'a slip in a block',
      task('block: [{pign: }]'),
      '/0/tasks/0/block/0 must NOT have additional properties',
    ],
    [
      'a slip in loop_control',
      task('ping:', 'loop_control: {loopvar: x}'),
      '/0/tasks/0/loop_control must NOT have additional properties',
    ],
    ['a wrong strategy', play('strategy: fast'), '/0/strategy must be equal to one of the allowed values'],
    ['a wrong name of a variable', play('vars: {my-name: 1}'), '/0/vars property name must be valid'],
  ])('%s', (_title, text, error) => {
    expect(errorsOf('playbook', text)).toContain(error);
  });

  it.each([
    ['hosts at the top', 'hosts:\n  a:\n', '/hosts boolean schema is false'],
    ['a misspelled key', 'web:\n  host:\n    a:\n', '/web must NOT have additional properties'],
    ['a group beside hosts', 'all:\n  web: {hosts: {a: }}\n', '/all must NOT have additional properties'],
    ['a list of hosts', 'web:\n  hosts: [a, b]\n', '/web/hosts must be object,null'],
    ['variables that are no mapping', 'web:\n  vars: [a]\n', '/web/vars must be object,null'],
    ['another plugin', 'plugin: aws_ec2\n', '/plugin must be equal to one of the allowed values'],
    [
      'a wrong option of a plugin',
      'plugin: constructed\ngroup: {}\n',
      ' must NOT have additional properties',
    ],
  ])('inventory: %s', (_title, text, error) => {
    expect(errorsOf('inventory', text)).toContain(error);
  });
});

test('keywords and modules carry a sentence for the pointer', async () => {
  const { definitions } = JSON.parse((await mooring('schema')).stdout);
  expect(definitions.task.properties.when.description).toContain('condition');
  expect(definitions.play.properties.serial.description).toContain('percentage');
  expect(definitions['module-mount'].description).toBe(modules.get('mount')?.summary);
  expect(definitions['module-mount'].anyOf[0].properties.state.description).not.toBe('');
});
