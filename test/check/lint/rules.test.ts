import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { ruleSummaries } from '../../../src/check/index.ts';
import { lintPlaybook, lintTasks } from './lint-tasks.ts';

describe('command-instead-of-module', () => {
  it.each([
    ['systemctl restart nginx', 'systemd'],
    ['/usr/bin/systemctl enable --now nginx', 'systemd'],
    ['sudo -n mkdir -p /srv/a', 'file'],
    ['apt-get -y install nginx', 'apt'],
    ['dpkg -i /tmp/a.deb', 'apt'],
    ['tar -xzf a.tar.gz -C /opt', 'unarchive'],
    ['curl -fsS http://localhost/', 'uri'],
    ['sed -i s/a/b/ /etc/a', 'replace'],
    ['sysctl -w vm.swappiness=1', 'sysctl'],
    ['cat /etc/hostname', 'slurp'],
    ['docker pull redis:7', 'docker_image'],
    ['docker compose -f x.yml up -d', 'compose'],
    ['docker-compose up -d', 'compose'],
    ['rm -rf {{ place }}/x', 'file'],
  ])('tells of %s', (command, module) => {
    const program = command.replace('sudo -n ', '').split(' ')[0]?.replace(/^.*\//, '');
    expect(lintTasks(`- command: ${command}\n  vars: {place: /srv}`)).toEqual([
      `1 command-instead-of-module: ${program} is run where the module ${module} does the same`,
    ]);
  });

  it.each([
    'systemctl is-active nginx',
    'apt-get changelog nginx',
    'tar -czf a.tar.gz /opt',
    'docker exec db true',
    'sysctl -n vm.swappiness',
    'crontab -l',
    'sed -n 1p /etc/a',
    'date +%s',
  ])('says nothing of %s', (command) => {
    expect(lintTasks(`- command: ${command}`)).toEqual([]);
  });

  it('leaves a shell alone that does more than that', () => {
    expect(lintTasks('- shell: mkdir -p /srv/a && cd /srv/a && ./setup')).toEqual([]);
  });
});

describe('forgotten-job', () => {
  it('tells of a job that nobody can ask for', () => {
    expect(lintTasks('- command: make\n  async: 60\n  poll: 0')).toEqual([
      '3 forgotten-job: nobody can ask how this job ended',
    ]);
  });

  it.each(['poll: 5', 'register: job\n  poll: 0'])('says nothing with %s', (keywords) => {
    expect(lintTasks(`- command: make\n  async: 60\n  ${keywords}`)).toEqual([]);
  });
});

describe('shell-instead-of-command', () => {
  it('tells of a text without anything for a shell, argument by argument', () => {
    expect(lintTasks('- shell: ./prepare --with "x y"')).toEqual([
      '1 shell-instead-of-command: nothing in this text needs a shell',
    ]);
  });

  it.each([
    'ls | wc -l',
    'echo "$HOME"',
    'ls *.yml',
    'cd /opt',
    'true > /dev/null',
    'A=1 env',
    'ls [ab]',
    'cp a.{x,y}',
    'command -v python3',
    'test -e ~/x',
  ])('says nothing of %s', (text) => {
    expect(lintTasks(`- shell: '${text}'`)).toEqual([]);
  });
});

describe('missing-changed-when', () => {
  const also = ['missing-changed-when'];
  it('tells of commands that count as a change each time', () => {
    expect(lintTasks('- command: ./prepare', also)).toEqual([
      '1 missing-changed-when: command counts as a change on every run',
    ]);
  });

  it.each([
    '  changed_when: true',
    '  changed_when: "false"',
    '  args: {creates: /a}',
    '  args: {removes: /a}',
  ])('is content with %s', (line) => {
    expect(lintTasks(`- command: ./prepare\n${line}`, also)).toEqual([]);
  });

  it('leaves handlers alone: they run because something changed', () => {
    const playbook =
      '- hosts: web\n  tasks:\n    - {ping: , notify: again}\n  handlers:\n    - {name: again, command: ./again}\n';
    expect(lintPlaybook(playbook, also)).toEqual([]);
  });
});

describe('secret-in-argv', () => {
  it.each([
    ['command: mysql -p{{ db_password }}', '"db_password"'],
    ['command: {argv: [mysql, "--password={{ site.root_password }}"]}', '"site.root_password"'],
    ['shell: curl -H "X-Token:{{ api_token }}" localhost | jq .', '"api_token"'],
    ['command: mysql --password=root123', 'a password'],
    ['command: git clone https://me:hunter22@example.org/x', 'a password'],
  ])('tells of %s', (task, what) => {
    const vars = '  vars: {db_password: x, site: {root_password: x}, api_token: x}';
    expect(lintTasks(`- ${task}\n${vars}`)).toEqual([
      `1 secret-in-argv: ${what} stands on a command line, which all users of the host can read`,
    ]);
  });

  it.each([
    ['the standard input', 'command: {cmd: "docker login --password-stdin x", stdin: "{{ db_password }}"}'],
    ['the environment', 'shell: mysql --password="$MYSQL_PWD"'],
    ['what the shell itself prints', 'shell: printf %s {{ quote db_password }} | ./store'],
    ['the path of a password file', 'command: ./run --password-file {{ db_password_file }}'],
  ])('says nothing of %s', (_title, task) => {
    expect(lintTasks(`- ${task}\n  vars: {db_password: x, db_password_file: x}`)).toEqual([]);
  });
});

describe('versions', () => {
  it.each([
    ['docker_image: {name: redis}', 'latest-image: the image redis has no version'],
    [
      'docker_image: {name: [a:1, reg:5000/b:latest]}',
      'latest-image: the image reg:5000/b:latest has no version',
    ],
    ['shell: docker run --rm x:latest && true', 'latest-image: the image x:latest has no version'],
    [
      'apt: {name: nginx, state: latest}',
      'latest-package: which version is installed depends on the day of the run',
    ],
  ])('tells of %s', (task, message) => {
    expect(lintTasks(`- ${task}`)).toEqual([`1 ${message}`]);
  });

  it.each([
    'docker_image: {name: "redis:7"}',
    'docker_image: {name: "redis@sha256:00"}',
    'docker_image: {name: "{{ image }}"}',
    'docker_image: {name: "redis:{{ version }}"}',
    'docker_image: {name: redis, state: absent}',
    'apt: {name: nginx}',
  ])('says nothing of %s', (task) => {
    expect(lintTasks(`- ${task}\n  vars: {image: "a:1", version: 7}`)).toEqual([]);
  });
});

describe('modes', () => {
  const also = ['missing-mode'];
  it.each([
    ['file: {path: /a, mode: 0644}', ['1 unquoted-mode: mode: 0644 is a number for other YAML readers']],
    ['file: {path: /a, mode: "0644"}', []],
    [
      'copy: {content: x, dest: /a}',
      ['1 missing-mode: who may read what this makes depends on the umask of the host'],
    ],
    [
      'file: {path: /a, state: directory}',
      ['1 missing-mode: who may read what this makes depends on the umask of the host'],
    ],
    ['file: {path: /a, state: absent}', []],
    ['copy: {content: x, dest: /a, mode: "0600"}', []],
  ])('%s', (task, lines) => {
    expect(lintTasks(`- ${task}`, also)).toEqual(lines);
  });
});

describe('structure', () => {
  test.each([
    ['a task without a name', '- ping:', ['1 unnamed-task: this task (ping) has no name']],
    ['a name', '- name: x\n  ping:', []],
    ['meta', '- meta: flush_handlers', []],
  ])('unnamed-task: %s', (_title, tasks, lines) => {
    expect(lintTasks(tasks, ['unnamed-task'])).toEqual(lines);
  });

  test('ignored-errors, unless somebody looks at the result', () => {
    const message = 'ignored-errors: every error of this task is ignored, also those nobody thought of';
    expect(lintTasks('- ping:\n  ignore_errors: true')).toEqual([`1 ${message}`]);
    expect(lintTasks('- ping:\n  ignore_errors: true\n  register: x')).toEqual([]);
  });

  test('become-user-without-become, at any level', () => {
    const message = 'become-user-without-become: become_user: db has no effect here';
    expect(lintTasks('- ping:\n  become_user: db')).toEqual([`1 ${message}`]);
    expect(lintTasks('- block: [{ping: , become_user: db}]\n  become: true')).toEqual([]);
  });

  test.each([
    [
      'a condition that is always false',
      '- ping:\n  when: false',
      ['2', 'this condition (false) is always false'],
    ],
    ['the same in words', '- ping:\n  when: 1 == 2', ['2', 'this condition (1 == 2) is always false']],
    ['tasks behind the end', '- meta: end_play\n- ping:', ['2', 'nothing behind the task "meta" ever runs']],
    [
      'tasks behind a failure, in a block',
      '- block:\n    - {name: stop, fail: }\n    - ping:',
      ['3', 'nothing behind the task "stop" ever runs'],
    ],
  ])('unreachable-task: %s', (_title, tasks, [line, message]) => {
    expect(lintTasks(tasks)).toEqual([`${line} unreachable-task: ${message}`]);
  });

  test.each([
    '- meta: end_play\n  when: x is defined\n- ping:',
    '- fail:\n  tags: [never]\n- ping:',
    '- fail:',
  ])('unreachable-task says nothing of %j', (tasks) => {
    expect(lintTasks(tasks)).toEqual([]);
  });
});

describe('unused', () => {
  const also = ['unused-register'];
  test.each([
    ['a result', '- ping:\n  register: alpha', ['2 unused-register: nothing uses the result "alpha"']],
    ['its own task', '- ping:\n  register: alpha\n  until: alpha is succeeded', []],
    ['a condition', '- ping:\n  register: alpha\n- ping:\n  when: alpha is changed', []],
    ['debug', '- ping:\n  register: alpha\n- debug: {var: alpha}', []],
    ['hostvars', '- ping:\n  register: alpha\n- debug: {msg: "{{ hostvars.w1.alpha }}"}', []],
  ])('unused-register: used by %s', (_title, tasks, lines) => {
    expect(lintTasks(tasks, also)).toEqual(lines);
  });

  test('unused-handler, by name and by topic', () => {
    const handlers = ['{name: a, ping: }', '{name: b, listen: t, ping: }', '{name: c, ping: }'];
    const text = `- hosts: web\n  tasks:\n    - {ping: , notify: [a, t]}\n  handlers:\n${handlers
      .map((handler) => `    - ${handler}\n`)
      .join('')}`;
    expect(lintPlaybook(text)).toEqual(['7 unused-handler: no task notifies the handler "c"']);
  });
});

describe('templates', () => {
  it.each([
    ['debug: {msg: "{# old #} {{ domain }}"}', ['1 jinja-comment: this comment of Jinja is text here']],
    ['debug: {msg: "${#list[@]} {#x#} {{ domain }}"}', []],
    [
      'debug: {msg: "{{ password_hash domain }}"}',
      ['1 unsalted-password-hash: without a salt this is another hash in every run'],
    ],
    [
      'debug: {msg: "{{#if domain}}{{ upper (password_hash domain rounds=5000) }}{{/if}}"}',
      ['1 unsalted-password-hash: without a salt this is another hash in every run'],
    ],
    [
      'debug: {}\n  when: (domain | password_hash) is defined',
      ['2 unsalted-password-hash: without a salt this is another hash in every run'],
    ],
    [
      'debug: {msg: "{{ password_hash domain \'sha512\' domain }} {{ password_hash domain salt=domain }}"}',
      [],
    ],
  ])('%s', (task, lines) => {
    expect(lintTasks(`- ${task}\n  vars: {domain: x}`)).toEqual(lines);
  });
});

describe('a comment # mooring: allow NAME', () => {
  const task = '- command: systemctl restart x';
  it.each([
    ['on the line', `${task} # mooring: allow command-instead-of-module`, 0],
    ['among other names', `${task} # mooring: allow unnamed-task, command-instead-of-module`, 0],
    ['on the line above', `# because\n# mooring: allow command-instead-of-module\n# of x\n${task}`, 0],
    ['for another rule', `${task} # mooring: allow unnamed-task`, 1],
    ['two lines above', `# mooring: allow command-instead-of-module\n- ping:\n${task}`, 1],
  ])('%s', (_title, tasks, count) => {
    expect(lintTasks(tasks)).toHaveLength(count);
  });
});

test('docs/lint.md has every rule with its sentence', () => {
  const page = readFileSync(new URL('../../../docs/lint.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([\w-]+)` \| (.*) \|$/gm)].map(([, name, text]) => [name, text]);
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(ruleSummaries));
});
