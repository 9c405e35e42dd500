import { type Cases, tasks } from '../case.ts';

const delegate: Cases = {
  'runs there with the variables of the host': `
- hosts: web
  tasks:
    - { log: one, delegate_to: h3 }
    - { shell: 'echo {{ x }}', register: r, vars: { x: mine }, delegate_to: h3 }
    - { log: '{{ r.stdout }}' }
`,
  'to the control node': tasks(`
- { log: one, delegate_to: localhost, vars: { ansible_connection: local } }
- { copy: { content: x, dest: '{{ base }}/a', mode: '0644' }, delegate_to: localhost }
`),
  'to another one for each item': `
- hosts: h1
  tasks:
    - { log: 'on-{{ item }}', delegate_to: '{{ item }}', loop: '{{ groups.web }}' }
`,
  'a failure there is the failure of the host': `
- hosts: web
  tasks:
    - { flop: one, delegate_to: h3, when: inventory_hostname == 'h1' }
    - log: two
`,
  'an unreachable one makes the host unreachable': {
    play: `
- hosts: web
  tasks:
    - { log: one, delegate_to: gone, when: inventory_hostname == 'h1' }
    - log: two
`,
    files: { 'inv/more.ini': 'gone ansible_port=1\n' },
    args: ['-i', 'inv/more.ini'],
  },
};

const inherit: Cases = {
  'module_defaults: the nearest wins, for the whole module': tasks(`
- { copy: { content: x, dest: '{{ base }}/a' } }
- module_defaults: { copy: { mode: '0600' } }
  block:
    - { copy: { content: x, dest: '{{ base }}/b' } }
    - { copy: { content: x, dest: '{{ base }}/c', mode: '0640' } }
    - { copy: { content: x, dest: '{{ base }}/d' }, module_defaults: { copy: { mode: '0604' } } }
`).replace('hosts: h1', "hosts: h1\n  module_defaults: { copy: { mode: '0644' } }"),
  'environment: play, block and task together': tasks(`
- { shell: 'echo $A-$B-$C {{ inventory_hostname }} >> {{ log }}' }
- environment: { B: block, C: block }
  block:
    - { shell: 'echo $A-$B-$C {{ inventory_hostname }} >> {{ log }}', environment: { C: task } }
`).replace('hosts: h1', 'hosts: h1\n  environment: { A: play, B: play }'),
  'become: of the play, switched off for a task': `
- hosts: h1
  become: true
  tasks:
    - { shell: 'echo $(id -u) {{ inventory_hostname }} >> {{ log }}' }
    - { shell: 'test $(id -u) != 0 && echo user {{ inventory_hostname }} >> {{ base }}/user', become: false, ignore_errors: true }
    - { shell: 'id -un', become_user: daemon, register: r, changed_when: false }
    - { shell: 'echo {{ r.stdout }} {{ inventory_hostname }} >> {{ log }}' }
`,
  'timeout of a task': {
    play: tasks(`
- { shell: sleep 20, timeout: 1, ignore_errors: true, register: r }
- { log: two, when: r is failed }
`),
    differs: { row: 'command-not-ended', here: { recap: { h1: 'ok=2 changed=2 ignored=1' } } },
  },
};

