import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/connection/index.ts';
import type { ValueMap } from '../../src/model/index.ts';
import { runYaml, type YamlRun } from '../engine/run-yaml.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const reason = whyNoSshd();

/** Nodes of a cluster: a change is followed by a restart, which is awaited before the next node restarts. */
const playbook = (strategy: string, more = ''): string => `
- hosts: all
  strategy: ${strategy}${more}
  tasks:
    - name: configured
      copy: {content: "{{ release }}\\n", dest: '{{ place }}/{{ inventory_hostname }}.conf', mode: '0644'}
      notify: restart
  handlers:
    - name: restart
      include_tasks: restart.yml
      serial: 1
`;

const files = {
  'restart.yml': `
- name: stopped
  shell: echo "{{ inventory_hostname }} down" >> log; sleep 0.1
  args: {chdir: '{{ place }}'}
- name: started
  shell: '[ ! -e broken-{{ inventory_hostname }} ] && echo "{{ inventory_hostname }} up" >> log'
  args: {chdir: '{{ place }}'}
- name: healthy
  wait_for: {path: '{{ place }}/log', search_regex: '{{ inventory_hostname }} up', timeout: 5}
`,
};

describe.skipIf(reason !== undefined)('restarts one node after the other against a real sshd', () => {
  let sshd: Sshd;
  let place: string;

  beforeAll(async () => {
    sshd = await startSshd();
  });

  afterAll(async () => {
    await sshd?.stop();
  });

  async function inPlace(action: () => Promise<void>): Promise<void> {
    place = await mkdtemp(join(tmpdir(), 'mooring-serial-'));
    try {
      await action();
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  }

  function run(text: string, release: string, more: { notify?: string[] } = {}): Promise<YamlRun> {
    const host: ValueMap = {
      ansible_host: sshd.host,
      ansible_port: sshd.port,
      ansible_user: 'root',
      ansible_ssh_private_key_file: sshd.privateKeyFile,
      ansible_ssh_common_args: sshd.sshArgs,
      place,
      release,
    };
    const hosts = { h1: host, h2: host, h3: host, h4: host };
    return runYaml(text, { hosts, open: connect, files, speculate: true, ...more });
  }

  const log = async (): Promise<string[]> =>
    (await readFile(join(place, 'log'), 'utf8')).trimEnd().split('\n');

  it.each(['linear', 'free', 'linear, in batches'])(
    '%s: only one node is down at a time',
    async (strategy) => {
      await inPlace(async () => {
        const text = strategy.includes('batches') ? playbook('linear', '\n  serial: 2') : playbook(strategy);
        const first = await run(text, '1');
        expect(first.exitCode).toBe(0);
        const lines = await log();
        expect(lines).toHaveLength(8);
        for (const [index, line] of lines.entries()) {
          const host = lines[index - (index % 2)]?.split(' ')[0];
          expect(line).toBe(`${host} ${index % 2 === 0 ? 'down' : 'up'}`);
        }
        const second = await run(text, '1');
        expect(second.recap('h3')).toBe('ok=1');
        expect(await log()).toEqual(lines);
      });
    },
  );

  it('leaves the others up after a failure, and gets back to them when they are asked for', async () => {
    await inPlace(async () => {
      await writeFile(join(place, 'broken-h2'), '');
      const broken = await run(playbook('linear'), '1');
      expect(broken.exitCode).toBe(2);
      expect(await log()).toEqual(['h1 down', 'h1 up', 'h2 down']);
      expect(broken.events.at(-1)).toMatchObject({
        event: 'recap',
        handlersLost: { h2: ['restart'], h3: ['restart'], h4: ['restart'] },
        leftOut: { h3: 'not reached: h2 failed before ("restart")' },
      });
      await rm(join(place, 'broken-h2'));
      const again = await run(playbook('linear'), '1');
      expect(again.recap('h3'), 'nothing changed: nothing is notified').toBe('ok=1');
      const asked = await run(playbook('linear'), '1', { notify: ['restart'] });
      expect(asked.exitCode).toBe(0);
      expect((await log()).slice(3)).toEqual(
        ['h1', 'h2', 'h3', 'h4'].flatMap((host) => [`${host} down`, `${host} up`]),
      );
    });
  });
});
