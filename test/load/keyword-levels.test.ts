import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modules as registered } from '../../modules/index.ts';
import { loadPlaybook } from '../../src/load/index.ts';
import type { Fault } from '../../src/model/errors.ts';
import { modules } from './known-modules.ts';

/**
 * Every keyword of Ansible's at every place a keyword may stand. `ok`: it is read and honoured; `idle`: a
 * warning says that it has no effect; `variable`: on a role any other word is a variable, with a warning
 * where a keyword may have been meant; `refused` and `elsewhere`: an error that names it and says what to do.
 */
type Verdict = 'ok' | 'idle' | 'variable' | 'refused' | 'elsewhere';

const places = {
  play: (line) => `- ${line.startsWith('hosts:') ? '' : 'hosts: all\n  '}${line}\n`,
  role: (line) => `- hosts: all\n  roles:\n    - role: web\n      ${line}\n`,
  block: (line) => inTasks(line.startsWith('block:') ? line : `block: [{ping: }]\n      ${line}`),
  task: (line) => inTasks(/^(local_)?action:/.test(line) ? line : `ping:\n      ${line}`),
  handler: (line) => inTasks(/^(local_)?action:/.test(line) ? line : `ping:\n      ${line}`, 'handlers'),
  include_tasks: (line) => inTasks(`include_tasks: t.yml\n      ${line}`),
  include_role: (line) => inTasks(`include_role: {name: web}\n      ${line}`),
  apply: (line) => inTasks(`include_tasks: {file: t.yml, apply: {${line}}}`),
  import_tasks: (line) => inTasks(`import_tasks: t.yml\n      ${line}`),
  import_role: (line) => inTasks(`import_role: {name: web}\n      ${line}`),
  import_playbook: (line) => `- import_playbook: p.yml\n  ${line}\n`,
  meta: (line) => inTasks(`meta: noop\n      ${line}`),
} satisfies Readonly<Record<string, (line: string) => string>>;

type Place = keyof typeof places;

function inTasks(task: string, list = 'tasks'): string {
  return `- hosts: all\n  ${list}:\n    - ${task}\n`;
}

const everywhere = Object.keys(places) as Place[];
const onBlock: readonly Place[] = ['block', 'task', 'handler', 'apply', 'import_tasks', 'import_role'];
const included: readonly Place[] = ['include_tasks', 'include_role'];
const onTask: readonly Place[] = ['task', 'handler'];

/** Keywords by where they are honoured; at all other places they are refused or belong elsewhere. */
const honoured: readonly (readonly [lines: readonly string[], where: readonly Place[]])[] = [
  [['name: x', 'vars: {a: 1}', 'tags: x'], everywhere],
  [['when: true'], everywhere.filter((place) => place !== 'play')],
  [['no_log: true', 'ignore_errors: true'], everywhere.filter((place) => place !== 'import_playbook')],
  [
    ['become: true', 'become_user: x', 'become_method: su', 'connection: local', 'remote_user: x', 'port: 1'],
    ['play', 'role', ...onBlock, 'meta'],
  ],
  [['ignore_unreachable: true'], ['play', 'role', ...onBlock, 'meta']],
  [
    [
      ...['environment: {A: b}', 'module_defaults: {ping: {data: x}}', 'check_mode: true', 'diff: true'],
      ...['any_errors_fatal: true', 'throttle: 1', 'timeout: 1'],
    ],
    ['play', 'role', ...onBlock],
  ],
  [['run_once: true'], ['play', 'role', ...onBlock, ...included]],
  [['serial: 1'], ['play', 'role', ...onBlock, ...included, 'meta']],
  [
    ['delegate_to: localhost', 'delegate_facts: true'],
    ['role', ...onBlock],
  ],
  [['notify: x'], onBlock],
  [
    [
      ...['loop: [1]', 'with_items: [1]', 'with_list: [1]', 'with_flattened: [1]', 'with_dict: {a: 1}'],
      ...['with_indexed_items: [1]', 'with_nested: [[1]]', 'with_cartesian: [[1]]', 'with_together: [[1]]'],
      ...[
        'with_subelements: [[], x]',
        'with_sequence: count=1',
        'with_fileglob: x',
        'with_random_choice: [1]',
      ],
      'with_first_found: [x]',
    ],
    [...onTask, ...included],
  ],
  [
    [
      ...['register: x', 'until: true', 'retries: 1', 'delay: 1', 'changed_when: true', 'failed_when: true'],
      ...['async: 1', 'poll: 1'],
    ],
    onTask,
  ],
  [['listen: x'], ['handler']],
  [['action: ping', 'local_action: ping'], onTask],
  [['args: {}'], [...onTask, ...included, 'import_tasks', 'import_role', 'meta']],
  [
    [
      ...[
        'hosts: all',
        'gather_facts: true',
        'vars_files: []',
        'vars_prompt: []',
        'roles: []',
        'handlers: []',
      ],
      ...['pre_tasks: []', 'tasks: []', 'post_tasks: []', 'force_handlers: true', 'max_fail_percentage: 1'],
      ...['strategy: linear', 'order: sorted', 'user: x'],
    ],
    ['play'],
  ],
  [['rescue: []', 'always: []'], ['block']],
  [['block: []'], ['block']],
];

