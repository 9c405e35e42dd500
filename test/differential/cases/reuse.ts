import { type Cases, tasks } from '../case.ts';

const more = { 'more.yml': '- log: more-1\n- log: more-2\n' };

const include: Cases = {
  'counts as a task; an import does not': {
    play: tasks(`
- include_tasks: more.yml
- import_tasks: more.yml
`),
    files: more,
  },
  'the condition of an include is asked once, of an import for each task': {
    play: tasks(`
- set_fact: { go: true }
- { include_tasks: stop.yml, when: go }
- set_fact: { go: true }
- { import_tasks: stop.yml, when: go }
`),
    files: { 'stop.yml': '- log: one\n- set_fact: { go: false }\n- log: two\n' },
  },
  'in a loop': {
    play: tasks(`
- { include_tasks: item.yml, loop: [a, b] }
`),
    files: { 'item.yml': "- log: 'one-{{ item }}'\n- log: 'two-{{ item }}'\n" },
  },
  'a file named by a variable, another for each host': {
    play: `
- hosts: web
  tasks:
    - include_tasks: 'of-{{ inventory_hostname }}.yml'
    - log: behind
`,
    files: { 'of-h1.yml': '- log: one\n', 'of-h2.yml': '- log: two\n' },
  },
  'nested, relative to the file that includes': {
    play: tasks(`
- include_tasks: sub/a.yml
- import_tasks: sub/a.yml
`),
    files: { 'sub/a.yml': '- log: a\n- include_tasks: b.yml\n', 'sub/b.yml': '- log: b\n' },
  },
  'tags of an import reach its tasks, of an include they do not': {
    play: tasks(`
- { import_tasks: more.yml, tags: x }
- { include_tasks: more.yml, tags: x }
- { include_tasks: { file: more.yml, apply: { tags: x } }, tags: x }
`),
    files: more,
    args: ['--tags', 'x'],
  },
  'a failure inside is rescued outside': {
    play: tasks(`
- block:
    - include_tasks: breaks.yml
    - log: never
  rescue:
    - log: rescue
`),
    files: { 'breaks.yml': '- log: one\n- flop: two\n' },
  },
  'notifies handlers of the play': {
    play: `
- hosts: h1
  tasks:
    - include_tasks: notify.yml
  handlers:
    - { name: a, log: handler }
`,
    files: { 'notify.yml': '- { log: one, notify: a }\n' },
  },
  'a playbook': {
    play: '- import_playbook: other.yml\n  vars: { x: given }\n- hosts: h1\n  tasks:\n    - log: last\n',
    files: { 'other.yml': "- hosts: web\n  tasks:\n    - log: '{{ x }}'\n" },
  },
  'a handler that includes': {
    play: `
- hosts: h1
  tasks:
    - { log: one, notify: a }
  handlers:
    - { name: a, include_tasks: more.yml }
`,
    files: more,
  },
};

const r = {
  'roles/r/tasks/main.yml': "- { log: 'r-{{ x }}', notify: h }\n",
  'roles/r/handlers/main.yml': '- { name: h, log: role-handler }\n',
  'roles/r/defaults/main.yml': 'x: default\n',
};

