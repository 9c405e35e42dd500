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

describe('params that are left alone', () => {
  test.each([
    [
      'templates where another type is wanted',
      '- file: {path: /x, state: "{{ domain }}", recurse: "{{ domain }}"}',
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
});
