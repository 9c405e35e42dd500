import { type Cases, tasks } from '../case.ts';

const fatal: Cases = {
  'no host goes on after the task that failed': `
- hosts: all
  any_errors_fatal: true
  tasks:
    - flop: one
      failed_when: inventory_hostname == 'h2'
    - log: two
`,
  'the always section still runs': {
    play: `
- hosts: web
  any_errors_fatal: true
  tasks:
    - block:
        - { log: one, failed_when: inventory_hostname == 'h2' }
        - log: two
      always:
        - log: three
    - log: four
`,
    differs: {
      row: 'any-errors-fatal',
      here: {
        effects: ['one h1', 'one h2', 'three h1', 'three h2'],
        recap: { h1: 'ok=2 changed=2', h2: 'ok=1 changed=1 failed=1' },
      },
    },
  },
  'a rescue recovers the hosts that failed': `
- hosts: web
  any_errors_fatal: true
  tasks:
    - block:
        - { log: one, failed_when: true }
      rescue:
        - log: two
    - log: three
`,
  'on one task only': `
- hosts: web
  tasks:
    - { log: one, failed_when: inventory_hostname == 'h1' }
    - { log: two, any_errors_fatal: true }
    - log: three
`,
  'later plays do not run either': `
- hosts: web
  any_errors_fatal: true
  tasks:
    - { log: one, failed_when: inventory_hostname == 'h1' }
- hosts: all
  tasks:
    - log: two
`,
};

const ignored: Cases = {
  'the host goes on and counts ignored': tasks(`
- { flop: one, ignore_errors: true, register: r }
- { log: two, when: r is failed }
`),
  'of a block, for each task in it': tasks(`
- block:
    - flop: one
    - flop: two
  ignore_errors: true
- log: three
`),
  'false on a task wins over the play': `
- hosts: h1
  ignore_errors: true
  tasks:
    - flop: one
    - { flop: two, ignore_errors: false }
    - log: three
`,
  'an ignored failure is not rescued': tasks(`
- block:
    - { flop: one, ignore_errors: true }
    - log: two
  rescue:
    - log: three
`),
};

const unreachable: Cases = {
  'is neither rescued nor failed, and others go on': {
    play: `
- hosts: web, gone
  tasks:
    - block:
        - log: one
      rescue:
        - log: two
      always:
        - log: three
    - log: four
`,
    files: { 'inv/more.ini': 'gone ansible_port=1\n' },
    args: ['-i', 'inv/more.ini'],
  },
  'both failed and unreachable ends with 4': {
    play: `
- hosts: h1, gone
  tasks:
    - { log: one, failed_when: inventory_hostname == 'h1' }
`,
    files: { 'inv/more.ini': 'gone ansible_port=1\n' },
    args: ['-i', 'inv/more.ini'],
  },
  'ignored only where asked': {
    play: `
- hosts: h1, gone
  tasks:
    - { log: one, ignore_unreachable: true }
    - log: two
    - log: three
`,
    files: { 'inv/more.ini': 'gone ansible_port=1\n' },
    args: ['-i', 'inv/more.ini'],
  },
  'a task that needs no connection does not notice': {
    play: `
- hosts: gone
  tasks:
    - debug: { msg: x }
    - set_fact: { a: b }
`,
    files: { 'inv/more.ini': 'gone ansible_port=1\n' },
    args: ['-i', 'inv/more.ini'],
  },
};

const ordinary: Cases = {
  'a failed host is out of later plays': `
- hosts: web
  tasks:
    - { log: one, failed_when: inventory_hostname == 'h1' }
    - log: two
- hosts: web
  tasks:
    - log: three
`,
  'the run ends when every host of a play has failed': `
- hosts: h1
  tasks:
    - flop: one
- hosts: db
  tasks:
    - log: two
`,
  'the fail module, with and without a condition': `
- hosts: web
  tasks:
    - { fail: { msg: no }, when: inventory_hostname == 'h1' }
    - log: one
`,
};

const unreadable: Cases = {
  'what is no YAML': {
    play: '- hosts: h1\n  tasks:\n    - log: one\n   - log: two\n',
    differs: { row: 'faults-first', here: { code: 1 } },
  },
  'an unknown keyword': {
    play: tasks(`
- { log: one, wen: true }
`),
    differs: { row: 'faults-first', here: { code: 1 } },
  },
  'an unknown handler': {
    play: tasks(`
- { log: one, notify: nobody }
`),
    differs: { row: 'faults-first', here: { code: 1, recap: {}, effects: [] } },
  },
  'a name that cannot be registered': {
    play: tasks(`
- { log: one, register: a-b }
`),
    differs: { row: 'faults-first', here: { code: 1, recap: {}, effects: [] } },
  },
};

const hidden: Cases = {
  'what is not shown is there for later tasks': tasks(`
- { command: echo hidden, no_log: true, register: r }
- { log: seen, when: r.stdout == 'hidden' }
`),
  'items and their failures': tasks(`
- { shell: 'test {{ item }} = a', loop: [a, b], no_log: true, ignore_errors: true, register: r }
- { log: seen, when: 'r is failed and r.results[0].rc == 0 and r.results[1].rc == 1' }
`),
  'of a play, with a task that fails': `
- hosts: h1
  no_log: true
  tasks:
    - log: one
    - block: [{ flop: two }]
      rescue: [{ log: three, when: ansible_failed_result.rc == 1 }]
    - { flop: four }
`,
};

export const failures: Readonly<Record<string, Cases>> = {
  any_errors_fatal: fatal,
  ignore_errors: ignored,
  unreachable,
  failure: ordinary,
  unreadable,
  no_log: hidden,
};
