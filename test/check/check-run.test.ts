import { expect, test } from 'vitest';
import { checkTasks, runCheck } from './run-check.ts';

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

test('hosts of an inventory that is not there are not missed', () => {
  const fault = { severity: 'error', code: 'missing-inventory', message: 'there is no inventory x' } as const;
  const text = '- hosts: wbe\n  tasks: [{ping: {}, delegate_to: w7}]\n';
  expect(runCheck({ 'site.yml': text }, { faults: [fault] })).toEqual([]);
});

test('a param of another form than it must have is told what it may be', () => {
  expect(checkTasks('- file: {path: /x, mode: "9999"}')).toEqual([
    expect.stringMatching(
      /^error site.yml:3:30 wrong-value: file: "mode" is not written as it must be \| Permissions: octal/,
    ),
  ]);
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

test('delegate_to must name a host', () => {
  expect(
    checkTasks('- ping:\n  delegate_to: w3\n- ping:\n  delegate_to: localhost\n- ping:\n  delegate_to: d1'),
  ).toEqual(['error site.yml:4:20 unknown-host: delegate_to: no host is called "w3" | did you mean "w1"?']);
  expect(checkTasks('- add_host: {name: w3}\n- ping:\n  delegate_to: w3')[0]).toMatch(/^warning/);
});

test('a mistake in many places is told three times and counted', () => {
  const tasks = Array.from({ length: 10 }, () => '- debug: {msg: "{{ hostname }}"}\n').join('');
  const found = checkTasks(tasks);
  expect(found).toHaveLength(3);
  expect(found[0]).toBe('error site.yml:3:24 undefined-variable: "hostname" is not defined');
  expect(found[2]).toBe(
    'error site.yml:5:24 undefined-variable: "hostname" is not defined, and 7 more like this',
  );
});

test('variables that an unreadable file should have had are no errors of their own', () => {
  const fault = { severity: 'error', code: 'vault-no-password', message: 'no password' } as const;
  const task = '- debug: {msg: "{{ secret }} {{ web_prot }}"}';
  expect(checkTasks(task, { faults: [fault] })).toEqual([
    'warning site.yml:3:37 undefined-variable: "web_prot" may not be defined: it would have to come from a file that is not read yet | did you mean "web_port"?',
  ]);
});
