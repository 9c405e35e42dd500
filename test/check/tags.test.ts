import { expect, test } from 'vitest';
import { runCheck } from './run-check.ts';

const site = `- hosts: web
  tags: [web]
  tasks:
    - name: First
      debug:
      tags: [one, never]
    - debug:
`;

test('tags of the command line must exist', () => {
  const check = (tags: string[], skipTags: string[] = []) =>
    runCheck({ 'site.yml': site }, { tags, skipTags });
  expect(check(['web,one'], ['never'])).toEqual([]);
  expect(check(['all', 'tagged', 'untagged', 'always'])).toEqual([]);
  expect(check(['wbe'], ['oen'])).toEqual([
    'error unknown-tag: --tags: no task has the tag "wbe" | did you mean "web"?',
    'error unknown-tag: --skip-tags: no task has the tag "oen" | did you mean "one"?',
  ]);
  expect(check(['database'])).toEqual([
    'error unknown-tag: --tags: no task has the tag "database" | there are: never, one, web',
  ]);
});

test('a file that is chosen during the run may bring them: a warning', () => {
  const open = `${site}    - include_tasks: "{{ domain }}.yml"\n`;
  expect(runCheck({ 'site.yml': open }, { tags: ['database'] })[0]).toMatch(/^warning unknown-tag/);
});

test('the task to start at must exist', () => {
  expect(runCheck({ 'site.yml': site }, { startAtTask: 'First' })).toEqual([]);
  expect(runCheck({ 'site.yml': site }, { startAtTask: 'Frist' })).toEqual([
    'error unknown-task: --start-at-task: no task is called "Frist" | did you mean "First"?',
  ]);
});

test('--notify names handlers, by name, role or topic', () => {
  const site = `
- hosts: all
  tasks:
    - name: Change
      command: x
      changed_when: true
      notify: all of it
  handlers:
    - name: Restart it
      command: x
      listen: all of it
`;
  expect(runCheck({ 'site.yml': site }, { notify: ['Restart it', 'all of it'] })).toEqual([]);
  expect(runCheck({ 'site.yml': site }, { notify: ['Restart him'] })).toEqual([
    'error unknown-handler: --notify: no handler is called "Restart him" | did you mean "Restart it"?',
  ]);
});
