import { describe, expect, test } from 'vitest';
import { checkTasks, runCheck } from './run-check.ts';

describe('templates and expressions are read before the run', () => {
  const cases: [string, string, string[]][] = [
    [
      'in params',
      '- debug: {msg: "a {{ domain | upper }}"}',
      ['error site.yml:3:33 bad-template: filters with | are Jinja | write {{ upper domain }}'],
    ],
    [
      'in plain text',
      '- command: echo {{ domain[0] }}',
      ['error site.yml:3:30 bad-template: a[0] is Jinja | write {{ domain.[0] }}'],
    ],
    [
      'in a block of text, at its line',
      '- copy:\n    dest: /x\n    content: |\n      first\n        {{ uper domain }}',
      ['error site.yml:7:16 bad-template: there is no helper "uper" | did you mean "upper"?'],
    ],
    [
      'in conditions',
      '- debug: {}\n  when:\n    - domain is defined\n    - domain = 1',
      ['error site.yml:6:18 bad-expression: cannot read the expression at "=" | write == to compare'],
    ],
    [
      'in conditions with braces',
      '- debug: {}\n  when: "{{ domain }}"',
      [
        'error site.yml:4:14 bad-expression: this is an expression already: braces have no place in it | drop the braces: domain',
      ],
    ],
    [
      'in until, changed_when and failed_when',
      '- command: x\n  register: r\n  until: r is goood\n  changed_when: r.rc = 1\n  failed_when: r &&',
      [
        'error site.yml:5:16 bad-expression: there is no test "goood"',
        'error site.yml:6:26 bad-expression: cannot read the expression at "=" | write == to compare',
        'error site.yml:7:22 bad-expression: cannot read the expression at "&" | write "and" instead of &&',
      ],
    ],
    [
      'in assert',
      '- assert:\n    that:\n      - domain == "x" or\n',
      ['error site.yml:5:29 bad-expression: the expression ends too early'],
    ],
    [
      'in loop, environment, vars and names',
      `- name: "{{ a; }}"
  debug: {}
  loop: "{{ b | list }}"
  environment: {X: "{{ (c) }}"}
  vars: {y: "{{ d['e'] }}"}`,
      [
        'error site.yml:3:17 bad-template: this is not Handlebars syntax',
        'error site.yml:5:19 bad-template: filters with | are Jinja | write {{ list b }}',
        'error site.yml:6:28 bad-template: this is not Handlebars syntax',
        "error site.yml:7:22 bad-template: a['b'] is Jinja | write {{ d.e }}",
      ],
    ],
  ];
  test.each(cases)('%s', (_, tasks, expected) => {
    const found = checkTasks(tasks).filter((line) => !line.includes('undefined-variable'));
    expect(found).toEqual(expected);
  });

  test('in the variables of plays, of the inventory and of vars files, also where nothing uses them', () => {
    const files = {
      'site.yml':
        '- hosts: all\n  vars: {a: "{{ x | y }}"}\n  vars_files: [v.yml]\n  tasks:\n    - block:\n        - debug:\n      vars: {b: "{% if x %}"}\n',
      'v.yml': 'c: "{{ uper x }}"\n',
      'group_vars/web.yml': 'd: "{{#if x}}"\n',
    };
    expect(runCheck(files)).toEqual([
      'error group_vars/web.yml:1:14 bad-template: the template ends before a block is closed',
      'error site.yml:2:19 bad-template: there is no filter "y"',
      'error site.yml:7:18 bad-template: "{% if x %}" is Jinja | write {{#if x}} … {{else}} … {{/if}}',
      'error v.yml:1:8 bad-template: there is no helper "uper" | did you mean "upper"?',
    ]);
  });

  test('a file that two plays import is told once', () => {
    const files = {
      'site.yml':
        '- hosts: web\n  tasks: [{import_tasks: t.yml}]\n- hosts: db\n  tasks: [{import_tasks: t.yml}]\n',
      't.yml': '- debug: {msg: "{{ uper 1 }}"}\n',
    };
    expect(runCheck(files)).toHaveLength(1);
  });
});
