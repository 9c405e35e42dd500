import { describe, expect, test } from 'vitest';
import { checkTasks, runCheck } from './run-check.ts';

const nothing: string[] = [];

describe('names that are not defined anywhere', () => {
  const cases: [string, string, string[]][] = [
    [
      'in params',
      '- debug: {msg: "{{ domian }}"}',
      ['error site.yml:3:24 undefined-variable: "domian" is not defined | did you mean "domain"?'],
    ],
    [
      'in a helper argument',
      '- debug: {msg: "{{ upper domian }}"}',
      ['error site.yml:3:30 undefined-variable: "domian" is not defined | did you mean "domain"?'],
    ],
    [
      'in when',
      '- debug: {}\n  when: domian == "x"',
      ['error site.yml:4:13 undefined-variable: "domian" is not defined | did you mean "domain"?'],
    ],
    [
      'in loop',
      '- debug: {msg: "{{ item }}"}\n  loop: "{{ domians }}"',
      ['error site.yml:4:17 undefined-variable: "domians" is not defined | did you mean "domain"?'],
    ],
    [
      'outside the loop of another task',
      '- debug: {msg: "{{ item }}"}',
      ['error site.yml:3:24 undefined-variable: "item" is not defined'],
    ],
    [
      'in debug var, which shows it',
      '- debug: {var: domian}',
      ['warning site.yml:3:20 undefined-variable: "domian" is not defined | did you mean "domain"?'],
    ],
    [
      'registered only later',
      '- debug: {msg: "{{ r.rc }}"}\n- command: x\n  register: r',
      [
        'error site.yml:3:24 undefined-variable: "r" is not defined yet | register sets it later, in task "command" (site.yml:4:7)',
      ],
    ],
  ];
  test.each(cases)('%s', (_, tasks, expected) => {
    expect(checkTasks(tasks)).toEqual(expected);
  });

  test('needed only by the value of another variable: told where that is written', () => {
    const files = {
      'site.yml':
        '- hosts: web\n  vars:\n    url: "https://{{ hst }}/"\n    unused: "{{ nowhere }}"\n  tasks:\n    - debug: {msg: "{{ url }}"}\n',
      'group_vars/web.yml': 'hosting: 1\n',
    };
    expect(runCheck(files)).toEqual(['error site.yml:3:22 undefined-variable: "hst" is not defined']);
  });

  test('only the key that is asked for counts', () => {
    const play = `- hosts: web
  vars:
    harbor: {good: "{{ domain }}", bad: "{{ nowhere }}"}
  tasks:
    - debug: {msg: "{{ harbor.good }}"}
`;
    expect(runCheck({ 'site.yml': play })).toEqual(nothing);
    expect(runCheck({ 'site.yml': play.replace('harbor.good', 'harbor.bad') })).toEqual([
      'error site.yml:3:45 undefined-variable: "nowhere" is not defined',
    ]);
  });

  test('set on other hosts: the hint tells how to reach them', () => {
    const play = `- hosts: db
  tasks:
    - command: x
      register: dump
- hosts: web
  tasks:
    - debug: {msg: "{{ dump.rc }}"}
    - debug: {msg: "{{ hostvars.d1.dump.rc }}"}
`;
    expect(runCheck({ 'site.yml': play })).toEqual([
      'error site.yml:7:24 undefined-variable: "dump" is not defined | it is set on other hosts: hostvars[\'d1\'].dump',
    ]);
  });
});

describe('names that are defined', () => {
  test.each([
    [
      'inventory, extra and magic variables, facts',
      '- debug: {msg: "{{ web_port }} {{ extra }} {{ inventory_hostname }} {{ groups.web.[0] }} {{ ansible_facts.fqdn }} {{ ansible_fqdn }}"}',
    ],
    [
      'registered before, and in until, changed_when, failed_when of the task itself',
      '- command: x\n  register: r\n  until: r.rc == 0\n  failed_when: r.rc > 1\n- debug: {msg: "{{ r.rc }}"}',
    ],
    [
      'loop variables',
      '- debug: {msg: "{{ n.x }} {{ i }}"}\n  loop: [{x: 1}]\n  loop_control: {loop_var: n, index_var: i, label: "{{ n.x }}"}\n  when: n.x == 1',
    ],
    ['set_fact', '- set_fact: {made: 1}\n- debug: {msg: "{{ made }}"}'],
    [
      'variables of the task and the block',
      '- block:\n    - debug: {msg: "{{ a }} {{ b }}"}\n      vars: {b: "{{ a }}"}\n  vars: {a: 1}',
    ],
    ['asked for with is defined', '- debug: {msg: "{{ maybe }}"}\n  when: maybe is defined'],
    [
      'guarded by the block around',
      '- block:\n    - debug: {msg: "{{ maybe.x }} {{ another }}"}\n  when: maybe is defined',
    ],
    ['with a default', '- debug: {msg: "{{ default maybe 1 }} {{#if (defined maybe)}}{{ maybe }}{{/if}}"}'],
    ['keys of items', '- debug: {msg: "{{#each groups.web}}{{ whatever }}{{/each}}"}'],
  ])('%s', (_, tasks) => {
    expect(checkTasks(tasks, { extraVars: { extra: 1 } })).toEqual(nothing);
  });

  test('by vars_files, defaults_files, vars_prompt and include_vars', () => {
    const files = {
      'site.yml': `- hosts: web
  vars_files: [a.yml]
  defaults_files: [b.yml]
  vars_prompt: [{name: c}]
  tasks:
    - include_vars: d.yml
    - debug: {msg: "{{ a }} {{ b }} {{ c }} {{ d }}"}
`,
      'a.yml': 'a: 1\n',
      'b.yml': 'b: 1\n',
      'd.yml': 'd: 1\n',
    };
    expect(runCheck(files)).toEqual(nothing);
  });

  test('by handlers and by tasks in an included file, before and after', () => {
    const files = {
      'site.yml': `- hosts: web
  tasks:
    - command: x
      register: r
      notify: h
    - include_tasks: inc.yml
      vars: {given: 1}
      loop: [1]
    - debug: {msg: "{{ made }}"}
  handlers:
    - name: h
      debug: {msg: "{{ r.rc }} {{ made }}"}
`,
      'inc.yml':
        '- set_fact: {made: "{{ given }}{{ item }}{{ default made 0 }}"}\n- debug: {msg: "{{ absent }}"}\n',
    };
    expect(runCheck(files)).toEqual(['error inc.yml:2:20 undefined-variable: "absent" is not defined']);
  });
});

