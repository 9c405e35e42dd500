import { describe, expect, it } from 'vitest';
import { runCheck } from './run-check.ts';

const files = { 'group_vars/os_debian.yml': 'package_name: apt\n', 'group_vars/broken.yml': 'a: [\n' };

function check(tasks: string, play = ''): string[] {
  const text = `- hosts: web\n  tasks:\n${tasks.replaceAll(/^(?=.)/gm, '    ')}${play}`;
  return runCheck({ ...files, 'site.yml': text }).filter((line) => !line.includes('unknown-host-pattern'));
}

describe('variables of groups that a run makes', () => {
  it('are there behind group_by, and not before', () => {
    expect(check('- group_by: {key: os_debian}\n- debug: {msg: "{{ package_name }}"}\n')).toEqual([]);
    expect(check('- group_by: {key: "os_{{ domain }}"}\n- debug: {msg: "{{ package_name }}"}\n')).toEqual([]);
    expect(check('- group_by: {key: os_redhat}\n- debug: {msg: "{{ package_name }}"}\n')).toEqual([
      'error site.yml:4:24 undefined-variable: "package_name" is not defined',
    ]);
    expect(check('- debug: {msg: "{{ package_name }}"}\n- group_by: {key: os_debian}\n')[0]).toMatch(
      /^error site.yml:3:24 undefined-variable/,
    );
  });

  it('are those of the host that was added', () => {
    const add = '- add_host: {name: w2, groups: os_debian}\n';
    const use = '- hosts: w2\n  tasks: [{debug: {msg: "{{ package_name }}"}}]\n';
    expect(check(add, use)).toEqual([]);
    expect(check(add, use.replace('w2', 'd1'))[0]).toMatch(/^error site.yml:5:29 undefined-variable/);
  });

  it('are read before anything runs where the group is certain', () => {
    expect(check('- group_by: {key: broken}\n')[0]).toMatch(
      /^error group_vars\/broken.yml:\d+:\d+ yaml-syntax/,
    );
  });
});

describe('delegate_facts', () => {
  const use = '- hosts: d1\n  tasks: [{debug: {msg: "{{ x }}"}}]\n';

  it('sets variables of the delegate', () => {
    expect(check('- set_fact: {x: 1}\n  delegate_to: d1\n  delegate_facts: true\n', use)).toEqual([]);
    const own = '- set_fact: {x: 1}\n  delegate_to: d1\n  delegate_facts: true\n- debug: {msg: "{{ x }}"}\n';
    expect(check(own)[0]).toMatch(/^error site.yml:6:24 undefined-variable: "x" is not defined/);
  });

  it('sets them anywhere where only the run knows the delegate', () => {
    const each =
      '- set_fact: {x: 1}\n  delegate_to: "{{ item }}"\n  delegate_facts: true\n  loop: "{{ groups.db }}"\n';
    expect(check(each, use)).toEqual([]);
  });

  it('is not what delegate_to alone does', () => {
    expect(check('- set_fact: {x: 1}\n  delegate_to: d1\n', use)[0]).toMatch(/undefined-variable: "x"/);
  });
});
