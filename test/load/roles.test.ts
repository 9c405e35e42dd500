import { describe, expect, it } from 'vitest';
import { loadPlaybook } from '../../src/load/index.ts';
import type { Fault } from '../../src/model/errors.ts';
import type { Block, Play, TaskNode } from '../../src/model/playbook.ts';
import { modules as known } from './known-modules.ts';
import { writeFiles } from './temporary-files.ts';

const modules = new Map([...known, ['include_tasks', { name: 'include_tasks' }]]);

const task = (name: string) => `- {name: ${name}, ping: }\n`;

/** Roles of every kind, each with one task that has its name. */
const roles = {
  'roles/web/tasks/main.yml': task('web'),
  'roles/web/tasks/other.yml': task('other'),
  'roles/web/handlers/main.yml': task('restart'),
  'roles/web/handlers/other.yml': task('other handler'),
  'roles/web/defaults/main.yml': 'port: 80\n',
  'roles/web/defaults/other.yaml': 'port: 81\n',
  'roles/web/vars/main/one.yml': 'a: 1\nb: 1\n',
  'roles/web/vars/main/two.yml': 'b: 2\n',
  'roles/web/meta/main.yml': 'dependencies: [base, {role: base, x: 1, tags: t}]\ngalaxy_info: {author: me}\n',
  'roles/base/tasks/main.yml': task('base'),
  'roles/base/handlers/main.yml': task('base handler'),
  'roles/base/defaults/main.yml': 'base_default: 1\nport: 1\n',
  'roles/base/vars/main.yml': 'base_var: 1\n',
};

function load(text: string, files: Readonly<Record<string, string>> = {}) {
  const directory = writeFiles({ ...roles, ...files, 'site.yml': text });
  const { playbook, faults } = loadPlaybook(`${directory}/site.yml`, { modules });
  const plays = playbook.entries.flatMap((entry) => (entry.kind === 'play' ? [entry] : entry.plays));
  const [play] = plays;
  if (!play) throw new Error('the text must hold a play');
  return { play, directory, lines: faults.map((fault) => lineOf(fault, directory)) };
}

function lineOf({ severity, code, message, position, hint }: Fault, directory: string): string {
  const place = position ? `${position.file}:${position.line}:${position.col}` : '-';
  return `${severity} ${place} ${code}: ${message}${hint ? ` | ${hint}` : ''}`.replaceAll(
    `${directory}/`,
    '',
  );
}

const inPlay = (entries: string) => `- hosts: all\n  roles:\n${entries.replaceAll(/^(?=.)/gm, '    ')}`;
const inTasks = (tasks: string) => `- hosts: all\n  tasks:\n${tasks.replaceAll(/^(?=.)/gm, '    ')}`;

/** What a block of nodes looks like: names of tasks, roles around them. */
function outline(nodes: readonly TaskNode[]): unknown[] {
  return nodes.map((node) =>
    node.kind === 'task'
      ? (node.keywords.name ?? node.module)
      : { [node.role?.name ?? 'block']: outline(node.tasks) },
  );
}

function firstRole({ tasks }: Play): Block & { readonly role: NonNullable<Block['role']> } {
  const [block] = tasks;
  if (block?.kind !== 'block' || !block.role) throw new Error('the play must begin with a role');
  return { ...block, role: block.role };
}

function levels(block: { readonly role: NonNullable<Block['role']> }, directory: string): unknown[] {
  return block.role.vars
    .filter(({ level }) => level < 24)
    .map(({ level, origin, values }) => [level, origin.replace(`${directory}/`, ''), { ...values }]);
}

