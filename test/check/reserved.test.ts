import { expect, test } from 'vitest';
import { checkTasks, runCheck } from './run-check.ts';

test('names that the engine sets cannot be given to anything', () => {
  const fault = (place: string, name: string) =>
    `error site.yml:${place} reserved-name: "${name}" is always set by the engine: another value would never be seen | choose another name`;
  expect(checkTasks('- command: x\n  register: groups')).toEqual([fault('4:17', 'groups')]);
  expect(checkTasks('- set_fact: {hostvars: 1}')).toEqual([fault('3:18', 'hostvars')]);
  expect(
    checkTasks('- debug:\n  vars: {omit: 1}\n  loop: [1]\n  loop_control: {loop_var: group_names}'),
  ).toEqual([fault('4:14', 'omit'), fault('6:32', 'group_names')]);
});

test('a loop inside the loop of an include needs a name of its own', () => {
  const files = (control: string) => ({
    'site.yml': '- hosts: web\n  tasks:\n    - include_tasks: inc.yml\n      loop: [1]\n',
    'inc.yml': `- debug: {msg: "{{ item }}"}\n  loop: [a]\n${control}`,
  });
  expect(runCheck(files(''))).toEqual([
    'warning inc.yml:2:9 loop-variable-in-use: "item" is already the item of the loop around this task | give one of the two another name: loop_control: {loop_var: …}',
  ]);
  expect(runCheck(files('  loop_control: {loop_var: letter}\n'))).toEqual([]);
});
