import { expect, test } from 'vitest';
import { runCheck } from './run-check.ts';

test('a misspelled variable that nothing uses is a warning where the right one has only a default', () => {
  const files = {
    'site.yml': `- hosts: web
  defaults_files: [d.yml]
  vars: {harbor_hostnmae: reg.example.org}
  tasks:
    - debug: {msg: "{{ harbor_hostname }} {{ default harbor_port 443 }}"}
`,
    'd.yml': 'harbor_hostname: localhost\nunused_default: 1\n',
    'group_vars/web.yml': 'harbor_prot: 8443\nansible_usr: root\n',
  };
  expect(runCheck(files)).toEqual([
    'warning group_vars/web.yml:1:1 unused-variable: nothing uses the variable "harbor_prot" | did you mean "harbor_port"?',
    'warning group_vars/web.yml:2:1 unused-variable: nothing uses the variable "ansible_usr" | did you mean "ansible_user"?',
    'warning site.yml:3:10 unused-variable: nothing uses the variable "harbor_hostnmae" | did you mean "harbor_hostname"?',
  ]);
});

test('an undefined variable names the misspelled one', () => {
  const text =
    '- hosts: web\n  vars: {harbor_hostnmae: reg}\n  tasks:\n    - debug: {msg: "{{ harbor_hostname }}"}\n';
  expect(runCheck({ 'site.yml': text })).toContain(
    'error site.yml:4:24 undefined-variable: "harbor_hostname" is not defined | did you mean "harbor_hostnmae"?',
  );
});

test('names that only look alike are left alone', () => {
  const text = `- hosts: web
  vars: {node1_address: 1, node2_address: 2, web_host: 1, db_host: 2, by_name: 3}
  tasks:
    - debug: {msg: "{{ node1_address }} {{ db_host }} {{ lookup (lookup hostvars 'w1') 'by_name' }} {{ default bi_name 1 }}"}
`;
  expect(runCheck({ 'site.yml': text })).toEqual([]);
});
