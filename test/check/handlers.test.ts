import { expect, test } from 'vitest';
import { runCheck } from './run-check.ts';

const play = (notify: string, handlers: string) =>
  runCheck({
    'site.yml': `- name: Web\n  hosts: web\n  tasks:\n    - command: x\n      notify: ${notify}\n  handlers:\n${handlers}`,
  });

test('a notified handler must exist', () => {
  expect(play('restart ngnix', '    - name: restart nginx\n      debug:\n')).toEqual([
    'error site.yml:5:15 unknown-handler: no handler of play "Web" is called "restart ngnix" or listens to it | did you mean "restart nginx"?',
  ]);
  expect(play('[a, b]', '    - name: a\n      debug:\n    - name: c\n      debug:\n')).toEqual([
    'error site.yml:5:15 unknown-handler: no handler of play "Web" is called "b" or listens to it | did you mean "a"?',
  ]);
});

test('names, topics and names that only the run can tell are fine', () => {
  expect(play('[a, topic]', '    - name: a\n      debug:\n      listen: topic\n')).toEqual([]);
  expect(play('"{{ domain }}"', '    - name: a\n      debug:\n')).toEqual([]);
  expect(play('x example.org', '    - name: "x {{ domain }}"\n      debug:\n')).toEqual([]);
});

test('handlers are those of the same play', () => {
  const text = `- hosts: web
  tasks: [{command: x, notify: h}]
- hosts: db
  tasks: []
  handlers: [{name: h, debug: }]
`;
  expect(runCheck({ 'site.yml': text })).toEqual([
    'error site.yml:2:32 unknown-handler: no handler of play "web" is called "h" or listens to it | the play has no handlers',
  ]);
});
