import { expect, it } from 'vitest';
import { runPlays } from './run-world.ts';

const files = {
  'roles/web/tasks/main.yml':
    '- {name: r, debug: {msg: "{{ role_name }} {{ basename role_path }} {{ join role_names }}"}}\n',
};

async function shown(text: string, options = {}): Promise<unknown> {
  const run = await runPlays(
    `- hosts: h1.site\n  name: P\n  remote_user: ann\n  roles: [web]\n  tasks: [{name: t, debug: {msg: ${JSON.stringify(text)}}}]\n`,
    { files, hosts: { 'h1.site': {}, h2: {} }, groups: { g: ['h1.site'] }, ...options },
  );
  return run.result('t').values['msg'];
}

it.each([
  ['inventory_hostname', 'h1.site'],
  ['inventory_hostname_short', 'h1'],
  ['groups.g', ['h1.site']],
  ['group_names', ['g']],
  ['hostvars.h2.inventory_hostname', 'h2'],
  ['ansible_play_name', 'P'],
  ['ansible_play_hosts', ['h1.site']],
  ['ansible_play_hosts_all', ['h1.site']],
  ['ansible_play_batch', ['h1.site']],
  ['ansible_check_mode', false],
  ['ansible_diff_mode', false],
  ['ansible_run_tags', ['all']],
  ['ansible_skip_tags', []],
  ['ansible_verbosity', 0],
  ['ansible_role_names', ['web']],
  ['role_names', ['web']],
  ['ansible_host', 'h1.site'],
  ['ansible_user', 'ann'],
  ['hostvars.h2.ansible_host', 'h2'],
  ['ansible_version.major', 2],
])('{{ %s }}', async (name, value) => {
  expect(await shown(`{{ ${name} }}`)).toEqual(value);
});

it('a host knows the inventory that names it, and those that none names have none', async () => {
  const run = await runPlays(`
- hosts: h1
  tasks:
    - add_host: {name: made}
- hosts: all
  tasks:
    - name: place
      debug: {msg: "{{ inventory_dir }} {{ basename inventory_file }}"}
      when: inventory_dir is not none
    - name: nowhere
      debug: {msg: x}
      when: inventory_dir is none and inventory_file is none
    - name: another
      debug: {msg: x}
      when: hostvars.made.inventory_dir is none and hostvars.h1.inventory_dir is not none
- hosts: localhost
  tasks:
    - name: local
      debug: {msg: x}
      when: inventory_dir is defined or inventory_file is defined
`);
  expect(run.result('place', 'h1').values['msg']).toMatch(/mooring-engine-\w+ hosts\.yml$/);
  expect(run.outcomes.slice(1).toSorted()).toEqual([
    ...['h1 another: ok', 'h1 nowhere: skipped', 'h1 place: ok', 'localhost local: skipped'],
    ...['made another: ok', 'made nowhere: ok', 'made place: skipped'],
  ]);
});

it('what the inventory says of a connection wins', async () => {
  const hosts = { 'h1.site': { ansible_host: '10.0.0.1', ansible_user: 'bob' } };
  expect(await shown('{{ ansible_user }}@{{ ansible_host }}', { hosts, groups: {} })).toBe('bob@10.0.0.1');
});

it('what -u says is seen where nothing else does', async () => {
  const text = '- hosts: all\n  tasks: [{name: t, debug: {msg: "{{ ansible_user }}"}}]\n';
  const run = await runPlays(text, { connect: { user: 'cli' } });
  expect(run.result('t').values['msg']).toBe('cli');
});