describe('a role of a play', () => {
  it('becomes a block with the roles it depends on, and brings its handlers', () => {
    const { play, lines } = load(
      `${inPlay('- web\n')}  tasks: [{name: own, ping: }]\n  handlers: [{name: last, ping: }]\n`,
    );
    expect(lines).toEqual([]);
    expect(outline(play.tasks)).toEqual([{ web: [{ base: ['base'] }, { base: ['base'] }, 'web'] }, 'own']);
    expect(outline(play.handlers)).toEqual([
      { web: [{ base: ['base handler'] }, { base: ['base handler'] }, 'restart'] },
      'last',
    ]);
  });

  it('has its variables in order of precedence, above those of the roles it depends on', () => {
    const { play, directory } = load(inPlay('- {role: web, vars: {v: 1}, p: "{{ q }}", become: true}\n'));
    const block = firstRole(play);
    expect(levels(block, directory)).toEqual([
      [2, 'roles/base/defaults/main.yml', { base_default: 1, port: 1 }],
      [15, 'roles/base/vars/main.yml', { base_var: 1 }],
      [2, 'roles/base/defaults/main.yml', { base_default: 1, port: 1 }],
      [15, 'roles/base/vars/main.yml', { base_var: 1 }],
      [2, 'roles/web/defaults/main.yml', { port: 80 }],
      [15, 'vars of role "web"', { v: 1 }],
      [15, 'roles/web/vars/main/one.yml', { a: 1, b: 1 }],
      [15, 'roles/web/vars/main/two.yml', { b: 2 }],
      [20, 'params of role "web"', { p: '{{ q }}' }],
    ]);
    expect(block.keywords).toEqual({ become: true });
  });

  it('is looked for beside the playbook, the role that needs it, the working directory', () => {
    const { play, directory, lines } = load(inPlay('- nested/inner\n- beside\n'), {
      'roles/nested/inner/meta/main.yml': 'dependencies: [sibling]\n',
      'roles/nested/sibling/tasks/main.yml': task('sibling'),
      'beside/tasks/main.yml': task('beside'),
    });
    expect(lines).toEqual([]);
    expect(outline(play.tasks)).toEqual([
      { 'nested/inner': [{ sibling: ['sibling'] }] },
      { beside: ['beside'] },
    ]);
    const { play: other } = load(inPlay(`- ${directory}/roles/web\n`));
    expect(firstRole(other).role).toMatchObject({ name: 'web', path: `${directory}/roles/web` });
  });

  it('is the same role where it is called in the same way', () => {
    const identity = (entry: string) =>
      firstRole(load(inPlay(`- ${entry}\n`)).play).role.identity.replace(/"[^"]*\/roles/, '"');
    expect(identity('web')).toBe(identity('{role: web}'));
    expect(identity('{name: web, become: true}')).toBe(identity('web'));
    const calls = [
      'web',
      '{role: web, tags: t}',
      '{role: web, when: x}',
      '{role: web, p: 1}',
      '{role: web, vars: {v: 1}}',
    ];
    expect(new Set(calls.map(identity)).size).toBe(calls.length);
  });
});

describe('import_role', () => {
  it('takes files by name, and keywords for all tasks', () => {
    const { play, directory, lines } = load(
      inTasks(
        '- import_role: {name: web, tasks_from: other.yml, defaults_from: other, handlers_from: other}\n  when: x\n  vars: {v: 1}\n',
      ),
    );
    expect(lines).toEqual([]);
    const block = firstRole(play);
    expect(outline(play.handlers)).toEqual([
      { web: [{ base: ['base handler'] }, { base: ['base handler'] }, 'other handler'] },
    ]);
    expect(outline(block.tasks).at(-1)).toBe('other');
    expect(levels(block, directory)).toContainEqual([2, 'roles/web/defaults/other.yaml', { port: 81 }]);
    expect(block.keywords).toMatchObject({ when: [{ expression: 'x' }], vars: { v: 1 } });
    expect(block.role).toMatchObject({ allowDuplicates: true, isPublic: true });
  });

  it('finds files of the role from any folder of it, and knows its callers', () => {
    const { play, lines } = load(inPlay('- outer\n'), {
      'roles/outer/tasks/main.yml': '- import_tasks: sub/deep.yml\n',
      'roles/outer/tasks/sub/deep.yml':
        '- import_tasks: near.yml\n- import_tasks: far.yml\n- import_role: web\n',
      'roles/outer/tasks/sub/near.yml': task('near'),
      'roles/outer/tasks/far.yml': task('far'),
    });
    expect(lines).toEqual([]);
    expect(JSON.stringify(outline(play.tasks))).toContain('{"block":["near"]},{"block":["far"]},{"web":');
    expect(JSON.stringify(play.tasks)).toContain('"ansible_parent_role_names":["outer"]');
  });
});

