import type { Cases } from '../case.ts';

const tree = `
parent:
  vars: { p: parent, q: parent }
  children:
    child: { vars: { q: child } }
`;

const added: Cases = {
  'a host has the variables of its groups, and of all they are in': {
    play: `
- hosts: h1
  tasks:
    - { add_host: { name: made, groups: child, ansible_connection: local } }
- hosts: made
  tasks:
    - { log: '{{ p }}-{{ q }}-{{ f }}-{{ a }}' }
    - { log: '{{ item }}', loop: '{{ group_names }}' }
`,
    files: {
      'inv/more.yml': tree,
      'inv/group_vars/child.yml': 'f: file\n',
      'group_vars/all.yml': 'a: playbook\n',
    },
    args: ['-i', 'inv/more.yml'],
  },
  'files of a group that is new, and of the host': {
    play: `
- hosts: h1
  tasks:
    - { add_host: { name: made, groups: [fresh], ansible_connection: local, x: added, y: added } }
- hosts: fresh
  tasks:
    - { log: '{{ f }}-{{ x }}-{{ y }}-{{ h }}' }
`,
    files: {
      'inv/group_vars/fresh/one.yml': 'f: file\nx: group\n',
      'inv/host_vars/made.yml': 'y: host\nh: host\n',
    },
  },
  'the group with the higher priority wins': {
    play: `
- hosts: h1
  tasks:
    - { add_host: { name: made, groups: [low, high], ansible_connection: local } }
- hosts: made
  tasks:
    - { log: '{{ v }}' }
`,
    files: {
      'inv/more.ini': '[low]\n[low:vars]\nv=low\n[high]\n[high:vars]\nv=high\nansible_group_priority=5\n',
    },
    args: ['-i', 'inv/more.ini'],
  },
  'added again, it is changed only by what is new': {
    play: `
- hosts: h1
  tasks:
    - { add_host: { name: made, groups: fresh, v: 1 }, register: a }
    - { add_host: { name: made, groups: fresh, v: 1 }, register: b }
    - { add_host: { name: made, groups: fresh, v: 2 }, register: c }
    - { add_host: { name: made, groups: other }, register: d }
    - { log: again, when: b is changed }
    - { log: value, when: c is changed }
    - { log: group, when: d is changed }
    - { log: 'v-{{ hostvars.made.v }}' }
`,
  },
  'a host that is there already moves out of no group': {
    play: `
- hosts: h1
  tasks:
    - { add_host: { name: h3, groups: child } }
- hosts: h3
  tasks:
    - { log: '{{ item }}-{{ q }}', loop: '{{ group_names }}' }
`,
    files: { 'inv/more.yml': tree },
    args: ['-i', 'inv/more.yml'],
  },
  'hosts of a group come in the order of the inventory, the new one last': {
    play: `
- hosts: h1
  tasks:
    - { add_host: { name: made, groups: web } }
    - { log: '{{ item }}', loop: '{{ groups.web }}' }
    - { log: 'all-{{ item }}', loop: '{{ groups.all }}' }
`,
  },
  'without groups it is ungrouped': {
    play: `
- hosts: h1
  tasks:
    - { add_host: { name: made } }
    - { log: '{{ item }}', loop: '{{ groups.ungrouped }}' }
    - { add_host: { name: made, groups: fresh } }
    - { log: left, when: "'made' not in groups.ungrouped" }
`,
  },
};

const grouped: Cases = {
  'its variables are there for the next task': {
    play: `
- hosts: all
  tasks:
    - { group_by: { key: 'kind_{{ kind }}' } }
    - { log: '{{ v }}' }
`,
    files: {
      'inv/more.ini': 'h1 kind=a\nh2 kind=b\nh3 kind=a\n',
      'inv/group_vars/kind_a.yml': 'v: first\n',
      'group_vars/kind_b.yml': 'v: second\n',
    },
    args: ['-i', 'inv/more.ini'],
    order: 'host',
  },
  'the parents count too, and hosts are in them': {
    play: `
- hosts: web
  tasks:
    - { group_by: { key: sort, parents: [parent] } }
    - { log: '{{ p }}' }
- hosts: parent
  tasks:
    - { log: '{{ item }}', loop: '{{ group_names }}' }
`,
    files: { 'inv/more.yml': tree },
    args: ['-i', 'inv/more.yml'],
    order: 'host',
  },
  'a group that is there gets a parent, for all its hosts': {
    play: `
- hosts: h1
  tasks:
    - { group_by: { key: web, parents: [parent] } }
- hosts: parent
  tasks:
    - { log: '{{ p }}' }
`,
    files: { 'inv/more.yml': tree },
    args: ['-i', 'inv/more.yml'],
  },
};

const state = '{"app": {"hosts": ["s1", "s2"], "vars": {"v": 2, "ansible_connection": "local"}}}';
const script = `#!/bin/sh
cat "\${0%/inv/*}/out/state" 2>/dev/null && exit
echo '{"app": {"hosts": ["s1"], "vars": {"v": 1, "ansible_connection": "local"}}}'
`;

