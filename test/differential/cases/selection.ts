import type { Cases } from '../case.ts';

const tagged = `
- hosts: h1
  tags: play
  tasks:
    - { log: one, tags: a }
    - { log: two, tags: [b, c] }
    - log: three
    - { log: four, tags: always }
    - { log: five, tags: [never, a] }
    - { log: six, tags: [never, d] }
    - tags: e
      block:
        - { log: seven, tags: a }
        - log: eight
`;
const untagged = `
- hosts: h1
  tasks:
    - { log: one, tags: a }
    - log: two
    - { log: three, tags: always }
    - { log: four, tags: never }
`;
const ask = (...args: string[]) => ({ play: tagged, args });
const without = (...args: string[]) => ({ play: untagged, args });

const tags: Cases = {
  'none asked for': tagged,
  'one of a task': ask('--tags', 'b'),
  'two, and of a block': ask('-t', 'a,e'),
  'of the play': ask('--tags', 'play'),
  'one of a never task': ask('--tags', 'd'),
  'never itself': ask('--tags', 'never'),
  'one skipped': ask('--skip-tags', 'a'),
  'always skipped': ask('--skip-tags', 'always'),
  'skipping wins': ask('--tags', 'e', '--skip-tags', 'a'),
  'one that does not exist': {
    ...ask('--tags', 'none'),
    differs: { row: 'unknown-tag', here: { code: 1, recap: {}, effects: [] } },
  },
  tagged: without('--tags', 'tagged'),
  untagged: without('--tags', 'untagged'),
  all: without('--tags', 'all'),
  'tagged skipped': without('--skip-tags', 'tagged'),
  'untagged skipped': without('--skip-tags', 'untagged'),
  'ansible_run_tags and ansible_skip_tags': {
    play: `
- hosts: h1
  tasks:
    - { log: '{{ item }}', loop: '{{ ansible_run_tags }}', tags: a }
    - { log: 'skip-{{ item }}', loop: '{{ ansible_skip_tags }}', tags: a }
    - { log: never, tags: [a, b] }
`,
    args: ['--tags', 'a', '--skip-tags', 'b'],
  },
};

const steps = `
- hosts: web
  tasks:
    - { name: first, log: one, notify: h }
    - { name: second, log: two }
    - block:
        - { name: third, log: three }
  handlers:
    - { name: h, log: handler }
- hosts: h3
  tasks:
    - { name: fourth, log: four }
`;

const start: Cases = {
  'in the middle': { play: steps, args: ['--start-at-task', 'second'] },
  'inside a block': { play: steps, args: ['--start-at-task', 'third'] },
  'in a later play': { play: steps, args: ['--start-at-task', 'fourth'] },
  'by a pattern': { play: steps, args: ['--start-at-task', 'sec*'] },
};

const who = `
- hosts: all
  tasks:
    - log: one
`;
const pattern = (hosts: string) => `
- hosts: ${hosts}
  tasks:
    - log: one
`;
const many = {
  'inv/more.ini': '[app]\napp[1:3] ansible_host=127.0.0.1\n[app:vars]\nlocal=1\n',
};

const hosts: Cases = {
  'a list': pattern('[h3, h1]'),
  'joined by commas and colons': {
    play: pattern('"h3:h1,h2"'),
    differs: {
      row: 'pattern-separators',
      here: {
        effects: ['one h1', 'one h2', 'one h3'],
        recap: { h1: 'ok=1 changed=1', h2: 'ok=1 changed=1', h3: 'ok=1 changed=1' },
      },
    },
  },
  'an intersection': pattern('"all:&web"'),
  'an exclusion': pattern('"all:!h2"'),
  'an exclusion comes last wherever it stands': pattern('"!h2:web:h3"'),
  'a glob': pattern('"h*"'),
  'a regular expression': pattern('"~h[13]$"'),
  'one of a group by its index': pattern('web[0]'),
  'the last of a group': pattern('web[-1]'),
  'a slice of a group': pattern('all[0:1]'),
  'a name of no host': { play: pattern('nothing'), differs: { row: 'unknown-host', here: { code: 1 } } },
  'a variable': { play: pattern('"{{ where }}"'), args: ['-e', 'where=db'] },
  'a range in the inventory': {
    play: pattern('app').replace('hosts: app', 'hosts: app\n  connection: local'),
    files: many,
    args: ['-i', 'inv/more.ini'],
  },
};

const limit: Cases = {
  'one host': { play: who, args: ['--limit', 'h2'] },
  'a group without a host': { play: who, args: ['-l', 'all:!h1'] },
  'of hosts that the play does not have': { play: pattern('web'), args: ['-l', 'h3'] },
  'nothing matches': { play: who, args: ['-l', 'nothing'] },
  'a file of hosts': { play: who, args: ['-l', '@hosts.txt'], files: { 'hosts.txt': 'h1\nh3\n' } },
  'groups still have all their hosts': {
    play: `
- hosts: web
  tasks:
    - { log: '{{ item }}', loop: '{{ groups.web }}' }
    - { log: '{{ item }}', loop: '{{ ansible_play_hosts_all }}' }
`,
    args: ['-l', 'h1'],
  },
};

export const selection: Readonly<Record<string, Cases>> = { tags, start_at_task: start, hosts, limit };
