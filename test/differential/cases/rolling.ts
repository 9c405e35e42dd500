import type { Cases } from '../case.ts';

const serial: Cases = {
  'one at a time': `
- hosts: all
  serial: 1
  tasks:
    - log: one
    - log: two
`,
  'a list, whose last entry repeats': `
- hosts: all
  serial: [1, 2]
  tasks:
    - log: one
    - log: two
`,
  'a percentage': `
- hosts: all
  serial: "50%"
  tasks:
    - log: one
    - log: two
`,
  'handlers run in each batch': `
- hosts: web
  serial: 1
  tasks:
    - { log: one, notify: a }
    - log: two
  handlers:
    - { name: a, log: handler }
`,
  'stops when a whole batch has failed': `
- hosts: all
  serial: 1
  tasks:
    - { log: one, failed_when: inventory_hostname == 'h2' }
    - log: two
`,
  'goes on while a host of the batch is left': `
- hosts: all
  serial: 2
  tasks:
    - { log: one, failed_when: inventory_hostname == 'h2' }
    - log: two
`,
  'the batch and all hosts of the play': `
- hosts: all
  serial: 2
  tasks:
    - { log: 'batch-{{ item }}', loop: '{{ ansible_play_batch }}', run_once: true }
    - { log: 'all-{{ item }}', loop: '{{ ansible_play_hosts_all }}', run_once: true }
`,
};

const percentage = (most: number, more = '') => `
- hosts: all
  max_fail_percentage: ${most}${more}
  tasks:
    - { log: one, failed_when: inventory_hostname == 'h2' }
    - log: two
`;

const most: Cases = {
  'is exceeded': percentage(30),
  'is not exceeded': percentage(40),
  'must be exceeded, not reached': `
- hosts: web
  max_fail_percentage: 50
  tasks:
    - { log: one, failed_when: inventory_hostname == 'h2' }
    - log: two
`,
  zero: percentage(0),
  'counts in a batch': percentage(40, '\n  serial: 2'),
  'a rescued host does not count': `
- hosts: web
  max_fail_percentage: 0
  tasks:
    - block:
        - { log: one, failed_when: inventory_hostname == 'h2' }
      rescue:
        - log: rescue
    - log: two
`,
};

const strategy: Cases = {
  'linear keeps hosts together': `
- hosts: web
  tasks:
    - { log: one, when: inventory_hostname == 'h2' }
    - log: two
    - { log: three, when: inventory_hostname == 'h1' }
    - log: four
`,
  'linear keeps hosts together behind an include of one': {
    play: `
- hosts: web
  tasks:
    - { include_tasks: more.yml, when: inventory_hostname == 'h2' }
    - log: two
`,
    files: { 'more.yml': '- log: more\n- log: more-2\n' },
  },
  'free: every host does all': {
    play: `
- hosts: all
  strategy: free
  tasks:
    - { log: one, notify: a }
    - { log: two, failed_when: inventory_hostname == 'h3' }
    - log: three
  handlers:
    - { name: a, log: handler }
`,
    order: 'host',
  },
  'free: an include at the end of always runs': {
    play: `
- hosts: web
  strategy: free
  tasks:
    - block:
        - flop: one
      always:
        - log: always
        - include_tasks: more.yml
`,
    files: { 'more.yml': '- log: more\n' },
    order: 'host',
  },
  'host_pinned: every host does all': {
    play: `
- hosts: all
  strategy: host_pinned
  tasks:
    - log: one
    - log: two
`,
    order: 'host',
    args: ['--forks', '2'],
  },
  'host_pinned: with one place, a host does all before the next begins': {
    play: `
- hosts: all
  strategy: host_pinned
  tasks:
    - log: one
    - log: two
    - log: three
`,
    order: 'exact',
    args: ['--forks', '1'],
  },
  'host_pinned: handlers between the parts of the play': {
    play: `
- hosts: all
  strategy: host_pinned
  tasks:
    - { log: one, notify: a }
    - log: two
  post_tasks:
    - log: three
  handlers:
    - { name: a, log: handler }
`,
    order: 'host',
    args: ['--forks', '2'],
  },
  'host_pinned: who fails gives up the place': {
    play: `
- hosts: all
  strategy: host_pinned
  tasks:
    - { log: one, failed_when: inventory_hostname == 'h1' }
    - log: two
`,
    order: 'exact',
    args: ['--forks', '1'],
  },
  'host_pinned: rescue and always': {
    play: `
- hosts: web
  strategy: host_pinned
  tasks:
    - block:
        - { log: one, failed_when: inventory_hostname == 'h2' }
        - log: two
      rescue:
        - log: rescue
      always:
        - log: always
        - include_tasks: more.yml
    - log: after
`,
    files: { 'more.yml': '- log: more\n' },
    order: 'host',
    args: ['--forks', '2'],
  },
};

