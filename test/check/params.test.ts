import { describe, expect, test } from 'vitest';
import { checkTasks, runCheck } from './run-check.ts';

describe('params that do not fit their module', () => {
  const cases: [string, string, string[]][] = [
    [
      'unknown',
      '- file: {path: /x, stat: directory}',
      ['error site.yml:3:24 unknown-param: file: unknown parameter "stat" | did you mean "state"?'],
    ],
    [
      'missing',
      '- debug: {}\n- template: {src: "{{ domain }}"}',
      ['error site.yml:4:7 missing-param: template: "dest" is required'],
    ],
    [
      'wrong choice',
      '- file: {path: /x, state: dir}',
      [
        'error site.yml:3:31 wrong-value: file: "state" must be one of absent, directory, file, hard, link, touch, not "dir"',
      ],
    ],
    [
      'wrong type',
      '- file: {path: [a], state: absent}',
      ['error site.yml:3:20 wrong-type: file: "path" must be a string, not a list'],
    ],
    [
      'inside a list',
      '- command:\n    argv:\n      - echo\n      - {a: 1}',
      ['error site.yml:6:13 wrong-type: command: "argv.1" must be a string or a number, not a mapping'],
    ],
    [
      'several at once',
      '- template:\n    scr: "{{ domain }}"\n    src: "{{ domain }}"\n    mode: [1]',
      [
        'error site.yml:3:7 missing-param: template: "dest" is required',
        'error site.yml:4:9 unknown-param: template: unknown parameter "scr" | did you mean "src"?',
        'error site.yml:6:15 wrong-type: template: "mode" must be a string, not a list',
      ],
    ],
  ];
  test.each(cases)('%s', (_, tasks, expected) => {
    expect(checkTasks(tasks)).toEqual(expected);
  });
});

describe('params that fit one by one, but not together', () => {
  const cases: [string, string][] = [
    ['command:', '4:7 wrong-value: command: give exactly one of cmd and argv'],
    ['command: echo "a', '4:7 wrong-value: command: a quote (") in "echo "a" is not closed'],
    ['file: {state: absent}', '4:13 wrong-value: file: "path" is required'],
    ['copy: {src: a, content: b, dest: /x}', '4:13 wrong-value: copy: give exactly one of src and content'],
    ['set_fact:', '4:7 wrong-value: set_fact: no variable given to set'],
    [
      'lineinfile: {path: /x, line: a, regexp: "("}',
      '4:19 wrong-value: lineinfile: "(" is not a regular expression',
    ],
    ['replace: {path: /x, regexp: "["}', '4:16 wrong-value: replace: "[" is not a regular expression'],
    ['blockinfile: {path: /x, marker: "#"}', '4:20 wrong-value: blockinfile: marker must contain {mark}'],
    [
      'pause: {seconds: 1, minutes: 1}',
      '4:14 wrong-value: pause: seconds and minutes cannot be given together',
    ],
    ['wait_for: {state: drained}', '4:17 wrong-value: wait_for: state: drained needs a port'],
    [
      'lineinfile: {path: /x, line: a, regexp: "{{ pattern }}"}',
      '4:19 wrong-value: lineinfile: "(" is not a regular expression (on w1)',
    ],
  ];
  const check = (task: string) =>
    runCheck({
      'site.yml': `- hosts: web\n  vars: {pattern: "("}\n  tasks:\n    - ${task}\n      register: done\n`,
      'files/a': '',
    });

  test.each(cases)('%s', (task, expected) => {
    expect(check(task)).toEqual([`error site.yml:${expected}`]);
  });

  test('are left to the run where one of them is not known', () => {
    expect(check('lineinfile: {path: "{{ ansible_env.HOME }}", line: a, regexp: "("}')).toEqual([]);
    expect(check('command: "{{ ansible_env.HOME }}"')).toEqual([]);
  });
});

