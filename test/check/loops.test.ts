import { describe, expect, it } from 'vitest';
import { modules } from '../../modules/index.ts';
import { checkRun } from '../../src/check/index.ts';
import { loadInventory, loadPlaybook } from '../../src/load/index.ts';
import { writeFiles } from '../load/temporary-files.ts';
import { checkTasks } from './run-check.ts';

const vars = `\n  vars: {map: {a: 1}, list: [1], users: [{name: ann}]}`;

describe('loops whose items are written down', () => {
  it.each([
    ['loop: "{{ map }}"', 'loop must be a list, not {"a":1}'],
    ['with_dict: "{{ list }}"', 'with_dict must be a mapping, not 1'],
    ['with_subelements: ["{{ users }}", keys]', 'with_subelements: there is no "keys" in {"name":"ann"}'],
    ['with_sequence: start=1', 'give either end or count'],
  ])('%s is told of', (loop, message) => {
    const [fault, ...others] = checkTasks(`- debug: {msg: x}${vars}\n  ${loop}`);
    expect(fault).toMatch(/^error site.yml:5:\d+ bad-value: /);
    expect(fault).toContain(message);
    expect(others).toEqual([]);
  });

  it.each([
    'loop: "{{ list }}"',
    'with_items: "{{ map }}"',
    'with_dict: "{{ map }}"',
    'with_fileglob: ["none*"]',
    'with_first_found: [none]',
    'with_dict: "{{ ansible_mounts }}"',
    'with_dict: "{{ list }}"\n  when: false',
  ])('%s is not', (loop) => {
    expect(checkTasks(`- debug: {msg: x}${vars}\n  ${loop}`)).toEqual([]);
  });

  it('undefined names in with_ loops are told of; in with_first_found they are passed over', () => {
    expect(checkTasks('- debug: {msg: x}\n  with_items: ["{{ nope }}"]')).toEqual([
      'error site.yml:4:24 undefined-variable: "nope" is not defined',
    ]);
    expect(checkTasks('- debug: {msg: x}\n  with_nested: [[a], "{{ nope }}"]')).toHaveLength(1);
    expect(checkTasks('- debug: {msg: x}\n  with_first_found: ["{{ nope }}.yml"]')).toEqual([
      'warning site.yml:4:30 undefined-variable: "nope" is not defined',
    ]);
  });

  it('a loop that is refused is told of once', () => {
    const directory = writeFiles({
      'site.yml': '- hosts: all\n  tasks:\n    - debug: {msg: "{{ item }}"}\n      with_x: [1]\n',
    });
    const { inventory } = loadInventory(['h1,']);
    const { playbook, faults } = loadPlaybook(`${directory}/site.yml`, { modules });
    expect(faults.map(({ code }) => code)).toEqual(['unsupported-keyword']);
    expect(checkRun({ playbooks: [playbook], inventory, modules })).toEqual([]);
  });

  it('conditions of break_when are checked too', () => {
    expect(
      checkTasks(
        '- debug: {msg: x}\n  loop: [1]\n  register: r\n  loop_control: {break_when: [item > 1, r.msg == nope]}',
      ),
    ).toEqual(['error site.yml:6:54 undefined-variable: "nope" is not defined']);
  });
});