const roles: Cases = {
  'between pre_tasks and tasks': {
    play: `
- hosts: h1
  pre_tasks: [{ log: pre }]
  roles: [r]
  tasks: [{ log: task }]
  post_tasks: [{ log: post }]
`,
    files: r,
  },
  'once for the same params': {
    play: '- hosts: h1\n  roles: [r, r, { role: r, vars: { x: other } }, { role: r, vars: { x: other } }]\n',
    files: r,
  },
  'twice where duplicates are allowed': {
    play: '- hosts: h1\n  roles: [r, r]\n',
    files: { ...r, 'roles/r/meta/main.yml': 'allow_duplicates: true\n' },
  },
  'dependencies come first, once': {
    play: '- hosts: h1\n  roles: [a, b]\n',
    files: {
      ...r,
      'roles/a/meta/main.yml': 'dependencies: [r]\n',
      'roles/a/tasks/main.yml': '- log: a\n',
      'roles/b/meta/main.yml': 'dependencies: [{ role: r }]\n',
      'roles/b/tasks/main.yml': '- log: b\n',
    },
  },
  'conditions and tags of the entry': {
    play: '- hosts: h1\n  roles:\n    - { role: r, when: false }\n    - { role: s, tags: x }\n  tasks:\n    - log: task\n',
    files: { ...r, 'roles/s/tasks/main.yml': '- log: s\n' },
    args: ['--tags', 'x'],
  },
  'include_role and import_role': {
    play: tasks(`
- include_role: { name: r }
- import_role: { name: s }
- { include_role: { name: r }, vars: { x: given } }
`),
    files: { ...r, 'roles/s/tasks/main.yml': '- log: s\n' },
  },
  tasks_from: {
    play: tasks(`
- include_role: { name: r, tasks_from: other }
- import_role: { name: r, tasks_from: other.yml }
`),
    files: { ...r, 'roles/r/tasks/other.yml': "- log: 'other-{{ x }}'\n" },
  },
  'its files and templates are found first': {
    play: '- hosts: h1\n  roles: [r]\n',
    files: {
      'files/f': 'play',
      'templates/t': 'play\n',
      'roles/r/files/f': 'role',
      'roles/r/templates/t': 'role {{ x }}\n',
      'roles/r/vars/main.yml': 'x: 1\n',
      'roles/r/tasks/main.yml':
        "- { copy: { src: f, dest: '{{ base }}/f', mode: '0644' } }\n- { template: { src: t, dest: '{{ base }}/t', mode: '0644' } }\n",
    },
  },
  'the vars of one do not reach its siblings': {
    play: '- hosts: h1\n  roles: [{ role: a, vars: { p: a } }, { role: b, vars: { p: b } }]\n',
    files: {
      'roles/a/tasks/main.yml': "- log: 'a-{{ p }}'\n",
      'roles/b/tasks/main.yml': "- log: 'b-{{ p }}'\n- { log: none, when: unusedb == 1 }\n",
      'roles/b/vars/main.yml': 'unusedb: 1\n',
    },
  },
  'what import_role hands to a role, and vars of an entry': {
    play: `
- hosts: h1
  vars: { given: play, handed: play }
  roles: [{ role: r, vars: { given: entry } }]
  tasks:
    - { import_role: { name: r }, vars: { handed: import } }
    - { log: '{{ given }}-{{ handed }}' }
`,
    files: r,
    differs: {
      row: 'role-vars-stay',
      here: { effects: ['r-default h1', 'r-default h1', 'entry-play h1', 'role-handler h1'] },
    },
  },
  'handlers by the name of the role': {
    play: `
- hosts: h1
  roles: [r]
  tasks:
    - { log: one, notify: 'r : h' }
`,
    files: r,
  },
};

const specs = {
  'roles/r/meta/argument_specs.yml':
    'argument_specs:\n  main:\n    options:\n      port: { type: int, required: true }\n      kind: { type: str, choices: [a, b] }\n',
  'roles/r/tasks/main.yml': "- log: 'r-{{ port }}'\n",
};

const argumentSpecs: Cases = {
  'what is right is taken': {
    play: '- hosts: h1\n  roles: [{ role: r, vars: { port: 5, kind: a } }]\n',
    files: specs,
  },
  'what is missing stops the role': {
    play: tasks(`
- { log: one }
- { include_role: { name: r }, vars: { kind: a } }
`),
    files: specs,
    differs: { row: 'faults-first', here: { code: 1, recap: {}, effects: [] } },
  },
  'a wrong choice stops the role': {
    play: tasks(`
- { log: one }
- { include_role: { name: r }, vars: { port: 1, kind: c } }
`),
    files: specs,
    differs: { row: 'faults-first', here: { code: 1, recap: {}, effects: [] } },
  },
};

export const reuse: Readonly<Record<string, Cases>> = { include, roles, argument_specs: argumentSpecs };
