import { describe, expect, test } from 'vitest';
import { modules } from '../../modules/index.ts';
import { checkRun, lintRun } from '../../src/check/index.ts';
import { loadInventory, loadPlaybook } from '../../src/load/index.ts';
import { byPlace, type Fault } from '../../src/model/errors.ts';
import { writeFiles } from '../load/temporary-files.ts';

/**
 * What users of Ansible find out during a run, or never, is told before the first connection. (Check mode's own
 * traps are tried in test/engine/check-mode-honest.test.ts.)
 */
function judge(files: Readonly<Record<string, string>>, lint = false): string[] {
  const directory = writeFiles({ 'hosts.ini': '[harbor]\nh1\nh2\n', ...files });
  const { inventory, faults } = loadInventory([`${directory}/hosts.ini`]);
  const { playbook, faults: ofPlaybook } = loadPlaybook(`${directory}/site.yml`, { modules });
  const options = { playbooks: [playbook], inventory, modules, hasInventory: true };
  const found = lint ? lintRun(options) : checkRun(options);
  return [...faults, ...ofPlaybook, ...found].sort(byPlace).map((fault) => shown(fault, directory));
}

function shown({ severity, code, message, hint, position }: Fault, directory: string): string {
  const file = position?.file.replace(`${directory}/`, '');
  return `${severity} ${file}:${position?.line}:${position?.col} ${code}: ${message}${hint ? ` | ${hint}` : ''}`;
}

const play = (tasks: string, more = '') =>
  `- hosts: harbor\n${more}  tasks:\n${tasks.replaceAll(/^(?=.)/gm, '    ')}`;

describe('mistakes that show late elsewhere, or never', () => {
  test('a key of a result that no command has', () => {
    const tasks =
      '- command: systemctl is-active harbor\n  register: st\n- command: ./install.sh\n  when: st.rcc == 0\n';
    expect(judge({ 'site.yml': play(tasks) })).toEqual([
      'warning site.yml:6:13 undefined-variable: command registers no "rcc" | did you mean "st.rc"?',
    ]);
  });

  test('a decimal mode', () => {
    expect(judge({ 'site.yml': play('- file: {path: /data/secret, mode: 644}\n') })).toEqual([
      "error site.yml:3:40 decimal-mode: mode: 644 is a decimal number, not permission bits | did you mean '0644'?",
    ]);
  });

  test.each([
    ['on the line of a host', '[harbor]\nh1 use_tls=False\n'],
    ['in the vars of a group', '[harbor]\nh1\n[harbor:vars]\nuse_tls=False\n'],
  ])('a boolean of an INI inventory is one: %s', (_, ini) => {
    const tasks = '- command: a\n  when: use_tls\n- command: b\n  when: not use_tls\n';
    expect(judge({ 'site.yml': play(tasks), 'hosts.ini': ini })).toEqual([]);
    expect(judge({ 'site.yml': play(tasks), 'hosts.ini': ini.replace('False', 'nope') })).toEqual([
      'error site.yml:4:13 bad-value: "use_tls" must be true or false, but it is text: "nope" (on h1) | compare it, or ask whether it is empty: … | length > 0',
    ]);
  });

  test('a misspelled variable, whether the right one has a value or not', () => {
    const vars = '  vars: {harbor_hostnmae: reg.example.org}\n';
    const use = play('- debug: {msg: "{{ harbor_hostname }}"}\n', vars);
    expect(judge({ 'site.yml': use })).toEqual([
      'error site.yml:4:24 undefined-variable: "harbor_hostname" is not defined | did you mean "harbor_hostnmae"?',
    ]);
    const told = 'nothing uses the variable "harbor_hostnmae" | did you mean "harbor_hostname"?';
    const set = { 'site.yml': use, 'group_vars/harbor.yml': 'harbor_hostname: localhost\n' };
    expect(judge(set)).toEqual([`warning site.yml:2:10 unused-variable: ${told}`]);
  });

  test('a secret on a command line', () => {
    const tasks = '- shell: "docker login -u admin -p {{ harbor_admin_password }} 2>&1"\n  no_log: true\n';
    const vars = '  vars: {harbor_admin_password: x}\n';
    expect(judge({ 'site.yml': play(tasks, vars) }, true)).toContain(
      'warning site.yml:4:14 secret-in-argv: "harbor_admin_password" stands on a command line, which all users of the host can read | hand it over by stdin, or by environment',
    );
  });

  test('a keyword, a module, a param, a value and a handler that do not exist, all at once', () => {
    const tasks = `- kopy: {src: a}
- debug: {msg: x}
  whn: true
- apt: {nme: keepalived, state: latst}
- command: x
  notify: restart harbr
`;
    const handlers =
      '  handlers:\n    - name: restart harbor\n      service: {name: harbor, state: restarted}\n';
    expect(judge({ 'site.yml': play(tasks, handlers) }).map((line) => line.replace(/: .* \| /, ' '))).toEqual(
      [
        'error site.yml:6:7 unknown-module did you mean "copy"?',
        'error site.yml:8:7 unknown-keyword did you mean "when"?',
        'error site.yml:9:13 unknown-param did you mean "name"?',
        'error site.yml:9:37 wrong-value did you mean "latest"?',
        'error site.yml:11:15 unknown-handler did you mean "restart harbor"?',
      ],
    );
  });
});

test('what is certainly missing on a host is told once', () => {
  const ini = '[harbor]\nh1 use_tls=False\nh2\n';
  expect(judge({ 'site.yml': play('- command: a\n  when: use_tls\n'), 'hosts.ini': ini })).toEqual([
    'error site.yml:4:13 undefined-variable: "use_tls" is not defined | it is set on other hosts: hostvars[\'h1\'].use_tls',
  ]);
});

test('names that differ by more than a slip of the fingers are two names', () => {
  const vars =
    '  vars: {harbor_node_a: 1, harbor_node_b: 2, web_ports: 3, web_port: 4, harbor_host: 5, harbor_hosts: 6}\n';
  const tasks = '- debug: {msg: "{{ harbor_node_a }} {{ web_port }} {{ harbor_host }}"}\n';
  expect(judge({ 'site.yml': play(tasks, vars) })).toEqual([]);
});
