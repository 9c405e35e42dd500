import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, connect } from '../../src/connection/index.ts';
import type { ValueMap } from '../../src/model/index.ts';
import { type RunYamlOptions, runYaml, type YamlRun } from '../engine/run-yaml.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const reason = whyNoSshd();

/** Processes of a process group that are not zombies. */
async function processesOfGroup(group: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pgid=,stat=,args=']);
  return stdout.split('\n').filter((line) => new RegExp(`^ *${group} +[^Z]`).test(line));
}

describe.skipIf(reason !== undefined)('plays against a real sshd', () => {
  let sshd: Sshd;
  let place: string;

  beforeAll(async () => {
    sshd = await startSshd({ sudo: 'password' });
    place = await mkdtemp(join(tmpdir(), 'mooring-target-'));
  });

  afterAll(async () => {
    await sshd?.stop();
    await rm(place, { recursive: true, force: true });
  });

  function host(extra: ValueMap = {}): ValueMap {
    return {
      ansible_host: sshd.host,
      ansible_port: sshd.port,
      ansible_user: 'root',
      ansible_ssh_private_key_file: sshd.privateKeyFile,
      ansible_ssh_common_args: sshd.sshArgs,
      place,
      ...extra,
    };
  }

  function run(text: string, options: RunYamlOptions = {}): Promise<YamlRun> {
    return runYaml(text, { hosts: { h1: host() }, open: connect, speculate: true, ...options });
  }

  const converge = `
- hosts: all
  tasks:
    - name: directory
      file: {path: '{{ place }}/app', state: directory, mode: '0750'}
    - name: copied
      copy: {content: "hello\\n", dest: '{{ place }}/app/a.txt', mode: '0640'}
      notify: reload
    - name: rendered
      template: {src: b.conf.hbs, dest: '{{ place }}/app/b.conf'}
    - name: line
      lineinfile: {path: '{{ place }}/app/a.txt', line: second}
      register: line
    - name: command
      command: cat a.txt
      args: {chdir: '{{ place }}/app'}
      changed_when: false
      check_mode: false
      register: out
    - name: shows
      debug: {msg: '{{ out.stdout }}'}
  handlers:
    - name: reload
      shell: echo reloaded >> {{ place }}/log
`;
  const files = {
    'templates/b.conf.hbs': 'host = {{ inventory_hostname }}\nkernel = {{ ansible_system }}\n',
  };

  it('says in check mode what would change, and changes nothing', async () => {
    const checked = await run(converge, { files, check: true, diff: true });
    expect(checked.outcomes).toEqual([
      'h1 directory: changed',
      'h1 copied: changed',
      'h1 rendered: changed',
      'h1 line: changed',
      'h1 command: unknown',
      'h1 shows: ok',
      'h1 reload: changed',
    ]);
    expect(checked.result('line').diff[0]).toMatchObject({ before: 'hello\n', after: 'hello\nsecond\n' });
    await expect(stat(join(place, 'app'))).rejects.toThrow('ENOENT');
  });

  it('brings a host to its state, and finds nothing to do the second time', async () => {
    const first = await run(converge, { files });
    expect(first.exitCode).toBe(0);
    expect(first.result('shows').values['msg']).toBe('hello\nsecond');
    expect(await readFile(join(place, 'app', 'b.conf'), 'utf8')).toBe('host = h1\nkernel = Linux\n');
    expect((await stat(join(place, 'app'))).mode & 0o777).toBe(0o750);
    expect(await readFile(join(place, 'log'), 'utf8')).toBe('reloaded\n');

    const text = converge.replace('copy: {content: "hello\\n"', 'copy: {content: "hello\\nsecond\\n"');
    const second = await run(text, { files });
    expect(second.recap('h1')).toBe('ok=6');
    const checked = await run(text, { files, check: true });
    expect(checked.recap('h1')).toBe('ok=6');
  });

  it('acts as another user, whose password is asked for nowhere', async () => {
    const become = { ansible_user: sshd.user, ansible_become: true, ansible_become_password: sshd.password };
    const result = await run(
      `
- hosts: all
  tasks:
    - name: who
      command: id -un
      register: out
    - name: written
      copy: {content: x, dest: '{{ place }}/owned', mode: '0600'}
    - name: self
      command: id -un
      become: false
`,
      { hosts: { h1: host(become) } },
    );
    expect(result.result('who').values['stdout']).toBe('root');
    expect((await stat(join(place, 'owned'))).uid).toBe(0);
    expect(result.exitCode).toBe(0);
  });

  it('gathers facts only when a template asks, or where the play says so', async () => {
    const result = await run(`
- hosts: all
  gather_facts: true
  tasks:
    - name: known
      debug: {msg: '{{ ansible_facts.system }} {{ hostvars.h1.ansible_hostname }}'}
`);
    expect(result.outcomes).toEqual(['h1 Gathering Facts: ok', 'h1 known: ok']);
    expect(result.result('known').values['msg']).toMatch(/^Linux \S+$/);
  });

  it('streams from host to host, and says which end failed', async () => {
    const result = await run(
      `
- hosts: h1
  tasks:
    - name: fetched
      fetch: {src: '{{ place }}/source', dest: '{{ place }}/fetched/', flat: true}
    - name: waited
      wait_for: {path: '{{ place }}/source', timeout: 5}
    - name: port
      wait_for: {host: '{{ ansible_host }}', port: '{{ ansible_port }}', timeout: 5}
    - name: closed port
      wait_for: {host: 127.0.0.1, port: 1, timeout: 1, msg: nobody there}
      ignore_errors: true
    - name: live
      shell: echo one; echo two >&2
`.replace('  tasks:\n', "  tasks:\n    - copy: {content: data, dest: '{{ place }}/source'}\n"),
    );
    expect(result.exitCode).toBe(0);
    expect(await readFile(join(place, 'fetched', 'source'), 'utf8')).toBe('data');
    expect(result.result('closed port').message).toContain('nobody there');
    const output = result.events.filter((event) => event.event === 'output');
    expect(output.map(({ stream, text }) => `${stream} ${text}`)).toContain('stdout one\n');
  });

  it('reports a refused key as unreachable, and goes on with the others', async () => {
    const result = await run(
      `
- hosts: all
  tasks:
    - name: look
      ping:
`,
      { hosts: { h1: host(), h2: host({ ansible_user: 'nobody-here' }), h3: host({ ansible_port: 1 }) } },
    );
    expect(result.outcomes.toSorted()).toEqual([
      'h1 look: ok',
      'h2 look: unreachable',
      'h3 look: unreachable',
    ]);
    expect(result.exitCode).toBe(4);
  });

  it('kills a command at its timeout, and knows a cut connection from a failure', async () => {
    const timed = await run(`
- hosts: all
  tasks:
    - name: slow
      shell: echo half; echo $$ > {{ place }}/pid; sleep 61 & sleep 62
      timeout: 1
`);
    expect(timed.outcomes).toEqual(['h1 slow: failed']);
    expect(timed.result('slow').message).toBe('timed out after 1 s');
    expect(timed.result('slow').values).toMatchObject({ timedout: { period: 1 }, stdout: 'half' });
    const group = (await readFile(join(place, 'pid'), 'utf8')).trim();
    expect(await processesOfGroup(group)).toEqual([]);
  });

  it('needs few round trips for a converged play', async () => {
    const tasks = Array.from(
      { length: 40 },
      (_, index) => `    - file: {path: '${place}/many', state: directory}\n      tags: t${index}\n`,
    ).join('');
    const text = `- hosts: all\n  tasks:\n${tasks}`;
    await run(text);
    const writes = async (speculate: boolean): Promise<number> => {
      const opened: Connection[] = [];
      await run(text, {
        speculate,
        open: async (spec) => {
          const connection = await connect(spec);
          opened.push(connection);
          return connection;
        },
      });
      return opened.reduce((total, { counters }) => total + counters.writes, 0);
    };
    const without = await writes(false);
    const ahead = await writes(true);
    expect(ahead).toBeLessThan(without / 5);
  });
});
