import { type Cases, tasks } from '../case.ts';

const role = {
  'roles/r/defaults/main.yml': 'x: role-default\n',
  'roles/r/tasks/main.yml': "- log: '{{ x }}'\n",
};
const say = `
- hosts: h1
  tasks:
    - log: '{{ x }}'
`;

const precedence: Cases = {
  'inventory wins over role defaults': {
    play: '- hosts: h1\n  roles: [r]\n',
    files: { ...role, 'inv/group_vars/all.yml': 'x: all\n' },
  },
  'the group wins over all, the host over the group': {
    play: `
- hosts: all
  tasks:
    - log: '{{ x }}-{{ y }}'
`,
    files: {
      'inv/group_vars/all.yml': 'x: all\ny: all\n',
      'inv/group_vars/web.yml': 'x: web\ny: web\n',
      'inv/host_vars/h2.yml': 'y: h2\n',
    },
    order: 'host',
  },
  'beside the playbook wins over beside the inventory': {
    play: say,
    files: { 'inv/group_vars/all.yml': 'x: inventory\n', 'group_vars/all.yml': 'x: playbook\n' },
  },
  'a group of the inventory wins over all of the playbook': {
    play: say,
    files: { 'inv/group_vars/web.yml': 'x: web\n', 'group_vars/all.yml': 'x: playbook\n' },
  },
  'the play wins over the host': {
    play: say.replace('hosts: h1', 'hosts: h1\n  vars: { x: play }'),
    files: { 'inv/host_vars/h1.yml': 'x: host\n' },
  },
  'vars_files win over the vars of the play': {
    play: say.replace('hosts: h1', 'hosts: h1\n  vars: { x: play }\n  vars_files: [one.yml, two.yml]'),
    files: { 'one.yml': 'x: one\n', 'two.yml': 'x: two\n' },
  },
  'role vars win over the play, its defaults do not': {
    play: '- hosts: h1\n  vars: { x: play, y: play }\n  roles: [r]\n',
    files: {
      'roles/r/defaults/main.yml': 'x: default\n',
      'roles/r/vars/main.yml': 'y: role\n',
      'roles/r/tasks/main.yml': "- log: '{{ x }}-{{ y }}'\n",
    },
  },
  'role params win over role vars': {
    play: '- hosts: h1\n  roles:\n    - { role: r, x: param }\n    - { role: r, vars: { x: vars } }\n',
    files: {
      'roles/r/vars/main.yml': 'x: role\n',
      'roles/r/tasks/main.yml': "- log: '{{ x }}'\n",
    },
  },
  'block, task, set_fact, include_vars and extra vars': {
    play: `
- hosts: h1
  vars: { a: play, b: play, c: play, d: play, e: play }
  tasks:
    - set_fact: { c: fact }
    - include_vars: { file: v.yml }
    - vars: { a: block, b: block, c: block, d: block, e: block }
      block:
        - { log: '{{ a }}-{{ b }}-{{ c }}-{{ d }}-{{ e }}', vars: { b: task, c: task, d: task, e: task } }
`,
    files: { 'v.yml': 'd: include_vars\n' },
    args: ['-e', 'e=extra'],
  },
  'set_fact and include_vars of the same name': {
    play: tasks(`
- set_fact: { x: fact }
- include_vars: { file: v.yml }
- log: '{{ x }}'
- set_fact: { x: later }
- log: '{{ x }}'
`),
    files: { 'v.yml': 'x: file\n' },
  },
  'vars of an include win over set_fact': {
    play: tasks(`
- set_fact: { x: fact }
- { include_tasks: more.yml, vars: { x: include } }
- log: '{{ x }}'
`),
    files: { 'more.yml': "- log: '{{ x }}'\n" },
  },
  'extra vars of several kinds, the last one wins': {
    play: say,
    args: ['-e', 'x=one', '-e', '{"x": "two"}', '-e', '@x.yml'],
    files: { 'x.yml': 'x: three\n' },
  },
  'set_fact outlives the play, vars do not': `
- hosts: h1
  vars: { v: play }
  tasks:
    - set_fact: { x: fact }
    - { log: '{{ v }}' }
- hosts: h1
  tasks:
    - log: '{{ x }}'
    - { log: gone, when: v is not defined }
`,
  'groups of one level by their names, and by priority': {
    play: '- hosts: h1\n  tasks:\n    - { log: "{{ x }}-{{ y }}" }\n',
    files: {
      'inv/more.ini':
        '[aaa]\nh1\n[bbb]\nh1\n[aaa:vars]\nx=aaa\ny=aaa\nansible_group_priority=5\n[bbb:vars]\nx=bbb\ny=bbb\n',
      'inv/group_vars/bbb.yml': 'y: file\n',
    },
    args: ['-i', 'inv/more.ini'],
  },
  'a child wins over its parent': {
    play: '- hosts: h1\n  tasks:\n    - { log: "{{ x }}" }\n',
    files: {
      'inv/more.ini':
        '[zparent:children]\nachild\n[achild]\nh1\n[zparent:vars]\nx=parent\n[achild:vars]\nx=child\n',
    },
    args: ['-i', 'inv/more.ini'],
  },
  'a mapping is replaced, not merged': {
    play: '- hosts: h1\n  vars: { m: { b: 2 } }\n  tasks:\n    - { log: "{{ m.b }}", when: m.a is not defined }\n',
    files: { 'inv/host_vars/h1.yml': 'm: { a: 1 }\n' },
  },
};

