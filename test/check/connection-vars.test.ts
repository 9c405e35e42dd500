import { describe, expect, it } from 'vitest';
import { connectionNames } from '../../src/check/magic-names.ts';
import { lintPlaybook } from './lint/lint-tasks.ts';
import { checkTasks, runCheck } from './run-check.ts';

const withVariable = (line: string) =>
  runCheck({
    'hosts.yml': `all:\n  hosts:\n    w1:\n      ${line}\n`,
    'site.yml': '- hosts: all\n  tasks: [{ping: }]\n',
  });

describe('connection variables of the inventory', () => {
  it.each(connectionNames.filter((name) => !/connection$|become_method$/.test(name)))('%s', (name) => {
    expect(withVariable(`${name}: "1"`)).toEqual([]);
  });

  it.each([
    ['ansible_become_exe: /opt/sudo', 'leave it out: sudo and su are found'],
    ['ansible_become_flags: -E', 'leave it out: the flags of sudo'],
    ['ansible_doas_pass: x', 'use sudo or su'],
    ['ansible_winrm_transport: ntlm', 'hosts with Windows'],
    ['ansible_host_key_checking: false', 'StrictHostKeyChecking=no'],
    ['ansible_ssh_host_key_checking: false', 'StrictHostKeyChecking=no'],
    ['ansible_ssh_args: -C', 'write ansible_ssh_common_args'],
    ['ansible_scp_extra_args: -C', 'write ansible_ssh_common_args'],
    ['ansible_sftp_extra_args: -C', 'write ansible_ssh_common_args'],
    ['ansible_network_os: ios', 'network devices'],
    ['ansible_connection: docker', 'use ssh or local'],
    ['ansible_become_method: runas', 'use sudo or su'],
  ])('%s is refused with what to do instead', (line, hint) => {
    const name = line.split(':')[0];
    const [fault, ...others] = withVariable(line);
    expect(fault).toMatch(new RegExp(`^error hosts.yml:4:7 unsupported-connection: "?${name}`));
    expect(fault).toContain(hint);
    expect(others).toEqual([]);
  });

  it.each(['ansible_connection: "{{ how }}"', 'ansible_connection: local', 'ansible_become_method: su'])(
    '%s',
    (line) => {
      expect(withVariable(`${line}\n      how: ssh`)).toEqual([]);
    },
  );
});

it('keywords that ask for another connection are refused', () => {
  expect(checkTasks('- ping:\n  connection: docker\n- block: [{ping: }]\n  become_method: doas')).toEqual([
    'error site.yml:4:19 unsupported-connection: connection "docker" is not supported | use ssh or local',
    'error site.yml:6:22 unsupported-connection: become_method "doas" is not supported | use sudo or su',
  ]);
});

it.each([
  ['ansible_python_interpreter: /usr/bin/python3', 'no Python is needed on the host'],
  ['ansible_ssh_pipelining: true', 'everything is pipelined'],
  ['ansible_shell_type: sh', 'any POSIX sh will do, and is found'],
  ['ansible_shell_executable: /bin/bash', 'any POSIX sh will do, and is found'],
  ['ansible_remote_tmp: /tmp', 'the connection has a folder of its own'],
])('lint says that %s has no effect', (line, reason) => {
  const name = line.split(':')[0];
  const text = `- hosts: web\n  vars:\n    ${line}\n  tasks: [{name: x, ping: }]\n`;
  expect(lintPlaybook(text)).toEqual([`3 idle-connection-variable: "${name}" has no effect: ${reason}`]);
});
