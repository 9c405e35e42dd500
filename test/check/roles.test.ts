import { describe, expect, it } from 'vitest';
import { runCheck } from './run-check.ts';

const play = (roles: string, rest = '') => `- hosts: web\n  roles:\n    - ${roles}\n${rest}`;

const specs = `argument_specs:
  main:
    short_description: A web server
    options:
      site_port: {type: int, required: true}
      site_kind: {type: str, choices: [blue, green]}
      site_paths: {type: list, elements: str}
      site_token: {type: int, no_log: true}
      site_tls:
        type: dict
        options:
          cert: {type: path, required: true}
          key: {type: path}
`;

describe('variables of roles', () => {
  const files = {
    'roles/web/tasks/main.yml':
      '- debug: {msg: "{{ role_name }} {{ role_path }} {{ nice }} {{ fixed }} {{ web_port }} {{ base_var }}"}\n- copy: {src: own.txt, dest: /x}\n- template: {src: own.j2, dest: /y}\n- include_vars: more.yml\n- debug: {msg: "{{ from_more }}"}\n',
    'roles/web/files/own.txt': 'x',
    'roles/web/templates/own.j2': '{{ nice }} {{ tempalted }}',
    'roles/web/vars/more.yml': 'from_more: 1\n',
    'roles/web/vars/main.yml': 'fixed: "{{ nice }}"\n',
    'roles/web/defaults/main.yml': 'nice: 1\n',
    'roles/web/meta/main.yml': 'dependencies: [base]\n',
    'roles/base/vars/main.yml': 'base_var: 1\n',
  };

  it('are known to the tasks of the role and of the play, with all that files of it name', () => {
    expect(
      runCheck({ ...files, 'site.yml': play('web', '  tasks: [{debug: {msg: "{{ fixed }}"}}]\n') }),
    ).toEqual(['error roles/web/templates/own.j2:1:15 undefined-variable: "tempalted" is not defined']);
  });

  it('are seen outside of the role only where it shows them', () => {
    const tasks = (params: string) =>
      `- hosts: web\n  tasks:\n    - include_role: {name: small${params}}\n    - debug: {msg: "{{ shown }} {{ given }} {{ role_path }}"}\n`;
    const small = {
      'roles/small/defaults/main.yml': 'shown: 1\n',
      'roles/small/tasks/main.yml': '- debug: {msg: "{{ shown }}"}\n',
    };
    expect(runCheck({ ...small, 'site.yml': tasks('') })).toEqual([
      'error site.yml:4:24 undefined-variable: "shown" is not defined',
      'error site.yml:4:36 undefined-variable: "given" is not defined',
      'error site.yml:4:48 undefined-variable: "role_path" is not defined',
    ]);
    expect(runCheck({ ...small, 'site.yml': tasks(', public: true') })).toEqual([
      'error site.yml:4:36 undefined-variable: "given" is not defined',
      'error site.yml:4:48 undefined-variable: "role_path" is not defined',
    ]);
  });

  it('count as unused where they look like a mistyped default', () => {
    const found = runCheck({
      'site.yml': play('{role: r, vars: {lsiten_port: 1}}'),
      'roles/r/defaults/main.yml': 'listen_port: 80\n',
      'roles/r/tasks/main.yml': '- debug: {msg: "{{ listen_port }}"}\n',
    });
    expect(found).toEqual([
      'warning site.yml:3:24 unused-variable: nothing uses the variable "lsiten_port" | did you mean "listen_port"?',
    ]);
  });
});