describe('names that are defined on some hosts only', () => {
  test('are a warning that names the others', () => {
    expect(checkTasks('- debug: {msg: "{{ only_w1 }}"}')).toEqual([
      'warning site.yml:3:24 undefined-variable: "only_w1" is not defined on w2',
    ]);
  });

  test('are fine where the conditions keep the others out', () => {
    expect(checkTasks('- debug: {msg: "{{ only_w1 }}"}\n  when: inventory_hostname == "w1"')).toEqual(
      nothing,
    );
    expect(
      checkTasks('- debug: {msg: "{{ only_w1 }}"}\n  when: "inventory_hostname in groups[\'db\']"'),
    ).toEqual(nothing);
    expect(checkTasks('- debug: {msg: "{{ only_w1 }}"}\n  when: inventory_hostname != "w1"')).toEqual([
      `error site.yml:3:24 undefined-variable: "only_w1" is not defined | it is set on other hosts: hostvars['w1'].only_w1`,
    ]);
  });

  test('are left to the run where only it decides the condition', () => {
    expect(checkTasks('- debug: {msg: "{{ only_w1 }}"}\n  when: ansible_facts.memory > 1')).toEqual(nothing);
  });
});

describe('names that only the run can tell', () => {
  test('are no errors after a file that is chosen during the run; a likely typo is a warning', () => {
    const open = '- include_vars: "{{ domain }}.yml"\n';
    expect(checkTasks(`${open}- debug: {msg: "{{ from_that_file }}"}`)).toEqual(nothing);
    expect(checkTasks(`${open}- debug: {msg: "{{ web_prot }}"}`)).toEqual([
      'warning site.yml:4:24 undefined-variable: "web_prot" may not be defined: it would have to come from a file that is not read yet | did you mean "web_port"?',
    ]);
    expect(checkTasks(`- debug: {msg: "{{ from_that_file }}"}\n${open}`)).toEqual([
      'error site.yml:3:24 undefined-variable: "from_that_file" is not defined',
    ]);
  });

  test('a play without hosts in this inventory asks for nothing', () => {
    const files = {
      'hosts.yml': 'all:\n  children:\n    lb: {}\n    web: {hosts: {w1: }}\n',
      'site.yml': '- hosts: lb\n  tasks:\n    - debug: {msg: "{{ lb_address }}"}\n',
    };
    expect(runCheck(files)).toEqual(nothing);
  });

  test('tasks whose conditions are false on every host are not looked at', () => {
    expect(checkTasks('- debug: {msg: "{{ cert_key }}"}\n  when: cert is defined')).toEqual(nothing);
    expect(
      checkTasks('- debug: {msg: "{{ cert_key }}"}\n  when: cert is defined', { extraVars: { cert: 1 } }),
    ).toEqual(['error site.yml:3:24 undefined-variable: "cert_key" is not defined']);
  });
});

test('a condition on a variable of the play may differ from host to host', () => {
  const text = `- hosts: web
  vars: {is_first: "{{ eq inventory_hostname 'w1' }}"}
  tasks:
    - debug: {msg: "{{ only_w1 }}"}
      when: is_first
    - debug: {msg: "{{ only_w1 }}"}
      when: not is_first
`;
  expect(runCheck({ 'site.yml': text })).toEqual([
    `error site.yml:6:24 undefined-variable: "only_w1" is not defined | it is set on other hosts: hostvars['w1'].only_w1`,
  ]);
});

test('where errors are ignored it is a warning', () => {
  expect(checkTasks('- debug: {msg: "{{ domian }}"}\n  ignore_errors: true')).toEqual([
    'warning site.yml:3:24 undefined-variable: "domian" is not defined | did you mean "domain"?',
  ]);
});