describe('an argument spec', () => {
  it('becomes the first task of the role, for the file that is asked for', () => {
    const specs = (options: string) =>
      `argument_specs:\n  other:\n    short_description: Another way\n    options: ${options}\n`;
    const { play, lines } = load(inTasks('- import_role: {name: web, tasks_from: other}\n'), {
      'roles/web/meta/main.yml': 'allow_duplicates: true\n',
      'roles/web/meta/argument_specs.yml': specs(
        '{port: {type: int, required: true, description: A port, default: 80}, tls: {type: dict, options: {key: {type: path, version_added: "2"}}}}',
      ),
    });
    expect(lines).toEqual([]);
    const [check] = firstRole(play).tasks;
    expect(check).toMatchObject({
      module: 'validate_argument_spec',
      keywords: { name: "Validating arguments against arg spec 'other' - Another way", tags: ['always'] },
      params: {
        argument_spec: {
          port: { type: 'int', required: true },
          tls: { type: 'dict', options: { key: { type: 'path' } } },
        },
        provided_arguments: { port: '{{ default port omit }}', tls: '{{ default tls omit }}' },
      },
    });
  });
});

describe('faults of roles', () => {
  const specOf = (text: string) => ({ 'roles/web/meta/main.yml': `argument_specs:\n  main: ${text}\n` });
  const meta = (text: string) => ({ 'roles/web/meta/main.yml': text });

  it.each<readonly [string, string, Readonly<Record<string, string>>, readonly (string | RegExp)[]]>([
    [
      'no such role',
      inPlay('- wbe\n'),
      {},
      [/^error site.yml:3:7 missing-role: there is no role wbe \| looked in roles, /],
    ],
    [
      'a collection',
      inPlay('- role: community.web.nginx\n'),
      {},
      [
        'error site.yml:3:13 unsupported-role: the role "community.web.nginx" is in a collection: those are not supported | put a copy of it into roles/nginx beside the playbook and write "nginx"',
      ],
    ],
    ['a template', inPlay('- "{{ x }}"\n'), {}, [/site.yml:3:7 template-in-import: .* \| use include_role$/]],
    [
      'no list',
      '- hosts: all\n  roles: {web: 1}\n',
      {},
      [/site.yml:2:10 wrong-type: "roles" must be a list of roles/],
    ],
    ['no name', inPlay('- tags: x\n'), {}, [/site.yml:3:7 missing-role: .* \| add "role: NAME"/]],
    ['a number', inPlay('- 5\n'), {}, [/site.yml:3:7 wrong-type: a role must be a name or a mapping/]],
    [
      'a loop',
      inPlay('- {role: web, loop: [1]}\n'),
      {},
      [/site.yml:3:19 misplaced-keyword: "loop" cannot stand on a role/],
    ],
    [
      'with_items',
      inPlay('- {role: web, with_items: [1]}\n'),
      {},
      [/site.yml:3:19 misplaced-keyword: .* \| loop over include_role/],
    ],
    [
      'a keyword that is refused',
      inPlay('- {role: web, debugger: on_failed}\n'),
      {},
      [/3:19 unsupported-keyword: "debugger"/],
    ],
    [
      'a keyword that may be mistyped',
      inPlay('- {role: web, becom: true}\n'),
      {},
      [
        'warning site.yml:3:19 unknown-keyword: "becom" is taken as a variable for the role | if a keyword was meant: did you mean "become"?',
      ],
    ],
    [
      'a bad name for a variable',
      inPlay('- {role: web, my-var: 1}\n'),
      {},
      [/3:19 bad-variable-name: .* my_var/],
    ],
    [
      'a fault in tasks',
      inPlay('- web\n'),
      { 'roles/web/tasks/main.yml': '- pnig:\n' },
      [/roles\/web\/tasks\/main.yml:1:3 unknown-module/],
    ],
    [
      'a fault in handlers',
      inPlay('- web\n'),
      { 'roles/web/handlers/main.yml': 'a: 1\n' },
      [/roles\/web\/handlers\/main.yml:1:1 wrong-type/],
    ],
    [
      'a fault in defaults',
      inPlay('- web\n'),
      { 'roles/web/defaults/main.yml': '- 1\n' },
      [/roles\/web\/defaults\/main.yml:1:1 wrong-type/],
    ],
    [
      'a fault in vars',
      inPlay('- web\n'),
      { 'roles/web/vars/main/two.yml': 'a-b: 1\n' },
      [/roles\/web\/vars\/main\/two.yml:1:1 bad-variable-name/],
    ],
    [
      'meta that is no mapping',
      inPlay('- web\n'),
      meta('- x\n'),
      [/roles\/web\/meta\/main.yml:1:1 wrong-type/],
    ],
    [
      'an unknown key of meta',
      inPlay('- web\n'),
      meta('dependancies: []\n'),
      [/roles\/web\/meta\/main.yml:1:1 unknown-keyword: .* \| did you mean "dependencies"\?/],
    ],
    [
      'collections',
      inPlay('- web\n'),
      meta('collections: [a.b]\n'),
      [/roles\/web\/meta\/main.yml:1:1 no-effect: "collections"/],
    ],
    [
      'a missing dependency',
      inPlay('- web\n'),
      meta('dependencies:\n  - bsae\n'),
      [/roles\/web\/meta\/main.yml:2:5 missing-role/],
    ],
    [
      'a dependency to be fetched',
      inPlay('- web\n'),
      meta('dependencies: [{role: base, version: 1.0}]\n'),
      [/roles\/web\/meta\/main.yml:1:29 unsupported-keyword: "version" .* \| put the role into roles/],
    ],
    [
      'roles that depend on each other',
      inPlay('- web\n'),
      { ...meta('dependencies: [base]\n'), 'roles/base/meta/main.yml': 'dependencies: [web]\n' },
      [/roles\/base\/meta\/main.yml:1:16 import-cycle: the role web depends on itself/],
    ],
    [
      'a role that imports itself',
      inPlay('- base\n'),
      { 'roles/base/tasks/main.yml': '- import_role: base\n' },
      [/roles\/base\/tasks\/main.yml:1:1 import-cycle: the role base calls itself/],
    ],
    [
      'a missing file',
      inTasks('- import_role: {name: web, tasks_from: nope}\n'),
      {},
      [/site.yml:3:44 missing-file: the role web has no tasks\/nope \| looked in roles\/web\/tasks/],
    ],
    [
      'an unknown param',
      inTasks('- import_role: {name: web, task_from: x}\n'),
      {},
      [/site.yml:3:32 unknown-param: .* \| did you mean "tasks_from"\?/],
    ],
    [
      'apply',
      inTasks('- import_role: {name: web, apply: {tags: x}}\n'),
      {},
      [/site.yml:3:32 unknown-param: .* \| write the keywords on the task itself/],
    ],
    [
      'a loop over an import',
      inTasks('- import_role: web\n  loop: [1]\n'),
      {},
      [/site.yml:4:13 misplaced-keyword: "loop" cannot stand on import_role \| use include_role/],
    ],
    [
      'an import without a name',
      inTasks('- import_role: {tasks_from: x}\n'),
      {},
      [/site.yml:3:7 wrong-type: import_role needs the name of a role/],
    ],
    [
      'a role as a handler',
      '- hosts: all\n  handlers:\n    - {name: h, include_role: {name: web}}\n',
      {},
      [/site.yml:3:7 misplaced-module: include_role cannot be a handler/],
    ],
    [
      'what is included, too',
      inTasks('- include_role: {name: nope}\n- include_role: {name: web}\n'),
      {
        'roles/web/tasks/main.yml': '- include_role: {name: base}\n',
        'roles/base/tasks/main.yml': '- pnig:\n',
      },
      [/site.yml:3:28 missing-role/, /roles\/base\/tasks\/main.yml:1:3 unknown-module/],
    ],
    [
      'specs that are no mapping',
      inPlay('- web\n'),
      meta('argument_specs: []\n'),
      [/roles\/web\/meta\/main.yml:1:17 wrong-type/],
    ],
    [
      'an unknown type',
      inPlay('- web\n'),
      specOf('{options: {a: {type: integer}}}'),
      [/roles\/web\/meta\/main.yml:2:30 wrong-value: "integer" is no type/],
    ],
    [
      'an unknown key of an option',
      inPlay('- web\n'),
      specOf('{options: {a: {requierd: true}}}'),
      [/2:24 unknown-keyword: .* \| did you mean "required"\?/],
    ],
    [
      'a rule between options',
      inPlay('- web\n'),
      specOf('{options: {a: {required_if: []}}}'),
      [/2:24 unsupported-keyword: "required_if" .* \| use the assert module/],
    ],
    [
      'Python in a role',
      inPlay('- base\n'),
      { 'roles/base/library/own.py': '' },
      [/^warning site.yml:3:7 unsupported-folder: library\/ of the role base is not used/],
    ],
    [
      'choices that are no list',
      inPlay('- web\n'),
      specOf('{options: {a: {choices: x}}}'),
      [/2:33 wrong-type: "choices" must be a list/],
    ],
  ])('%s', (_, text, files, expected) => {
    const { lines } = load(text, files);
    expect(lines).toEqual(
      expected.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))),
    );
  });
});