describe('argument specs', () => {
  const check = (entry: string, more: Readonly<Record<string, string>> = {}, rest = '') =>
    runCheck({
      'roles/web/meta/argument_specs.yml': specs,
      'roles/web/tasks/main.yml': '- debug: {msg: "{{ site_port }}"}\n',
      'site.yml': play(entry, rest),
      ...more,
    });

  it.each([
    ['{role: web, site_port: 80, site_kind: blue, site_paths: "a,b", site_tls: {cert: /a}}', []],
    [
      'web',
      [
        'error site.yml:3:7 role-argument: role web: "site_port" is required (on w1) | described in roles/web/meta/argument_specs.yml:5',
        'error roles/web/tasks/main.yml:1:20 undefined-variable: "site_port" is not defined',
      ],
    ],
    [
      '{role: web, site_port: many}',
      [
        'error site.yml:3:19 role-argument: role web: "site_port" must be a whole number, not a string ("many") (on w1) | described in roles/web/meta/argument_specs.yml:5',
      ],
    ],
    [
      '{role: web, site_port: "{{ only_w1 }}", site_kind: bleu}',
      [
        'error site.yml:3:47 role-argument: role web: "site_kind" must be one of blue, green, not "bleu" (on w1) | did you mean "blue"?',
        'error site.yml:3:7 role-argument: role web: "site_port" is required (on w2) | described in roles/web/meta/argument_specs.yml:5',
      ],
    ],
    [
      '{role: web, site_port: 1, site_token: hunter2}',
      [
        'error site.yml:3:33 role-argument: role web: "site_token" is not of the type it should have (its value is not shown: no_log) (on w1) | described in roles/web/meta/argument_specs.yml:8',
      ],
    ],
    [
      '{role: web, site_port: 1, site_tls: {crt: /a}}',
      [
        'error site.yml:3:33 role-argument: role web: "site_tls.cert" is required (on w1) | described in roles/web/meta/argument_specs.yml:9',
        'error site.yml:3:33 role-argument: role web: unknown argument "site_tls.crt" (on w1) | did you mean "cert"?',
      ],
    ],
  ])('%s', (entry, faults) => {
    const errors = check(entry).filter((line) => line.startsWith('error'));
    expect(errors.toSorted()).toEqual([...faults].sort());
  });

  it('leave to the run what only it can tell', () => {
    const site = `- hosts: web
  tasks:
    - command: date
      register: now
    - import_role: {name: web}
      vars: {site_port: "{{ now.stdout }}"}
    - import_role: {name: web}
      when: now is changed
      vars: {site_port: x}
`;
    expect(check('web', { 'site.yml': site })).toEqual([
      'error site.yml:9:14 role-argument: role web: "site_port" must be a whole number, not a string ("x") (on w1) | described in roles/web/meta/argument_specs.yml:5',
    ]);
  });

  it('are not judged for hosts that the role is not for, or where that is not wanted', () => {
    expect(check(`{role: web, when: "inventory_hostname == 'nobody'"}`)).toEqual([]);
    const site =
      '- hosts: web\n  tasks:\n    - include_role: {name: web, rolespec_validate: false}\n      vars: {site_port: x}\n';
    expect(check('web', { 'site.yml': site })).toEqual([]);
  });
});

it('knows handlers of roles under both their names', () => {
  const tasks = (notify: string) => ({
    'site.yml': play('web'),
    'roles/web/handlers/main.yml': '- {name: restart, debug: {msg: x}, listen: topic}\n',
    'roles/web/tasks/main.yml': `- {command: x, notify: "${notify}"}\n`,
  });
  for (const name of ['restart', 'web : restart', 'topic']) expect(runCheck(tasks(name))).toEqual([]);
  expect(runCheck(tasks('web: restart'))).toEqual([
    'error roles/web/tasks/main.yml:1:24 unknown-handler: no handler of play "web" is called "web: restart" or listens to it | did you mean "web : restart"?',
  ]);
});

it('finds tags and tasks of roles', () => {
  const files = {
    'site.yml': play('{role: web, tags: whole}'),
    'roles/web/tasks/main.yml': '- {name: one, debug: {msg: x}, tags: part}\n',
  };
  const names = ['web : one', 'one'];
  for (const startAtTask of names)
    expect(runCheck(files, { startAtTask, tags: ['whole', 'part'] })).toEqual([]);
  expect(runCheck(files, { tags: ['parts'] })).toEqual([
    'error unknown-tag: --tags: no task has the tag "parts" | did you mean "part"?',
  ]);
});
