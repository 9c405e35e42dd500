import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFiles } from '../load/temporary-files.ts';
import { mooring } from './mooring.ts';

const site = writeFiles({
  'hosts.yml': 'all: {vars: {ansible_connection: local}, hosts: {h1: , h2: , h3: }}\n',
  'site.yml': `
- name: Cluster
  hosts: all
  tasks:
    - name: Configure
      copy: {content: new, dest: '{{ playbook_dir }}/{{ inventory_hostname }}.conf', mode: '0644'}
      notify: Restart it
    - name: Upgrade
      tags: [upgrade]
      serial: 1
      block:
        - name: Upgraded
          command: test ! -e broken-{{ inventory_hostname }}
          args: {chdir: '{{ playbook_dir }}'}
          changed_when: true
  handlers:
    - name: Restart it
      serial: 1
      shell: echo {{ inventory_hostname }} >> restarted
      args: {chdir: '{{ playbook_dir }}'}
`,
});
const file = (name: string): string => join(site, name);
const words = ['run', file('site.yml'), '-i', file('hosts.yml')];

test('what a failure left behind stands at the end of the run, and can be asked for in the next one', async () => {
  writeFileSync(file('broken-h2'), '');
  const failed = await mooring(...words);
  expect(failed.code).toBe(2);
  expect(failed.stdout).toMatch(/^serial: \[Upgrade\] 1 of 3: h1$/m);
  expect(failed.stdout).toMatch(/^fatal: \[h3\]: NOT REACHED! => h2 failed before in "Upgrade"$/m);
  const closing = failed.stdout.slice(failed.stdout.indexOf('PLAY RECAP'));
  expect(closing).toMatch(/^LEFT OUT.*\nh3 +: not reached: h2 failed before \("Upgrade"\)$/m);
  expect(closing).toMatch(/^HANDLERS THAT DID NOT RUN \*+\nh2 +: Restart it\nh3 +: Restart it$/m);
  const command = /^ {2}mooring run … (--notify 'Restart it' --limit h2,h3)$/m.exec(closing)?.[1];
  expect(command).toBeDefined();

  rmSync(file('broken-h2'));
  rmSync(file('restarted'));
  const again = await mooring(...words);
  expect(again.code).toBe(0);
  expect(again.stdout).not.toMatch(/LEFT OUT|DID NOT RUN/);
  expect(existsSync(file('restarted')), 'nothing is notified again by itself').toBe(false);
  const asked = await mooring(...words, '--notify', 'Restart it', '--limit', 'h2,h3');
  expect(asked.stdout).toMatch(/^RUNNING HANDLER \[Restart it\] \*+\nchanged: \[h2\]$/m);
  expect(asked.stdout).toMatch(/^h3 .* changed=2 /m);
});

test('a handler that is not there is a fault', async () => {
  const { code, stderr } = await mooring(...words, '--notify', 'Restart him');
  expect(code).toBe(1);
  expect(stderr).toMatch(/--notify: no handler is called "Restart him"[\s\S]*did you mean "Restart it"\?/);
});

test('--list-tasks shows what is inside a block with serial', async () => {
  const { stdout } = await mooring(...words, '--list-tasks', '--tags', 'upgrade');
  expect(stdout).toMatch(/tasks:\n +Upgraded\tTAGS: \[upgrade\]\n$/);
});
