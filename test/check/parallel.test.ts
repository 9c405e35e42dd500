import { expect, test } from 'vitest';
import { runCheck } from './run-check.ts';

const entry = (first: string, second: string, before = '') => `${before}- parallel:
    - name: a
      hosts: all
      tasks:
        - ${first}
    - name: b
      hosts: web
      tasks:
        - ${second}
`;

test('plays that run at the same time must not read what the other sets', () => {
  const register = '{command: x, register: made}';
  const race = (place: string) =>
    `error site.yml:${place} parallel-read: "made" is set by play "a", which runs at the same time | move the play that reads it below the parallel entry`;
  expect(runCheck({ 'site.yml': entry(register, 'debug: {msg: "{{ made.rc }}"}') })).toEqual([race('9:28')]);
  expect(runCheck({ 'site.yml': entry(register, '{debug: , when: made.rc == 0}') })).toEqual([race('9:27')]);
  expect(
    runCheck({ 'site.yml': entry('set_fact: {made: 1}', 'debug: {msg: "{{ hostvars.d1.made }}"}') }),
  ).toEqual([race('9:28')]);
});

test('what was set before, or by the play itself, is no race', () => {
  const before = '- hosts: all\n  tasks: [{set_fact: {made: 0}}]\n';
  expect(
    runCheck({ 'site.yml': entry('set_fact: {made: 1}', 'debug: {msg: "{{ made }}"}', before) }),
  ).toEqual([]);
  const own = '{command: x, register: made}\n        - debug: {msg: "{{ made.rc }}"}';
  expect(runCheck({ 'site.yml': entry('{command: x, register: made}', own) })).toEqual([]);
});

test('after the entry everything is there', () => {
  const text = `${entry('{command: x, register: made}', 'debug:')}- hosts: web\n  tasks: [{debug: {msg: "{{ made.rc }}"}}]\n`;
  expect(runCheck({ 'site.yml': text })).toEqual([]);
});
