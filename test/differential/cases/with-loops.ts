import { type Cases, tasks } from '../case.ts';

const withLoops: Cases = {
  'with_items opens lists, one level deep': tasks(`
- { log: 'one-{{ item }}', with_items: [[a, b], c] }
- { log: 'two-{{ item }}', with_items: '{{ list }}', vars: { list: [x, [y, z]] } }
- { log: 'three-{{ item }}', with_items: ['{{ list }}', q], vars: { list: [x, y] } }
- { log: 'four-{{ item.n }}', with_items: [{ n: 1 }, { n: 2 }], when: "item.n > 1" }
- { log: 'five-{{ item }}', with_items: alone }
`),
  'with_items of nothing is skipped': tasks(`
- { log: one, with_items: [], register: r }
- { log: two, when: r is skipped }
`),
  'with_items of a mapping takes its keys': tasks(`
- { log: 'one-{{ item }}', with_items: '{{ map }}', vars: { map: { a: 1, b: 2 } } }
`),
  'with_list opens nothing': tasks(`
- { log: '{{ n }}', with_list: [[a, b], [c]], loop_control: { index_var: n }, when: "item[0] == 'c'" }
- { log: '{{ n }}', with_list: [[a, b], [c]], loop_control: { index_var: n } }
`),
  with_dict: tasks(`
- { log: 'one-{{ item.key }}-{{ item.value.n }}', with_dict: '{{ map }}', vars: { map: { a: { n: 1 }, b: { n: 2 } } } }
- { log: 'two-{{ item.key }}', with_dict: { x: 1 } }
`),
  'with_dict over a list fails, but where the condition is false': tasks(`
- { log: one, with_dict: '{{ list }}', vars: { list: [1] }, ignore_errors: true }
- { log: two }
`),
  with_indexed_items: tasks(`
- { log: one, with_indexed_items: [a, [b, c]], when: "item[0] == 2 and item[1] == 'c'" }
- { log: '{{ n }}', with_indexed_items: [a, [b, c]], loop_control: { index_var: n }, when: "item[0] == n" }
`),
  with_nested: tasks(`
- log: '{{ n }}'
  with_nested: [[a, b], '{{ list }}', x]
  vars: { list: [1, 2] }
  loop_control: { index_var: n }
  when: item[0] == 'b' and item[2] == 'x' or item[1] == 2
- { log: deep, with_nested: [[a], [[1, [2]]]], when: "item == ['a', 1, 2]" }
`),
  'with_together fills up the shorter list': tasks(`
- { log: '{{ n }}', with_together: [[a, b], [1, 2]], loop_control: { index_var: n }, when: "item[0] == 'b' and item[1] == 2" }
- { log: 'two-{{ n }}', with_together: [[a], [1, 2]], loop_control: { index_var: n }, when: "item[0] is none" }
`),
  with_subelements: tasks(`
- log: '{{ n }}'
  with_subelements: ['{{ users }}', roles]
  vars: { users: [{ name: ann, roles: [r1, r2] }, { name: bob, roles: [r3] }] }
  loop_control: { index_var: n }
  when: item[0].name == 'ann' and item[1] == 'r2' or item[1] == 'r3' and item[0].roles is not defined
- log: 'two-{{ n }}'
  with_subelements: ['{{ users }}', ssh.hosts, { skip_missing: true }]
  vars: { users: [{ name: ann, ssh: { hosts: [h] } }, { name: bob }] }
  loop_control: { index_var: n }
- log: three
  with_subelements: ['{{ users }}', roles]
  vars: { users: [{ name: ann }] }
  ignore_errors: true
`),
  with_sequence: tasks(`
- { log: 'one-{{ item }}', with_sequence: count=3 }
- { log: 'two-{{ item }}', with_sequence: start=2 end=6 stride=2 format=n%02d }
- { log: 'three-{{ item }}', with_sequence: start=3 end=1 stride=-1 }
- { log: 'four-{{ item }}', with_sequence: '4-8/2:x%02x' }
- { log: 'five-{{ item }}', with_sequence: 'start=1 end={{ n }}', vars: { n: 2 } }
- { log: 'six-{{ item }}', with_sequence: count=0 }
- { log: 'seven-{{ item }}', with_sequence: start=3 end=1, ignore_errors: true }
`),
  'with_random_choice takes one': tasks(`
- { log: 'one-{{ item }}', with_random_choice: [a] }
`),
  with_fileglob: {
    play: tasks(`
- { copy: { src: '{{ item }}', dest: '{{ base }}/' }, with_fileglob: ['*.conf', 'other/x?.txt', 'none*'] }
- { log: one, with_fileglob: none* }
`),
    files: {
      'files/a.conf': 'a\n',
      'files/b.conf': 'b\n',
      'files/c.txt': 'c\n',
      'other/x1.txt': 'x\n',
    },
  },
  with_first_found: {
    play: tasks(`
- { include_vars: '{{ item }}', with_first_found: ['{{ inventory_hostname }}.yml', standard.yml] }
- { log: '{{ said }}' }
- { include_tasks: '{{ item }}', with_first_found: [none.yml, there.yml] }
- { log: two, with_first_found: [{ files: [none], skip: true }] }
- { log: three, with_first_found: [none], ignore_errors: true }
- { copy: { src: '{{ item }}', dest: '{{ base }}/found' }, with_first_found: [{ files: ['x.txt,y.txt'], paths: ['nowhere', 'files'] }] }
`),
    files: {
      'vars/standard.yml': 'said: standard\n',
      'there.yml': '- { log: included }\n',
      'files/y.txt': 'y\n',
    },
  },
  'around an include': {
    play: tasks(`
- { include_tasks: inner.yml, with_items: [[a], b] }
`),
    files: { 'inner.yml': "- { log: 'one-{{ item }}' }\n" },
  },
  'loop_control of a with_ loop': tasks(`
- { log: '{{ n }}-{{ thing }}', with_items: [a, b], loop_control: { loop_var: thing, index_var: n } }
`),
};

const between: Cases = {
  'a set_fact sees what the item before it set': tasks(`
- { set_fact: { last: '{{ item }}' }, loop: [a, b, c], when: last is not defined or last == 'a' }
- { log: '{{ last }}' }
`),
  'the result of the item before is registered': tasks(`
- { shell: 'echo {{ item }}', loop: [a, b, c], register: r, when: r is not defined or r.stdout is not defined or r.stdout != 'a' }
- { log: 'one-{{ item.item }}', loop: '{{ r.results }}', when: "item is not skipped" }
`),
  extended_allitems: tasks(`
- log: '{{ item }}'
  loop: [a, b]
  loop_control: { extended: true, extended_allitems: false }
  when: ansible_loop.allitems is not defined
`),
};

const includes: Cases = {
  'run_once on an include: one host alone includes': {
    play: `
- hosts: web
  tasks:
    - { include_tasks: inner.yml, run_once: true }
    - { log: two }
`,
    files: { 'inner.yml': '- { log: one }\n' },
  },
};

export const withLoopGroups: Readonly<Record<string, Cases>> = {
  'with_ loops': withLoops,
  'between the items of a loop': between,
  'keywords of includes': includes,
};