const refused: readonly string[] = [
  ...['debugger: always', 'become_exe: x', 'become_flags: x'],
  ...['with_lines: x', 'with_file: x', 'with_env: x', 'with_pipe: x', 'with_inventory_hostnames: all'],
  ...[
    'with_password: x',
    'with_url: x',
    'with_template: x',
    'with_csvfile: x',
    'with_ini: x',
    'with_vars: x',
  ],
  ...['with_varnames: x', 'with_filetree: x', 'with_community.general.flattened: x', 'with_anything: x'],
];
/** On a role any other word is a variable. */
const refusedButOnRoles: readonly string[] = [
  ...['fact_path: x', 'validate_argspec: true', 'sudo: true', 'sudo_user: x', 'su: true', 'su_user: x'],
  ...['always_run: true', 'static: true', 'first_available_file: x'],
];
const idle: readonly (readonly [line: string, onRole: Verdict])[] = [
  ['collections: [a.b]', 'idle'],
  ['gather_subset: min', 'variable'],
  ['gather_timeout: 1', 'variable'],
];

function expected(): [line: string, place: Place, verdict: Verdict][] {
  const elsewhere = (line: string, place: Place): Verdict => {
    const isVariable =
      place === 'role' &&
      !/^(register|until|retries|delay|changed_when|failed_when|async|poll|listen|notify|loop|with_\w+):/.test(
        line,
      );
    return isVariable ? 'variable' : 'elsewhere';
  };
  return everywhere.flatMap((place) => [
    ...honoured.flatMap(([lines, where]) =>
      lines.map((line): [string, Place, Verdict] => [
        line,
        place,
        where.includes(place) ? 'ok' : elsewhere(line, place),
      ]),
    ),
    ...refused.map((line): [string, Place, Verdict] => [line, place, 'refused']),
    ...refusedButOnRoles.map((line): [string, Place, Verdict] => [
      line,
      place,
      place === 'role' ? 'variable' : 'refused',
    ]),
    ...idle.map(([line, onRole]): [string, Place, Verdict] => [
      line,
      place,
      place === 'role' ? onRole : 'idle',
    ]),
  ]);
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mooring-levels-'));
  for (const [name, text] of Object.entries({
    'roles/web/tasks/main.yml': '- ping:\n',
    't.yml': '- ping:\n',
    'p.yml': '- hosts: all\n',
  })) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
});
afterAll(() => rmSync(directory, { recursive: true }));

function faultsOf(text: string): readonly Fault[] {
  writeFileSync(join(directory, 'site.yml'), text);
  return loadPlaybook(join(directory, 'site.yml'), { modules }).faults;
}

describe.each(everywhere)('on %s', (place) => {
  const rows = expected().filter(([, at]) => at === place);
  it.each(rows)('%s', (line, at, verdict) => {
    const faults = faultsOf(places[at](line));
    const errors = faults.filter(({ severity }) => severity === 'error');
    const name = line.slice(0, line.indexOf(':'));
    if (verdict === 'ok') expect(faults).toEqual([]);
    else if (verdict === 'idle') expect(faults).toMatchObject([{ severity: 'warning', code: 'no-effect' }]);
    else if (verdict === 'variable') expect(errors).toEqual([]);
    else {
      expect(errors.length).toBeGreaterThan(0);
      // A task that is also a block is told of as the one or the other.
      if (!/^(block|rescue|always)$/.test(name)) {
        expect(errors.map(({ message }) => message).join()).toContain(`"${name}"`);
      }
      for (const { hint } of errors) expect(hint).toBeTruthy();
    }
    if (verdict === 'refused') expect(errors).toMatchObject([{ code: 'unsupported-keyword' }]);
  });
});

