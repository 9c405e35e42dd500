import type { Cases } from '../case.ts';

const facts: Cases = {
  'set_fact is the delegate’s': `
- hosts: h1
  tasks:
    - { set_fact: { x: 1 }, delegate_to: h3, delegate_facts: true }
    - { log: here, when: x is defined }
    - { log: 'there-{{ hostvars.h3.x }}' }
- hosts: h3
  tasks:
    - { log: 'x-{{ x }}' }
`,
  'without it, set_fact is the host’s own': `
- hosts: h1
  tasks:
    - { set_fact: { x: 1 }, delegate_to: h3 }
    - { log: 'x-{{ x }}' }
    - { log: there, when: hostvars.h3.x is defined }
`,
  'without delegate_to it does nothing': `
- hosts: h1
  tasks:
    - { set_fact: { x: 1 }, delegate_facts: true }
    - { log: 'x-{{ x }}' }
`,
  'on a block, and switched off on a task': `
- hosts: h1
  tasks:
    - delegate_to: h3
      delegate_facts: true
      block:
        - { set_fact: { x: 1 } }
        - { set_fact: { y: 1 }, delegate_facts: false }
    - { log: 'y-{{ y }}-{{ hostvars.h3.x }}' }
    - { log: x, when: x is defined }
`,
  'each item to a host of its own': {
    play: `
- hosts: h1
  tasks:
    - { set_fact: { x: 'of-{{ item }}' }, delegate_to: '{{ item }}', delegate_facts: true, loop: '{{ groups.web }}' }
- hosts: web
  tasks:
    - { log: '{{ x }}' }
`,
    order: 'host',
  },
  'register stays with the host': `
- hosts: h1
  tasks:
    - { shell: echo one, register: r, changed_when: false, delegate_to: h3, delegate_facts: true }
    - { log: '{{ r.stdout }}' }
    - { log: there, when: hostvars.h3.r is defined }
`,
  'include_vars is the delegate’s': {
    play: `
- hosts: h1
  tasks:
    - { include_vars: more.yml, delegate_to: h3, delegate_facts: true }
    - { log: here, when: x is defined }
- hosts: h3
  tasks:
    - { log: 'x-{{ x }}' }
`,
    files: { 'more.yml': 'x: 1\n' },
  },
  'once for all hosts': `
- hosts: web
  tasks:
    - { set_fact: { x: 1 }, run_once: true, delegate_to: h3, delegate_facts: true }
    - { log: 'x-{{ hostvars.h3.x }}' }
    - { log: here, when: x is defined }
`,
  'of each of several hosts, the last one stays': {
    play: `
- hosts: web
  serial: 1
  tasks:
    - { set_fact: { x: '{{ inventory_hostname }}' }, delegate_to: h3, delegate_facts: true }
- hosts: h3
  tasks:
    - { log: 'x-{{ x }}' }
`,
  },
  'facts of other hosts are read for them': `
- hosts: h3
  tasks:
    - { setup: , delegate_to: '{{ item }}', delegate_facts: true, loop: '{{ groups.web }}' }
    - { log: there, when: hostvars.h1.ansible_facts.distribution is defined }
- hosts: web
  tasks:
    - { log: '{{ ansible_facts.system }}' }
`,
  'facts of another host become the host’s own': `
- hosts: h1
  tasks:
    - { setup: { filter: ansible_system }, delegate_to: h3, register: r }
    - { log: '{{ ansible_facts.system }}-{{ ansible_system }}-{{ r.ansible_facts.ansible_system }}' }
`,
  'gather_facts as a task': `
- hosts: h1
  tasks:
    - gather_facts:
    - { log: '{{ ansible_facts.system }}' }
`,
};

export const delegatedFacts: Readonly<Record<string, Cases>> = { delegate_facts: facts };
