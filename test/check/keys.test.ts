import { describe, expect, test } from 'vitest';
import { checkTasks, runCheck } from './run-check.ts';

describe('keys that a variable written in full does not have', () => {
  const check = (use: string) =>
    runCheck({
      'site.yml': `- hosts: web
  vars: {harbor: {host: reg, ports: [80, 443], data: "{{ domain }}"}}
  tasks:
    - debug: {msg: "{{ ${use} }}"}
`,
    });

  test.each([
    [
      'harbor.hots',
      'error site.yml:4:24 undefined-variable: "harbor.hots" is not defined: "harbor" has no "hots" | did you mean "host"?',
    ],
    [
      'harbor.ports.[2]',
      'error site.yml:4:24 undefined-variable: "harbor.ports.2" is not defined: "harbor.ports" has no "2"',
    ],
  ])('%s', (use, expected) => {
    expect(check(use)).toEqual([expected]);
  });

  test.each([
    'harbor.host',
    'harbor.ports.[1]',
    'harbor.ports.length',
    'harbor.data.x',
    'default harbor.hots 1',
    'lookup harbor domain',
  ])('%s is fine', (use) => {
    expect(check(use)).toEqual([]);
  });

  test('of a variable that a task sets anew are left to the run', () => {
    expect(checkTasks('- set_fact: {made: {a: 1}}\n- debug: {msg: "{{ made.b }}"}')).toEqual([]);
  });
});

describe('keys of registered results', () => {
  test('a near miss of what the module registers is a warning', () => {
    expect(
      checkTasks('- command: x\n  register: r\n- debug: {msg: "{{ r.stdot }} {{ r.rc }} {{ r.whatever }}"}'),
    ).toEqual([
      'warning site.yml:5:24 undefined-variable: command registers no "stdot" | did you mean "r.stdout"?',
    ]);
  });

  test('a loop registers a list', () => {
    expect(
      checkTasks(
        '- command: x\n  register: r\n  loop: [1]\n- debug: {}\n  when: r.rc == 0 or r.results[0].rc == 0 or r is changed',
      ),
    ).toEqual([
      'error site.yml:7:13 undefined-variable: "r.rc" is not defined: the task that registers "r" has a loop | each item\'s result is in r.results',
    ]);
  });
});

describe('groups and hosts', () => {
  test('that are not in the inventory', () => {
    expect(
      checkTasks(
        `- debug: {msg: "{{ join groups.wbe ',' }} {{ hostvars.w3.domain }} {{ hostvars.w1.domain }}"}`,
      ),
    ).toEqual([
      'error site.yml:3:29 undefined-variable: "groups.wbe" is not defined: "groups" has no "wbe" | did you mean "web"?',
      'error site.yml:3:50 undefined-variable: "hostvars.w3" is not defined: "hostvars" has no "w3" | did you mean "w1"?',
    ]);
    expect(checkTasks("- debug: {}\n  when: groups['lb'] | default([]) | length > 0")).toEqual([]);
  });

  test('variables of a host that is written down', () => {
    expect(
      checkTasks(
        '- debug: {msg: "{{ hostvars.w2.only_w1 }} {{ hostvars.w1.only_w1 }} {{ hostvars.d1.domian }}"}',
      ),
    ).toEqual([
      'error site.yml:3:24 undefined-variable: "hostvars.w2.only_w1" is not defined: "w2" has no "only_w1" | it is set on "w1"',
      'error site.yml:3:76 undefined-variable: "hostvars.d1.domian" is not defined: "d1" has no "domian" | did you mean "domain"?',
    ]);
  });

  test.each([
    '- set_fact: {made: 1}\n- debug: {msg: "{{ hostvars.w2.made }}"}',
    '- set_fact: {made: 1}\n  delegate_to: d1\n  delegate_facts: true\n- debug: {msg: "{{ hostvars.d1.made }}"}',
    '- debug: {msg: "{{ hostvars.d1.ansible_host }} {{ hostvars.d1.inventory_hostname }} {{ hostvars.d1.ansible_fqdn }}"}',
    '- debug: {msg: "{{ default hostvars.w2.only_w1 1 }}"}',
    "- debug: {}\n  when: hostvars['w2'].only_w1 is defined",
  ])('a variable of another host may be set by the run, by the engine, or be missing: %s', (tasks) => {
    expect(checkTasks(tasks)).toEqual([]);
  });

  test('may come during the run', () => {
    expect(checkTasks('- group_by: {key: "os_{{ domain }}"}\n- debug: {msg: "{{ groups.os_x }}"}')).toEqual(
      [],
    );
  });
});