describe('inside loop_control', () => {
  it.each([
    'loop_var: x',
    'index_var: x',
    'label: x',
    'pause: 1',
    'extended: true',
    'extended_allitems: false',
    'break_when: true',
  ])('%s', (line) => {
    expect(faultsOf(inTasks(`{ping: , loop: [1], loop_control: {${line}}}`))).toEqual([]);
  });

  it.each([
    ['loop_control: {loop_vars: x}, loop: [1]', /unknown keyword "loop_vars" in loop_control/],
    ['loop_control: {loop_var: x}', /"loop_control" has no effect: the task has no loop/],
    ['loop: [1], with_items: [1]', /one task can have only one loop: here are "loop" and "with_items"/],
    ['with_items: packages', /"with_items" loops over the one text "packages"/],
  ])('%s', (keywords, message) => {
    const [fault, ...others] = faultsOf(inTasks(`{ping: , ${keywords}}`));
    expect(fault?.message).toMatch(message);
    expect(fault?.hint).toBeTruthy();
    expect(others).toEqual([]);
  });
});

describe('an entry of vars_prompt', () => {
  const entry = (line: string) => `- hosts: all\n  vars_prompt: [{name: a, ${line}}]\n`;
  it.each(['prompt: x', 'default: x', 'private: false', 'confirm: true', 'unsafe: true'])('%s', (line) => {
    expect(faultsOf(entry(line))).toEqual([]);
  });
  it.each(['encrypt: sha512_crypt', 'salt: x', 'salt_size: 8'])('%s is refused', (line) => {
    expect(faultsOf(entry(line))).toMatchObject([
      { code: 'unsupported-keyword', hint: expect.stringContaining('hash') },
    ]);
  });
  it('names what is unknown', () => {
    expect(faultsOf(entry('promt: x'))).toMatchObject([
      { code: 'unknown-keyword', hint: 'did you mean "prompt"?' },
    ]);
  });
});

describe('params of statements', () => {
  it.each([
    'import_tasks: {file: t.yml}',
    'import_role: {name: web, tasks_from: main, rolespec_validate: false, allow_duplicates: false, public: true}',
    'include_role: {name: web, tasks_from: main, rolespec_validate: false, public: true, apply: {tags: x}}',
    'include_tasks: {file: t.yml, apply: {become: true, when: true, tags: [a]}}',
  ])('%s', (task) => {
    expect(faultsOf(inTasks(task))).toEqual([]);
  });

  it.each([
    ['import_tasks: {file: t.yml, apply: {tags: x}}', /import_tasks: unknown parameter "apply"/],
    ['import_role: {name: web, apply: {tags: x}}', /import_role: unknown parameter "apply"/],
    ['import_tasks: t.yml\n      args: {flie: x}', /import_tasks: unknown parameter "flie"/],
    ['include_tasks: {file: t.yml, apply: "{{ x }}"}', /"apply" must be a mapping/],
    ['include_tasks: {file: t.yml, apply: {becom: true}}', /unknown block keyword "becom"/],
    ['meta: end_role', /"end_role" stands in no role/],
  ])('%s', (task, message) => {
    const faults = faultsOf(inTasks(task));
    expect(faults.map((fault) => fault.message).join()).toMatch(message);
    for (const { hint } of faults.filter(({ code }) => code !== 'wrong-type')) expect(hint).toBeTruthy();
  });
});

describe('modules of ansible.builtin', () => {
  const names = [
    ...[
      'add_host',
      'apt',
      'apt_key',
      'apt_repository',
      'assemble',
      'assert',
      'async_status',
      'blockinfile',
      'command',
    ],
    ...[
      'copy',
      'cron',
      'deb822_repository',
      'debconf',
      'debug',
      'dnf',
      'dnf5',
      'dpkg_selections',
      'expect',
      'fail',
    ],
    ...['fetch', 'file', 'find', 'gather_facts', 'get_url', 'getent', 'git', 'group', 'group_by', 'hostname'],
    ...[
      'include_vars',
      'iptables',
      'known_hosts',
      'lineinfile',
      'mount_facts',
      'package',
      'package_facts',
      'pause',
    ],
    ...[
      'ping',
      'pip',
      'raw',
      'reboot',
      'replace',
      'rpm_key',
      'script',
      'service',
      'service_facts',
      'set_fact',
    ],
    ...[
      'set_stats',
      'setup',
      'shell',
      'slurp',
      'stat',
      'subversion',
      'systemd',
      'systemd_service',
      'sysvinit',
    ],
    ...['tempfile', 'template', 'unarchive', 'uri', 'user', 'validate_argument_spec', 'wait_for'],
    ...['wait_for_connection', 'yum_repository'],
  ];
  it.each(names)('%s is there, or refused with what to use instead', (name) => {
    if (registered.has(name)) return;
    expect(faultsOf(inTasks(`${name}: {}`))).toMatchObject([
      { code: 'unsupported-module', hint: expect.stringMatching(/^(use|write|put|leave|only)/) },
    ]);
  });
});
