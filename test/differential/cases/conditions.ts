import { type Cases, tasks } from '../case.ts';

/** One task a condition, named by its place in the list. */
const truths = (vars: string, ...conditions: string[]) =>
  tasks(
    `\n${conditions.map((text, index) => `- { log: c${index}, when: "${text}", vars: ${vars} }`).join('\n')}\n`,
  );

const when: Cases = {
  comparisons: truths(
    '{ n: 5, s: abc }',
    'n == 5',
    'n != 5',
    'n > 4 and n <= 5',
    "s == 'abc'",
    "s != 'abc'",
    'not n < 5',
  ),
  'and, or, not and parentheses': truths(
    '{ t: true, f: false }',
    't or f and f',
    '(t or f) and f',
    'not f',
    'not (t and t)',
    'not t or t',
    't and not f',
  ),
  defined: truths(
    '{ x: 1 }',
    'x is defined',
    'y is defined',
    'y is not defined',
    'y is undefined',
    'x is defined and x == 1',
  ),
  in: truths('{ l: [a, b] }', "'a' in l", "'c' in l", "'c' not in l", "'b' in 'abc'", '2 in [1, 2]'),
  'match, search and regex': truths(
    '{ s: hello world }',
    "s is match('hello')",
    "s is match('world')",
    "s is search('wor')",
    "s is regex('^h.*d$')",
    "s is not search('x')",
  ),
  version: truths(
    "{ v: '1.10.2' }",
    "v is version('1.9', '>')",
    "v is version('1.10.2', '==')",
    "v is version('2.0', '>=')",
    "v is version('1.11', 'lt')",
  ),
  filters: truths(
    "{ l: [3, 1, 2], s: ' Ab ', y: 'yes' }",
    'l | length == 3',
    'l | max == 3 and l | min == 1',
    'l | sort | first == 1',
    "s | trim | lower == 'ab'",
    'y | bool',
    "x | default('d') == 'd'",
    "l | join('-') == '3-1-2'",
  ),
  arithmetic: truths(
    '{ n: 7 }',
    'n + 1 == 8',
    'n % 2 == 1',
    'n // 2 == 3',
    'n * 2 - 4 == 10',
    "n ~ 'x' == '7x'",
  ),
  'keys of mappings and lists': truths(
    '{ m: { a: { b: [10, 20] } } }',
    'm.a.b[1] == 20',
    "m['a'].b[0] == 10",
    'm.x is defined',
    'm.a.b[-1] == 20',
  ),
  'a choice': truths('{ t: true }', "('a' if t else 'b') == 'a'", '(false if t else true)'),
  'a list: all of them': tasks(`
- { log: one, when: [true, n == 5], vars: { n: 5 } }
- { log: two, when: [true, n == 6], vars: { n: 5 } }
`),
  'a variable of booleans': tasks(`
- { log: one, when: x, vars: { x: true } }
- { log: two, when: not x, vars: { x: true } }
`),
  'none and empty': truths("{ n: null, e: '' }", 'n is none', "e == ''", 'n is not none', 'e | length == 0'),
  kinds: truths(
    '{ s: a, n: 1, l: [], m: {} }',
    's is string',
    'n is number',
    'l is mapping',
    'm is mapping',
    's is number',
  ),
  'not asked where an earlier one says no': tasks(`
- { log: one, when: [x is defined, x.y == 1] }
- { log: two, when: x is defined and x.y == 1 }
`),
  'what is missing in a result fails the task': tasks(`
- { shell: echo a, register: r }
- { log: one, when: r.nothing.more == 1, ignore_errors: true }
- log: two
`),
};

const judged: Cases = {
  'changed_when false': tasks(`
- { log: one, changed_when: false, register: r }
- { log: two, when: r is not changed }
`),
  'changed_when of the result': tasks(`
- { shell: echo changed, register: r, changed_when: "'changed' in r.stdout" }
- { shell: echo same, register: r, changed_when: "'changed' in r.stdout" }
`),
  'changed_when: all of a list': tasks(`
- { log: one, register: r, changed_when: [r.rc == 0, false] }
- { log: two, register: r, changed_when: [r.rc == 0, true] }
`),
  'failed_when false': tasks(`
- { flop: one, failed_when: false, register: r }
- { log: '{{ r.rc }}', when: r is not failed and not r.failed_when_result }
`),
  'failed_when: all of a list': tasks(`
- { flop: one, register: r, failed_when: [r.rc == 1, false] }
- { log: two, register: r, failed_when: [r.rc == 0, true], ignore_errors: true }
- { log: three, when: r is failed }
`),
  'failed_when with or': tasks(`
- { flop: one, register: r, failed_when: r.rc > 1 or 'x' in r.stdout }
- log: two
`),
  'a task that failed by failed_when is not changed by itself': tasks(`
- { log: one, failed_when: true, ignore_errors: true, register: r }
- { log: two, when: r is changed }
`),
  'in a loop': tasks(`
- { flop: '{{ item }}', loop: [1, 2], register: r, failed_when: item == 3, changed_when: item == 2 }
- { log: two, when: r is changed }
`),
};

const check: Cases = {
  'a command does not run and counts skipped': {
    play: tasks(`
- { shell: 'touch {{ base }}/a' }
`),
    args: ['--check'],
    differs: { row: 'check-command', here: { recap: { h1: 'ok=1 changed=1' } } },
  },
  'copy says changed and writes nothing': {
    play: tasks(`
- { copy: { content: x, dest: '{{ base }}/a' }, register: r }
- { log: one, when: r is changed, check_mode: false }
`),
    args: ['--check'],
  },
  'check_mode false writes': {
    play: tasks(`
- { copy: { content: x, dest: '{{ base }}/a', mode: '0644' }, check_mode: false }
- { copy: { content: x, dest: '{{ base }}/a' } }
- { copy: { content: y, dest: '{{ base }}/a' } }
`),
    args: ['--check'],
  },
  'check_mode true without --check': tasks(`
- { copy: { content: x, dest: '{{ base }}/a' }, check_mode: true }
- { file: { path: '{{ base }}/b', state: directory }, check_mode: true }
- log: one
`),
  ansible_check_mode: {
    play: tasks(`
- { log: one, when: ansible_check_mode, check_mode: false }
- { log: two, when: not ansible_check_mode, check_mode: false }
`),
    args: ['--check'],
  },
  'handlers are told': {
    play: `
- hosts: h1
  tasks:
    - { copy: { content: x, dest: '{{ base }}/a' }, notify: a }
  handlers:
    - { name: a, log: handler, check_mode: false }
`,
    args: ['--check'],
  },
  'a template': {
    play: tasks(`
- { template: { src: t.txt, dest: '{{ base }}/t' } }
- { stat: { path: '{{ base }}/t' }, register: s, check_mode: false }
- { log: 'there', when: s.stat.exists, check_mode: false }
`),
    files: { 'templates/t.txt': 'x {{ inventory_hostname }}\n' },
    args: ['--check', '--diff'],
    differs: { row: 'check-overlay', here: { effects: ['there h1'], recap: { h1: 'ok=3 changed=2' } } },
  },
};

export const conditions: Readonly<Record<string, Cases>> = { when, judged, check_mode: check };