const refreshed: Cases = {
  'brings new hosts for the next play, and new values at once': {
    play: `
- hosts: app
  tasks:
    - { log: 'v-{{ v }}' }
    - { copy: { content: '${state.replaceAll('"', '\\"')}', dest: '{{ base }}/state', mode: '0644' } }
    - meta: refresh_inventory
    - { log: 'now-{{ v }}' }
    - { log: '{{ item }}', loop: '{{ groups.app }}' }
- hosts: app
  tasks:
    - { log: 'v-{{ v }}' }
`
      .replace("content: '", 'content: "')
      .replace("}}}', dest", '}}}", dest'),
    files: { 'inv/more.sh': script },
    args: ['-i', 'inv/more.sh'],
  },
  'keeps hosts and groups that the run has made': {
    play: `
- hosts: web
  tasks:
    - { add_host: { name: made, groups: fresh, ansible_connection: local, x: 1 } }
    - { group_by: { key: 'kind_{{ inventory_hostname }}' } }
    - meta: refresh_inventory
- hosts: kind_h2
  tasks:
    - log: one
- hosts: fresh
  tasks:
    - log: one
`,
  },
  'keeps what tasks have set': `
- hosts: h1
  tasks:
    - { set_fact: { x: 1 } }
    - meta: refresh_inventory
    - { log: 'x-{{ x }}' }
`,
};

const metas: Cases = {
  'clear_facts leaves what set_fact made, cacheable or not': `
- hosts: h1
  tasks:
    - { set_fact: { x: 1, cacheable: true } }
    - { set_fact: { y: 1 } }
    - meta: clear_facts
    - { log: 'x-{{ x }}-{{ y }}' }
`,
  'reset_connection: the next task connects anew': `
- hosts: web
  tasks:
    - { shell: 'echo $SSH_CLIENT', register: a, changed_when: false }
    - meta: reset_connection
    - { shell: 'echo $SSH_CLIENT', register: b, changed_when: false }
    - { log: anew, when: a.stdout != b.stdout }
`,
};

const constructed = `
plugin: constructed
strict: true
compose:
  size: cores * 2
  label: "'rack-' + (rack | string)"
groups:
  big: cores >= 8
  webs: "'web' in group_names"
keyed_groups:
  - key: rack
    prefix: rack
    separator: '-'
  - { key: kinds, prefix: kind }
  - { key: tags, prefix: tag, parent_group: tagged }
  - { key: rack, prefix: '', separator: '' , parent_group: racks }
`;

const built: Cases = {
  'of values and conditions': {
    play: `
- hosts: big
  tasks:
    - { log: 'big-{{ size }}-{{ label }}' }
- hosts: webs
  tasks:
    - { log: '{{ item }}', loop: '{{ group_names }}' }
- hosts: tagged
  tasks:
    - log: tagged
- hosts: h3
  tasks:
    - { log: '{{ item }}', loop: '{{ group_names }}' }
`,
    files: {
      'inv/more.yml': JSON.stringify({
        all: {
          hosts: {
            h1: { cores: 4, rack: 'r1', kinds: ['a', 'b'], tags: { env: 'prod', tier: '' } },
            h2: { cores: 8, rack: 'r1', kinds: [], tags: {} },
            h3: { cores: 16, rack: 'r2', kinds: 'c', tags: { env: 'test' } },
          },
        },
      }),
      'inv/zz.yml': constructed,
    },
    args: ['-i', 'inv/more.yml', '-i', 'inv/zz.yml'],
    order: 'host',
  },
};

const several: Cases = {
  'a host knows the first that names it': {
    play: `
- hosts: h1
  tasks:
    - { add_host: { name: made } }
    - { log: first, when: "inventory_dir is search('/inv$') and inventory_file is search('/inv/hosts.yml$')" }
    - { log: second, when: "hostvars.x1.inventory_dir is search('/other$')" }
    - { log: file, when: "hostvars.x1.inventory_file is search('/other/more.yml$')" }
    - { log: list, when: "hostvars.x2.inventory_file == 'x1,x2'" }
    - { log: made, when: hostvars.made.inventory_dir is none and hostvars.made.inventory_file is none }
- hosts: localhost
  tasks:
    - { log: local, when: inventory_dir is defined or inventory_file is defined }
`,
    files: { 'other/more.yml': 'all: { hosts: { h1: , x1: } }\n' },
    args: ['-i', 'other', '-i', 'x1,x2'],
  },
};

const folders: Cases = {
  'files of a folder, by their names': {
    play: `
- hosts: h1
  tasks:
    - { log: '{{ v }}-{{ w }}' }
`,
    files: {
      'more/a.yml': 'all: { hosts: { h1: { v: yaml, w: yaml } } }\n',
      'more/b': 'h1 w=ini\n',
      'more/c.cfg': '{\n',
    },
    args: ['-i', 'more'],
  },
  'a file that ends with .ini': {
    play: `
- hosts: h1
  tasks:
    - { log: '{{ v }}' }
`,
    files: { 'more/a.yml': 'all: { hosts: { h1: { v: yaml } } }\n', 'more/b.ini': 'h1 v=ini\n' },
    args: ['-i', 'more'],
    differs: { row: 'ini-in-folders', here: { effects: ['ini h1'] } },
  },
};

export const inventories: Readonly<Record<string, Cases>> = {
  add_host: added,
  group_by: grouped,
  refresh_inventory: refreshed,
  'meta of hosts': metas,
  constructed: built,
  'several inventories': several,
  'folders of inventories': folders,
};
