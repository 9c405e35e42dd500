import { expect, test } from 'vitest';
import { runCheck } from './run-check.ts';

test('host patterns must mean something in this inventory', () => {
  const check = (text: string) => runCheck({ 'site.yml': text });
  expect(check('- hosts: wbe\n  tasks: []\n')).toEqual([
    'error site.yml:1:10 unknown-host-pattern: no group or host is called "wbe" | did you mean "web"?',
  ]);
  expect(check('- hosts: web:!w1\n  tasks: []\n- hosts: localhost\n  tasks: []\n')).toEqual([]);
  const added =
    '- hosts: web\n  tasks: [{add_host: {name: n, groups: fresh}}]\n- hosts: fresh\n  tasks: []\n';
  expect(check(added)[0]).toMatch(/^warning site.yml:3:10 unknown-host-pattern/);
});

test('patterns may hold extra variables', () => {
  const text = '- hosts: "{{ where }}"\n  tasks: [{debug: {msg: "{{ web_port }}"}}]\n';
  expect(runCheck({ 'site.yml': text }, { extraVars: { where: 'web' } })).toEqual([]);
  expect(runCheck({ 'site.yml': text }, { extraVars: { where: 'wbe' } })[0]).toContain(
    'unknown-host-pattern',
  );
});

test('faults of all files come at once, sorted by place', () => {
  const files = {
    'site.yml':
      '- hosts: web\n  tasks:\n    - import_tasks: t.yml\n    - template: {scr: /x}\n    - debug: {msg: "{{ b }}"}\n',
    't.yml': '- debug: {msg: "{{ a }}"}\n  when: a = 1\n',
  };
  expect(runCheck(files).map((line) => line.split(' ').slice(1, 3).join(' '))).toEqual([
    'site.yml:4:7 missing-param:',
    'site.yml:4:7 missing-param:',
    'site.yml:4:18 unknown-param:',
    'site.yml:5:24 undefined-variable:',
    't.yml:1:20 undefined-variable:',
    't.yml:2:11 bad-expression:',
  ]);
});