const ordered = (order: string) => ({
  play: `
- hosts: all
  order: ${order}
  tasks:
    - { log: one, throttle: 1 }
`,
  files: { 'inv/more.ini': '[extra]\nh3\nh1\n' },
  order: 'exact' as const,
});

const order: Cases = {
  sorted: ordered('sorted'),
  reverse_sorted: ordered('reverse_sorted'),
  inventory: ordered('inventory'),
  reverse_inventory: ordered('reverse_inventory'),
  'of a pattern': {
    play: `
- hosts: h3,h1
  order: inventory
  serial: 1
  tasks:
    - log: one
`,
    order: 'exact',
  },
};

const once: Cases = {
  'runs on the first host, its result is for all': `
- hosts: all
  tasks:
    - { shell: echo from, register: r, run_once: true, changed_when: false }
    - log: '{{ r.stdout }}'
`,
  'once in each batch': `
- hosts: all
  serial: 2
  tasks:
    - { log: one, run_once: true }
    - log: two
`,
  'its failure fails all hosts': `
- hosts: web
  tasks:
    - { flop: one, run_once: true }
    - log: two
`,
  'its ignored failure fails none': `
- hosts: web
  tasks:
    - { flop: one, run_once: true, ignore_errors: true }
    - log: two
`,
  'facts it sets are set for all': `
- hosts: web
  tasks:
    - { set_fact: { x: 'of-{{ inventory_hostname }}' }, run_once: true }
    - log: '{{ x }}'
`,
  delegated: `
- hosts: web
  tasks:
    - { log: one, run_once: true, delegate_to: h3 }
`,
  'on the first host whose condition holds': {
    play: `
- hosts: web
  tasks:
    - { log: one, run_once: true, when: inventory_hostname == 'h2' }
    - log: two
`,
    differs: {
      row: 'run-once-when',
      here: {
        effects: ['one h2', 'two h1', 'two h2'],
        recap: { h1: 'ok=1 changed=1', h2: 'ok=2 changed=2' },
      },
    },
  },
  'in a loop': `
- hosts: web
  tasks:
    - { log: 'one-{{ item }}', run_once: true, loop: [a, b] }
`,
};

const throttle: Cases = {
  'of a task': {
    play: `
- hosts: all
  tasks:
    - { shell: "echo begin {{ inventory_hostname }} >> {{ log }}; sleep 0.2; echo end {{ inventory_hostname }} >> {{ log }}", throttle: 1 }
`,
    order: 'exact',
  },
  'of a block': {
    play: `
- hosts: web
  tasks:
    - throttle: 1
      block:
        - shell: "echo begin {{ inventory_hostname }} >> {{ log }}; sleep 0.2; echo end {{ inventory_hostname }} >> {{ log }}"
`,
    order: 'exact',
  },
  'of a play': {
    play: `
- hosts: web
  throttle: 1
  tasks:
    - shell: "echo begin {{ inventory_hostname }} >> {{ log }}; sleep 0.2; echo end {{ inventory_hostname }} >> {{ log }}"
`,
    order: 'exact',
  },
  'where each host goes ahead alone': {
    play: `
- hosts: web
  strategy: free
  tasks:
    - throttle: 1
      block:
        - shell: "mkdir {{ base }}/first && sleep 0.2 && rmdir {{ base }}/first"
        - shell: "mkdir {{ base }}/second && sleep 0.2 && rmdir {{ base }}/second"
    - { log: one }
`,
    order: 'host',
  },
};

const below: Cases = {
  'on a handler, a block and a task': {
    play: `
- hosts: web
  tasks:
    - { log: one, notify: a, throttle: 1 }
    - serial: 1
      block:
        - log: two
        - log: three
    - { log: four, serial: 1 }
  handlers:
    - { name: a, log: handler, serial: 1 }
`,
    order: 'exact',
    differs: {
      row: 'serial-below-the-play',
      here: {
        code: 0,
        recap: { h1: 'ok=5 changed=5', h2: 'ok=5 changed=5' },
        effects: [
          ...['one h1', 'one h2', 'two h1', 'three h1', 'two h2', 'three h2'],
          ...['four h1', 'four h2', 'handler h1', 'handler h2'],
        ],
      },
    },
  },
};

export const rolling: Readonly<Record<string, Cases>> = {
  serial,
  'serial below the play': below,
  max_fail_percentage: most,
  strategy,
  order,
  run_once: once,
  throttle,
};
