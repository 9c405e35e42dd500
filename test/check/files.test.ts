import { describe, expect, test } from 'vitest';
import { runCheck } from './run-check.ts';

describe('files of the control node', () => {
  const tasks = (text: string, files: Readonly<Record<string, string>> = {}) =>
    runCheck({ 'site.yml': `- hosts: web\n  tasks:\n    - ${text}\n`, ...files });

  test('must exist where a param names one', () => {
    expect(tasks('copy: {src: a.txt, dest: /a}')).toEqual([
      'error site.yml:3:19 missing-file: there is no file a.txt on the control node | looked for files/a.txt, a.txt',
    ]);
    expect(tasks('template: {src: a.hbs, dest: /a}')).toEqual([
      'error site.yml:3:23 missing-file: there is no file a.hbs on the control node | looked for templates/a.hbs, a.hbs',
    ]);
    expect(tasks('script: run.sh --now')).toEqual([
      'error site.yml:3:15 missing-file: there is no file run.sh on the control node | looked for files/run.sh, run.sh',
    ]);
    expect(tasks('include_vars: v.yml')).toEqual([
      'error site.yml:3:21 missing-file: there is no file v.yml on the control node | looked for vars/v.yml, v.yml',
    ]);
  });

  test('are found beside the task and in the folders for them', () => {
    for (const path of ['a.txt', 'files/a.txt']) {
      expect(tasks('copy: {src: a.txt, dest: /a}', { [path]: '' }), path).toEqual([]);
    }
    expect(tasks('script: "run.sh --now"', { 'files/run.sh': '' })).toEqual([]);
    expect(tasks('copy: {src: dir/, dest: /a}', { 'files/dir/x': '' })).toEqual([]);
  });

  test('are left to the run where the name is not known or the file is on the host', () => {
    expect(tasks('copy: {src: "{{ domain }}.txt", dest: /a}')).toEqual([]);
    expect(tasks('copy: {src: /etc/a-file-of-the-host, dest: /a, remote_src: true}')).toEqual([]);
  });

  test('may be missing under a condition: a warning', () => {
    expect(tasks('{copy: {src: a.txt, dest: /a}, when: ansible_facts.x}')[0]).toContain(
      'warning site.yml:3:20 missing-file',
    );
  });
});

test('a file that an earlier task may make on the control node is a warning when it is not there yet', () => {
  const copy = '    - copy: {src: /tmp/made-by-the-run, dest: /a}\n';
  const check = (first: string) =>
    runCheck({ 'site.yml': `- hosts: web\n  tasks:\n    - ${first}\n${copy}` });
  expect(check('{command: make, delegate_to: localhost}')[0]).toMatch(/^warning site.yml:4:19 missing-file/);
  expect(check('fetch: {src: /x, dest: /tmp/made-by-the-run, flat: true}')[0]).toMatch(/^warning/);
  expect(check('command: make')[0]).toMatch(/^error/);
  expect(check('{debug: , delegate_to: localhost}')[0]).toMatch(/^error/);
});

describe('template files', () => {
  const check = (template: string) =>
    runCheck({
      'site.yml':
        '- hosts: web\n  vars: {given: 1}\n  tasks:\n    - template: {src: a.hbs, dest: "/a-{{ item }}"}\n      loop: [1]\n',
      'templates/a.hbs': template,
    });

  test('are read with the names the task has', () => {
    expect(check('{{ given }} {{ domain }} {{ item }}\n')).toEqual([]);
    expect(check('first\n  {{ gvien }}\n{{ uper domain }}\n')).toEqual([
      'error templates/a.hbs:2:6 undefined-variable: "gvien" is not defined | did you mean "given"?',
      'error templates/a.hbs:3:4 bad-template: there is no helper "uper" | did you mean "upper"?',
    ]);
    expect(check('a\n{% for x in y %}\n')).toEqual([
      'error templates/a.hbs:2:1 bad-template: "{% for x in y %}" is Jinja | write {{#each y as |x|}} … {{/each}}',
    ]);
  });
});
