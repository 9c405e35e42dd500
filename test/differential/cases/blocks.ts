import { type Cases, tasks } from '../case.ts';

const block: Cases = {
  'rescue, always and what comes behind': tasks(`
- block:
    - log: one
    - flop: two
    - log: three
  rescue:
    - log: rescue
  always:
    - log: always
- log: four
`),
  'without a failure there is no rescue': tasks(`
- block:
    - log: one
  rescue:
    - log: rescue
  always:
    - log: always
`),
  'a failing rescue fails the host, after always': tasks(`
- block:
    - flop: one
  rescue:
    - flop: rescue
    - log: never
  always:
    - log: always
- log: two
`),
  'always without rescue keeps the failure': tasks(`
- block:
    - flop: one
  always:
    - log: always
- log: two
`),
  'a failing always fails the host': tasks(`
- block:
    - log: one
  always:
    - flop: always
    - log: never
- log: two
`),
  'nested: the inner rescue is enough': tasks(`
- block:
    - block:
        - flop: one
      rescue:
        - log: inner
    - log: two
  rescue:
    - log: outer
`),
  'nested: the outer rescue takes what the inner lets through': tasks(`
- block:
    - block:
        - flop: one
      rescue:
        - flop: inner
      always:
        - log: inner-always
    - log: two
  rescue:
    - log: outer
  always:
    - log: outer-always
`),
  'rescue knows the task and its result': tasks(`
- block:
    - { name: breaks, shell: exit 3 }
  rescue:
    - log: '{{ ansible_failed_task.name }}-{{ ansible_failed_result.rc }}'
`),
  'only the host that failed is rescued': `
- hosts: web
  tasks:
    - block:
        - { log: one, failed_when: inventory_hostname == 'h2' }
        - log: two
      rescue:
        - log: rescue
    - log: three
`,
  'keywords of a block reach its tasks': tasks(`
- block:
    - log: one
    - { log: two, when: b }
  when: a
  vars: { a: true, b: false }
- block:
    - log: three
  when: false
- { log: 'four-{{ x }}', vars: { x: task } }
`),
  'a condition of a block is asked before each of its tasks': tasks(`
- set_fact: { go: true }
- block:
    - log: one
    - set_fact: { go: false }
    - log: two
  when: go
`),
  'variables of nested blocks': tasks(`
- vars: { x: outer, y: outer }
  block:
    - log: '{{ x }}-{{ y }}'
    - vars: { x: inner }
      block:
        - log: '{{ x }}-{{ y }}'
        - { log: '{{ x }}-{{ y }}', vars: { y: task } }
    - log: '{{ x }}-{{ y }}'
`),
  'in free strategy': {
    play: `
- hosts: web
  strategy: free
  tasks:
    - block:
        - log: one
        - { log: two, failed_when: inventory_hostname == 'h2' }
      rescue:
        - log: rescue
      always:
        - log: always
    - log: three
`,
    order: 'host',
  },
};

export const blocks: Readonly<Record<string, Cases>> = { block };