const lazy: Cases = {
  'variables are looked up when they are used': `
- hosts: h1
  vars: { a: '{{ b }}', b: '{{ c }}', c: play }
  tasks:
    - log: '{{ a }}'
    - { log: '{{ a }}', vars: { c: task } }
`,
  'a lone name keeps its kind': tasks(`
- set_fact: { n: '{{ number }}', l: '{{ list }}', m: '{{ map }}', t: 'x{{ number }}' }
  vars: { number: 5, list: [1, 2], map: { k: v } }
- { log: one, when: n == 5 and l | length == 2 and m.k == 'v' and t == 'x5' }
`),
  'output with braces is never rendered': tasks(`
- { shell: "cat {{ base }}/../braces.txt", register: r, changed_when: false }
- { set_fact: { x: '{{ r.stdout }}' } }
- { copy: { content: '{{ x }}', dest: '{{ base }}/a', mode: '0644' } }
`),
};
const withBraces: Cases = {
  ...lazy,
  'output with braces is never rendered': {
    play: lazy['output with braces is never rendered'] as string,
    files: { 'braces.txt': 'a {{ inventory_hostname }} b' },
  },
};

const omitted: Cases = {
  'a param': tasks(`
- { file: { path: '{{ base }}/a', state: touch, mode: '{{ none }}' }, vars: { none: '{{ omit }}' } }
- { copy: { content: x, dest: '{{ base }}/b', mode: '{{ omit }}' } }
`),
  'in a loop': {
    play: tasks(`
- { copy: { content: x, dest: '{{ base }}/{{ item.name }}', mode: '{{ item.mode }}' }, loop: [{ name: a, mode: '0600' }, { name: b, mode: '{{ omit }}' }] }
`),
    differs: { row: 'omit-in-data', here: { code: 2, files: { a: '600 x' }, recap: { h1: 'failed=1' } } },
  },
  'a value in text: true and false': {
    play: tasks(`
- log: '{{ on_it }}-{{ off_it }}'
  vars: { on_it: true, off_it: false }
`),
    differs: { row: 'boolean-text', here: { effects: ['true-false h1'] } },
  },
  'an undefined variable fails the task': {
    play: tasks(`
- log: one
- { log: '{{ nothing }}' }
`),
    differs: { row: 'faults-first', here: { code: 1, recap: {}, effects: [] } },
  },
  'an undefined key of a result': tasks(`
- { shell: echo a, register: r }
- { log: '{{ r.nothing }}', ignore_errors: true }
- log: two
`),
};

const special: Cases = {
  'names and groups of the host': {
    play: `
- hosts: all
  tasks:
    - { log: '{{ inventory_hostname }}-{{ item }}', loop: '{{ group_names }}' }
    - { log: 'in', when: "'web' in group_names" }
    - { log: 'member-{{ item }}', loop: '{{ groups.web }}', when: inventory_hostname == 'h3' }
`,
    order: 'host',
  },
  'the hosts of the play, after failures': `
- hosts: all
  tasks:
    - { log: one, failed_when: inventory_hostname == 'h2' }
    - { log: 'left-{{ item }}', loop: '{{ ansible_play_hosts }}', run_once: true }
    - { log: 'all-{{ item }}', loop: '{{ ansible_play_hosts_all }}', run_once: true }
`,
  'variables of other hosts': {
    play: `
- hosts: web
  tasks:
    - { log: '{{ hostvars.h3.x }}' }
    - { log: "other", when: "hostvars['h3'].x == 'three'" }
`,
    files: { 'inv/host_vars/h3.yml': 'x: three\n' },
  },
  'the play and its folder': {
    play: `
- name: named
  hosts: h1
  tasks:
    - { log: '{{ ansible_play_name }}' }
    - { copy: { src: '{{ playbook_dir }}/a.txt', dest: '{{ base }}/a', mode: '0644' } }
`,
    files: { 'a.txt': 'text' },
  },
  'a role': {
    play: '- hosts: h1\n  roles: [r]\n',
    files: { 'roles/r/tasks/main.yml': "- { log: '{{ role_name }}' }\n" },
  },
};

export const variables: Readonly<Record<string, Cases>> = {
  precedence,
  templates: withBraces,
  omit: omitted,
  special_vars: special,
};