const meta: Cases = {
  end_host: `
- hosts: web
  tasks:
    - { meta: end_host, when: inventory_hostname == 'h1' }
    - log: one
- hosts: web
  tasks:
    - log: two
`,
  end_play: `
- hosts: web
  tasks:
    - log: one
    - meta: end_play
    - log: two
- hosts: web
  tasks:
    - log: three
`,
  end_batch: `
- hosts: web
  serial: 1
  tasks:
    - log: one
    - { meta: end_batch, when: inventory_hostname == 'h1' }
    - log: two
`,
  clear_host_errors: {
    play: `
- hosts: web
  tasks:
    - { log: one, failed_when: inventory_hostname == 'h1' }
    - meta: clear_host_errors
    - log: two
- hosts: web
  tasks:
    - log: three
`,
    differs: {
      row: 'clear-host-errors',
      here: {
        code: 2,
        effects: ['one h1', 'one h2', 'two h1', 'two h2', 'three h1', 'three h2'],
        recap: { h1: 'ok=2 changed=2 failed=1', h2: 'ok=3 changed=3' },
      },
    },
  },
  'noop and flush_handlers without handlers': tasks(`
- meta: noop
- meta: flush_handlers
- log: one
`),
  clear_facts: tasks(`
- set_fact: { x: 1 }
- meta: clear_facts
- { log: gone, when: x is not defined }
- { log: there, when: x is defined }
`),
};

const inventories: Cases = {
  'kinds of values on host lines and in vars of INI': {
    play: `
- hosts: h1
  tasks:
    - { log: number, when: n == 5 }
    - { log: boolean, when: b }
    - { log: list, when: l | length == 2 }
    - { log: text, when: "t == 'yes'" }
    - { log: groupnumber, when: gn == 5 }
`,
    files: { 'inv/more.ini': "[extra]\nh1 n=5 b=True l='[1, 2]' t=yes\n[extra:vars]\ngn=5\n" },
    args: ['-i', 'inv/more.ini'],
  },
  'YAML with children and ranges': {
    play: '- hosts: top\n  connection: local\n  tasks:\n    - { log: "{{ v }}" }\n',
    files: {
      'inv/more.yml':
        'top:\n  vars: { v: top }\n  children:\n    low:\n      vars: { v: low }\n      hosts:\n        n[01:02]:\n    flat:\n      hosts:\n        z: { v: z }\n',
    },
    args: ['-i', 'inv/more.yml'],
    order: 'host',
  },
  'a script': {
    play: '- hosts: app\n  connection: local\n  tasks:\n    - { log: "{{ v }}-{{ w }}" }\n',
    files: {
      'inv/more.sh':
        '#!/bin/sh\necho \'{"app": {"hosts": ["s1", "s2"], "vars": {"w": "group"}}, "_meta": {"hostvars": {"s1": {"v": 1}, "s2": {"v": 2}}}}\'\n',
    },
    args: ['-i', 'inv/more.sh'],
    order: 'host',
  },
  'a list on the command line': {
    play: '- hosts: all:!web:!db\n  connection: local\n  tasks:\n    - log: one\n',
    args: ['-i', 'x1,x2'],
  },
  'the later inventory wins': {
    play: '- hosts: h1\n  tasks:\n    - { log: "{{ v }}" }\n',
    files: { 'inv/a.ini': 'h1 v=first\n', 'inv/b.ini': 'h1 v=second\n' },
    args: ['-i', 'inv/a.ini', '-i', 'inv/b.ini'],
  },
  'group_by and add_host': {
    play: `
- hosts: web
  tasks:
    - { group_by: { key: 'kind_{{ inventory_hostname }}' } }
    - { add_host: { name: made, groups: fresh, v: 1, ansible_connection: local }, run_once: true }
- hosts: kind_h2
  tasks:
    - log: one
- hosts: fresh
  tasks:
    - log: one
`,
  },
};

const gather: Cases = {
  'asked for, it is a task':
    '- hosts: web\n  gather_facts: true\n  tasks:\n    - { log: one, when: ansible_facts.distribution is defined }\n',
  'not asked for': '- hosts: h1\n  gather_facts: false\n  tasks:\n    - log: one\n',
  'it is tagged always': {
    play: '- hosts: h1\n  gather_facts: true\n  tasks:\n    - { log: one, tags: a }\n    - { log: two, tags: b }\n',
    args: ['--tags', 'a'],
  },
};

export const places: Readonly<Record<string, Cases>> = {
  delegate_to: delegate,
  inheritance: inherit,
  meta,
  inventory: inventories,
  gather_facts: gather,
};
