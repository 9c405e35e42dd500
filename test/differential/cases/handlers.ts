import type { Cases } from '../case.ts';

const handler: Cases = {
  'runs once, in the order of definition': `
- hosts: h1
  tasks:
    - { log: one, notify: b }
    - { log: two, notify: [a, b] }
  handlers:
    - { name: a, log: handler-a }
    - { name: b, log: handler-b }
    - { name: c, log: handler-c }
`,
  'only changed tasks notify': `
- hosts: web
  tasks:
    - { log: one, notify: a, changed_when: inventory_hostname == 'h2' }
  handlers:
    - { name: a, log: handler }
`,
  'a skipped or failed task does not notify': `
- hosts: h1
  tasks:
    - { log: one, notify: a, when: false }
    - { flop: two, notify: a, ignore_errors: true }
  handlers:
    - { name: a, log: handler }
`,
  'listens to a topic': `
- hosts: h1
  tasks:
    - { log: one, notify: topic }
  handlers:
    - { name: a, log: handler-a, listen: topic }
    - { name: b, log: handler-b }
    - { name: c, log: handler-c, listen: [other, topic] }
`,
  'notifies another one': `
- hosts: h1
  tasks:
    - { log: one, notify: b }
  handlers:
    - { name: a, log: handler-a }
    - { name: b, log: handler-b, notify: [a, c] }
    - { name: c, log: handler-c }
`,
  'of the same name: the last one': {
    play: `
- hosts: h1
  tasks:
    - { log: one, notify: a }
  handlers:
    - { name: a, log: first }
    - { name: a, log: last }
`,
    differs: { row: 'handler-twice', here: { effects: ['one h1', 'last h1'] } },
  },
  'with a condition and a loop': {
    // Each host goes through a loop at its own pace.
    order: 'host',
    play: `
- hosts: web
  tasks:
    - { log: one, notify: [a, b] }
  handlers:
    - { name: a, log: handler-a, when: inventory_hostname == 'h2' }
    - { name: b, log: 'handler-{{ item }}', loop: [x, y] }
`,
  },
  'flushed in the middle, and again at the end': `
- hosts: h1
  tasks:
    - { log: one, notify: a }
    - meta: flush_handlers
    - { log: two, notify: a }
    - log: three
  handlers:
    - { name: a, log: handler }
`,
  'flushed after each section': `
- hosts: h1
  pre_tasks:
    - { log: pre, notify: a }
  tasks:
    - { log: task, notify: a }
  post_tasks:
    - { log: post, notify: a }
  handlers:
    - { name: a, log: handler }
`,
  'lost when the host fails before': `
- hosts: web
  tasks:
    - { log: one, notify: a }
    - { log: two, failed_when: inventory_hostname == 'h1' }
  handlers:
    - { name: a, log: handler }
`,
  'forced by the play': `
- hosts: web
  force_handlers: true
  tasks:
    - { log: one, notify: a }
    - { log: two, failed_when: inventory_hostname == 'h1' }
  handlers:
    - { name: a, log: handler }
`,
  'forced by the command line': {
    play: `
- hosts: h1
  tasks:
    - { log: one, notify: a }
    - flop: two
  handlers:
    - { name: a, log: handler }
`,
    args: ['--force-handlers'],
  },
  'the play says no to the command line': {
    play: `
- hosts: h1
  force_handlers: false
  tasks:
    - { log: one, notify: a }
    - flop: two
  handlers:
    - { name: a, log: handler }
`,
    args: ['--force-handlers'],
  },
  'a failing handler stops the ones behind it': `
- hosts: h1
  tasks:
    - { log: one, notify: [a, b] }
  handlers:
    - { name: a, flop: handler-a }
    - { name: b, log: handler-b }
  post_tasks:
    - log: post
`,
  'ignores tags': {
    play: `
- hosts: h1
  tasks:
    - { log: one, notify: a, tags: x }
    - { log: two, tags: y }
  handlers:
    - { name: a, log: handler, tags: y }
`,
    args: ['--tags', 'x'],
  },
  'notified by a looped task of which one item changed': `
- hosts: h1
  tasks:
    - { log: 'one-{{ item }}', loop: [1, 2], changed_when: item == 2, notify: a }
  handlers:
    - { name: a, log: handler }
`,
  'notified inside a rescued block': `
- hosts: h1
  tasks:
    - block:
        - { log: one, notify: a }
        - flop: two
      rescue:
        - log: three
  handlers:
    - { name: a, log: handler }
`,
};

export const handlers: Readonly<Record<string, Cases>> = { handler };