describe('params whose templates need only what is written down', () => {
  const check = (task: string, vars: string) =>
    runCheck({ 'site.yml': `- hosts: web\n  vars: ${vars}\n  tasks:\n    - ${task}\n` });

  test('are rendered and judged like any other', () => {
    expect(check('file: {path: /x, state: "{{ state }}"}', '{state: dir}')).toEqual([
      'error site.yml:4:31 wrong-value: file: "state" must be one of absent, directory, file, hard, link, touch, not "dir" (on w1)',
    ]);
    expect(check('copy: {content: x, dest: "{{ omit }}"}', '{}')).toEqual([
      'error site.yml:4:7 missing-param: copy: "dest" is required (on w1)',
    ]);
    expect(
      check(
        'file: {path: /x, state: "{{ state }}", recurse: "{{ omit }}"}',
        '{state: "{{ kind }}", kind: directory}',
      ),
    ).toEqual([]);
  });

  test('a helper that cannot use its argument is told where it stands', () => {
    expect(check('debug: {msg: "all: {{ join web_port \',\' }}"}', '{}')).toEqual([
      'error site.yml:4:29 bad-value: "join" needs a list, not a number (on w1)',
    ]);
  });

  test('what a task or a file of the run may change is left to it', () => {
    const task = 'file: {path: /x, state: "{{ state }}"}';
    expect(check(`set_fact: {state: directory}\n    - ${task}`, '{state: dir}')).toEqual([]);
    expect(check(`include_vars: "{{ domain }}.yml"\n    - ${task}`, '{state: dir}')).toEqual([]);
    expect(check(`{${task}, loop: [dir], vars: {state: "{{ item }}"}}`, '{}')).toEqual([]);
  });
});

describe('conditions that can have no answer', () => {
  test('are told with the host', () => {
    expect(checkTasks('- debug:\n  when: domain')).toEqual([
      'error site.yml:4:13 bad-value: "domain" must be true or false, but it is text: "example.org" (on w1) | compare it, or ask whether it is empty: … | length > 0',
    ]);
    expect(checkTasks('- debug:\n  when: web_port > "80"')[0]).toContain(
      'a number and text have no order (on w1) | convert text with `| int`',
    );
  });

  test.each(['until', 'changed_when', 'failed_when'])('%s is judged on what is written down', (keyword) => {
    expect(checkTasks(`- command: "true"\n  register: r\n  vars: {n: 1}\n  ${keyword}: n`)[0]).toMatch(
      /^error site.yml:6:\d+ bad-value: "n" must be true or false, but it is a number: 1 \(on w1\)/,
    );
    const fine = [`r.rc == 0`, `[r.rc == 0, n]`, `item`, `n > 0`];
    for (const condition of fine) {
      const task = `- command: "true"\n  register: r\n  loop: [true]\n  vars: {n: 1, r: text, item: text}`;
      expect(checkTasks(`${task}\n  ${keyword}: ${condition}`)).toEqual([]);
    }
  });

  test('are left to the run behind a condition that it decides', () => {
    expect(checkTasks('- debug:\n  when: [ansible_facts.x, domain]')).toEqual([]);
    expect(checkTasks('- debug:\n  when: [false, domain]')).toEqual([]);
  });
});

describe('params that are left alone', () => {
  test.each([
    [
      'templates where another type is wanted',
      '- set_fact: {made: {x: true}}\n- file: {path: /x, state: "{{ ansible_facts.s }}", recurse: "{{ made.x }}"}',
    ],
    ['lists with templates', '- command: {argv: [echo, "{{ domain }}"]}'],
    ['text that stands for a boolean or a number', '- file: {path: /x, state: directory, recurse: "yes"}'],
    ['a list written with commas', '- apt: {name: "a,b"}'],
    ['any name where the module takes any', '- set_fact: {anything: 1}'],
    ['free text', '- command: echo hello\n- debug: msg=hello'],
  ])('%s', (_, tasks) => {
    expect(checkTasks(tasks)).toEqual([]);
  });

  test('required ones that module_defaults give', () => {
    const play = `- hosts: web
  module_defaults:
    template: {dest: /etc/x}
  tasks:
    - template: {src: "{{ domain }}.hbs"}
`;
    expect(runCheck({ 'site.yml': play })).toEqual([]);
  });

  test('templates in module_defaults where the module wants a certain pattern', () => {
    const play = `- hosts: web
  module_defaults:
    uri: {url: "{{ address }}", timeout: "{{ web_port }}"}
  vars: {address: http://example.org/}
  tasks:
    - uri: {method: GET}
`;
    expect(runCheck({ 'site.yml': play })).toEqual([]);
  });
});
