/** The shapes in which a simulated run usually lies: a made-up result, a missing one, a missing predecessor. */
import { connect, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { defineModule, type Module } from '../../src/module/index.ts';
import { runPlays, runTasks, type WorldOptions } from './run-world.ts';

const check = { check: true };

it('takes no branch on the exit code and output of a command that was only simulated', async () => {
  const run = await runTasks(
    `
- name: ask
  command: systemctl is-active harbor
  register: st
  failed_when: false
- name: install
  command: ./install.sh
  when: st.rc != 0
- name: by its output
  command: ./install.sh
  when: "'active' not in st.stdout"
- name: by how it went
  command: ./install.sh
  when: st is changed and st.rc == 0
- name: other branch
  command: ./upgrade.sh
  when: st.rc == 0
`,
    check,
  );
  expect(run.outcomes).toEqual([
    'h1 ask: changed',
    'h1 install: unknown',
    'h1 by its output: unknown',
    'h1 by how it went: unknown',
    'h1 other branch: unknown',
  ]);
  expect(run.scripts('h1')).toEqual([]);
  expect(run.events.at(-1)).toMatchObject({ exact: 1, unknown: 4, exitCode: 0 });
});

it('really asks where a command only looks, and takes the branch of the real run', async () => {
  const tasks = `
- name: ask
  command: is-active harbor
  register: st
  changed_when: false
  check_mode: false
  failed_when: false
- name: install
  command: ./install.sh
  when: st.rc != 0
- name: upgrade
  command: ./upgrade.sh
  when: st.rc == 0
`;
  const options: WorldOptions = {
    reply: (_host, { script }) => (script.includes('is-active') ? { exitCode: 3 } : {}),
  };
  const checked = await runTasks(tasks, { ...check, ...options });
  const real = await runTasks(tasks, options);
  expect(checked.outcomes).toEqual(['h1 ask: ok', 'h1 install: changed', 'h1 upgrade: skipped']);
  expect(real.outcomes).toEqual(checked.outcomes);
  expect(new Set(checked.scripts('h1'))).toEqual(new Set(['is-active harbor']));
  expect(checked.events.at(-1)).toMatchObject({ exact: 3, unknown: 0 });
});

it('sends a GET, and leaves open what hangs on a POST', async () => {
  const answer = '{"status":"healthy"}';
  const server = createServer((socket) => {
    socket.end(
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const run = await runTasks(
    `
- name: health
  uri: {url: 'http://127.0.0.1:${port}/health'}
  register: h
- name: healthy
  assert: {that: "h.json.status == 'healthy'"}
- name: make
  uri: {url: 'http://127.0.0.1:${port}/things', method: POST, status_code: [200]}
  register: made
- name: made
  assert: {that: "made.json.status == 'healthy'"}
- name: its text
  set_fact: {thing: "{{ from_json made.content }}"}
- name: from its text
  debug: {msg: '{{ thing.id }}'}
  when: thing.id is defined
`,
    { ...check, speculate: true, openTcp: (host, at) => connect(at, host) },
  );
  server.close();
  expect(run.outcomes).toEqual([
    'h1 health: ok',
    'h1 healthy: ok',
    'h1 make: changed',
    'h1 made: unknown',
    'h1 its text: ok',
    'h1 from its text: unknown',
  ]);
  expect(run.exitCode).toBe(0);
});

/** A module that would install a package, as apt does. */
const install: Module = defineModule({
  name: 'install',
  summary: 'Install a package.',
  kind: 'state',
  params: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
  examples: '',
  read: (host, { name }) => host.package(name),
  plan: ({ name }, { installed }) =>
    installed
      ? []
      : [
          {
            kind: 'run',
            argv: ['apt-get', 'install', name],
            summary: `install ${name}`,
            predicts: [{ kind: 'package', name, installed: true }],
          },
        ],
});

it('knows that what a package brings is missing only because it was not installed', async () => {
  const tasks = `
- name: start without it
  systemd: {name: keepalived, state: started}
  ignore_errors: true
- name: install
  install: {name: keepalived}
- name: again
  install: {name: keepalived}
- name: start
  systemd: {name: keepalived, state: started}
  register: unit
- name: hangs on it
  debug: {msg: x}
  when: unit is changed
- name: write its configuration
  copy: {content: "vrrp\\n", dest: /etc/keepalived/keepalived.conf}
  register: conf
`;
  const missing =
    'Id=keepalived.service\nLoadState=not-found\nActiveState=inactive\nUnitFileState=\nNeedDaemonReload=no\n';
  const run = await runTasks(tasks, {
    ...check,
    modules: [install],
    reply: (_host, { script }) => (script.includes('systemctl show') ? { stdout: missing } : { stdout: '' }),
  });
  expect(run.outcomes.slice(0, 5)).toEqual([
    'h1 start without it: failed (ignored)',
    'h1 install: changed',
    'h1 again: ok',
    'h1 start: unknown',
    'h1 hangs on it: unknown',
  ]);
  expect(run.result('start').message).toContain('may come with keepalived');
});

it('counts every task once on each host, and a loop by its least certain item', async () => {
  const run = await runPlays(
    `
- hosts: all
  tasks:
    - name: here and there
      debug: {msg: x}
    - name: ask
      command: ask
      register: out
      when: inventory_hostname == 'h1'
    - name: hangs on it
      debug: {msg: x}
      when: out is not skipped and out.rc == 0
    - name: in part
      thing: {name: '{{ item.name }}', value: '{{ item.value }}'}
      loop:
        - {name: a, value: x}
        - {name: b, value: '{{ default out.stdout "y" }}'}
`,
    { ...check, hosts: ['h1', 'h2'] },
  );
  expect(run.result('in part', 'h1').outcome).toBe('changed');
  expect(run.recap('h1')).toBe('ok=3 changed=2 unknown=1');
  expect(run.recap('h2')).toBe('ok=2 changed=1 skipped=2');
  expect(run.events.at(-1)).toMatchObject({ exact: 6, unknown: 2 });
});
