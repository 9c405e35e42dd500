import fc from 'fast-check';
import { expect, test } from 'vitest';
import { modules } from '../../modules/index.ts';
import { checkRun } from '../../src/check/index.ts';
import { loadInventory, loadPlaybook } from '../../src/load/index.ts';
import { writeFiles } from '../load/temporary-files.ts';

const site = `- name: Web
  hosts: web:!w2
  vars: {url: "https://{{ domain }}/{{ port }}", port: 80}
  vars_files: [v.yml]
  module_defaults: {file: {mode: "0644"}}
  tasks:
    - name: "Copy {{ item.name }}"
      copy: {src: "{{ item.name }}", dest: /x, content: "{{#if a}}{{ b }}{{/if}}"}
      loop: [{name: a}, {name: b}]
      loop_control: {label: "{{ item.name }}", index_var: i}
      when: ["a is defined and b.c[0] == 1", not d]
      register: copied
      until: copied is succeeded
      notify: [again]
    - block:
        - command: echo {{ copied.results.[0].rc }}
          environment: {X: "{{ groups.web.[0] }}"}
      rescue:
        - set_fact: {failed: "{{ hostvars.w1.domain }}"}
      when: copied is changed
    - include_vars: v.yml
    - assert: {that: ["url == 'x'", failed is defined]}
    - debug: {var: copied}
      delegate_to: w1
  handlers:
    - name: again
      template: {src: t.hbs, dest: /y}
- parallel:
    - {hosts: w1, tasks: [{ping: , register: p}]}
    - {hosts: w2, tasks: [{debug: {msg: "{{ p }}"}}]}
`;

const words = [
  '{{',
  '}}',
  '"',
  "'",
  ':',
  '- ',
  '[',
  ']',
  '{',
  '}',
  '|',
  ' ',
  '\n',
  'null',
  '1',
  '~',
  '&a',
  '*a',
  '!unsafe ',
  'loop: ',
  'when: ',
  'block:',
];

/** A place in the text, how many characters go, and what comes instead. */
const damage = fc.tuple(fc.nat(site.length), fc.nat(12), fc.constantFrom('', ...words));

test('a damaged playbook ends in faults, never in a crash', { timeout: 60_000 }, () => {
  const directory = writeFiles({
    'hosts.yml': 'web: {hosts: {w1: {domain: x}, w2: }}\n',
    'v.yml': 'd: 1\n',
    't.hbs': '{{ d }}',
  });
  const { inventory } = loadInventory([`${directory}/hosts.yml`]);
  fc.assert(
    fc.property(fc.array(damage, { maxLength: 4 }), (damages) => {
      const text = damages.reduce(
        (before, [at, length, word]) => before.slice(0, at) + word + before.slice(at + length),
        site,
      );
      const file = `${writeFiles({ 'site.yml': text, 'v.yml': 'd: 1\n', 't.hbs': '{{ d }}' })}/site.yml`;
      const { playbook } = loadPlaybook(file, { modules });
      for (const fault of checkRun({ playbooks: [playbook], inventory, modules })) {
        expect(fault.message).not.toBe('');
        if (fault.position) expect(fault.position.line, fault.message).toBeGreaterThan(0);
      }
    }),
    { numRuns: 150 },
  );
});
