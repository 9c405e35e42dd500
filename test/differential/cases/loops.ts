import { type Cases, tasks } from '../case.ts';

const loop: Cases = {
  'over texts, numbers and mappings': tasks(`
- { log: 'one-{{ item }}', loop: [a, 2] }
- { log: 'two-{{ item.name }}', loop: [{ name: x }, { name: y }] }
`),
  'over a variable, each with a condition': tasks(`
- { log: 'one-{{ item }}', loop: '{{ list }}', when: item > 1, vars: { list: [1, 2, 3] } }
`),
  'over nothing is skipped': tasks(`
- { log: one, loop: [], register: r }
- { log: two, when: r is skipped }
- { log: three, when: r.results | length == 0 }
`),
  'all items skipped': tasks(`
- { log: one, loop: [1, 2], when: false, register: r }
- { log: two, when: r is skipped }
- { log: '{{ item.item }}', loop: '{{ r.results }}', when: item is skipped }
`),
  'one item fails, the rest goes on': tasks(`
- { flop: 'one-{{ item }}', loop: [1, 2, 3], failed_when: item == 2, ignore_errors: true, register: r }
- { log: 'two', when: r is failed }
- { log: 'three-{{ item.item }}', loop: '{{ r.results }}', when: item is failed }
`),
  'changed where one item changed': tasks(`
- { log: 'one-{{ item }}', loop: [1, 2], changed_when: item == 2, register: r }
- { log: two, when: r is changed }
- { log: three, when: "r.results[0] is not changed" }
`),
  'item is gone behind the loop': tasks(`
- { log: 'one-{{ item }}', loop: [1] }
- { log: two, when: item is not defined }
`),
  'results of a loop keep item and output': tasks(`
- { shell: 'echo out-{{ item }}', loop: [a, b], register: r }
- { log: '{{ item.item }}-{{ item.stdout }}-{{ item.rc }}', loop: '{{ r.results }}' }
`),
};

const control: Cases = {
  loop_var: tasks(`
- { log: 'one-{{ thing }}', loop: [a, b], loop_control: { loop_var: thing }, register: r }
- { log: '{{ item.thing }}-{{ item.ansible_loop_var }}', loop: '{{ r.results }}' }
`),
  index_var: tasks(`
- { log: '{{ i }}-{{ item }}', loop: [a, b], loop_control: { index_var: i } }
`),
  'index_var in the condition': tasks(`
- { log: '{{ item }}', loop: [a, b, c], loop_control: { index_var: i }, when: i != 1 }
`),
  extended: tasks(`
- log: '{{ ansible_loop.index }}-{{ ansible_loop.index0 }}-{{ ansible_loop.revindex }}-{{ ansible_loop.length }}'
  loop: [a, b]
  loop_control: { extended: true }
- { log: 'last-{{ item }}', loop: [a, b], loop_control: { extended: true }, when: ansible_loop.last }
- { log: '{{ ansible_loop.nextitem }}', loop: [a, b], loop_control: { extended: true }, when: ansible_loop.first }
`),
  'two loops through an include': {
    play: tasks(`
- include_tasks: inner.yml
  loop: [one, two]
  loop_control: { loop_var: outer }
`),
    files: { 'inner.yml': "- { log: '{{ outer }}-{{ item }}', loop: [1, 2] }\n" },
  },
};

const until: Cases = {
  'a condition that holds at the third attempt': tasks(`
- shell: "echo x >> {{ base }}/count; wc -l < {{ base }}/count"
  register: r
  until: r.stdout | int == 3
  retries: 5
  delay: 0
- log: '{{ r.attempts }}'
`),
  'one that never holds: the attempts are one more than the retries': {
    play: tasks(`
- { log: one, register: r, until: r.rc == 9, retries: 2, delay: 0, ignore_errors: true }
- { log: '{{ r.attempts }}', when: r is failed }
`),
    differs: { row: 'until-attempts', here: { effects: ['one h1', 'one h1', 'one h1', '3 h1'] } },
  },
  'three retries where none are named': {
    play: tasks(`
- { log: one, register: r, until: r.rc == 9, delay: 0, ignore_errors: true }
- log: '{{ r.attempts }}'
`),
    differs: { row: 'until-attempts', here: { effects: ['one h1', 'one h1', 'one h1', 'one h1', '4 h1'] } },
  },
  'sees changed_when and failed_when': tasks(`
- { flop: one, register: r, changed_when: false, failed_when: false, until: r is not failed and not r.changed, retries: 2, delay: 0 }
- log: '{{ r.attempts }}-{{ r.rc }}'
`),
  'a failing command that comes right': tasks(`
- shell: "echo x >> {{ base }}/count; test $(wc -l < {{ base }}/count) = 2"
  register: r
  until: r is succeeded
  retries: 3
  delay: 0
- log: '{{ r.attempts }}'
`),
  'each item for itself': {
    play: tasks(`
- { log: 'one-{{ item }}', loop: [0, 7], register: r, until: r.rc == item, retries: 1, delay: 0, ignore_errors: true }
- { log: '{{ item.attempts }}', loop: '{{ r.results }}' }
`),
    differs: {
      row: 'until-attempts',
      here: { effects: ['one-0 h1', 'one-7 h1', 'one-7 h1', '1 h1', '2 h1'] },
    },
  },
  'a loop whose condition is a list': tasks(`
- { log: one, register: r, until: [r.rc == 0, r is changed], retries: 2, delay: 0 }
`),
};

const register: Cases = {
  'a command': tasks(`
- { shell: "printf 'a\\\\nb'; echo err >&2; exit 3", register: r, ignore_errors: true }
- log: '{{ r.rc }}-{{ r.stdout_lines }}-{{ r.stderr }}-{{ r.failed }}-{{ r.changed }}'
  when: false
- { log: '{{ r.rc }}-{{ r.stderr }}' }
- { log: '{{ item }}', loop: '{{ r.stdout_lines }}' }
`),
  'a skipped task': tasks(`
- { log: one, register: r, when: false }
- { log: two, when: r is skipped }
- { log: three, when: not r.changed and r.rc is not defined }
`),
  'the tests of a result': tasks(`
- { log: one, register: r }
- { log: changed, when: r is changed }
- { log: succeeded, when: r is succeeded }
- { log: failed, when: r is failed }
- { log: skipped, when: r is skipped }
`),
  'a result overwrites the one before': tasks(`
- { shell: echo a, register: r }
- { shell: echo b, register: r }
- log: '{{ r.stdout }}'
`),
  'of another host': `
- hosts: web
  tasks:
    - { shell: 'echo from-{{ inventory_hostname }}', register: r }
    - { log: '{{ hostvars.h2.r.stdout }}' }
`,
  'in later plays': `
- hosts: h1
  tasks:
    - { shell: echo a, register: r }
- hosts: h1
  tasks:
    - log: '{{ r.stdout }}'
`,
};

export const loops: Readonly<Record<string, Cases>> = { loop, loop_control: control, until, register };
