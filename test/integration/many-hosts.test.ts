import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, connect } from '../../src/connection/index.ts';
import type { ValueMap } from '../../src/model/index.ts';
import { type RunYamlOptions, runYaml, type YamlRun } from '../engine/run-yaml.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const reason = whyNoSshd();

/** Why hosts could not be reached. */
function unreachable(run: YamlRun): (string | undefined)[] {
  return run.events.flatMap((event) =>
    event.event === 'result' && event.result.outcome === 'unreachable' ? [event.result.message] : [],
  );
}

/** sshd listens on 16 addresses at most. */
const addresses = Array.from({ length: 15 }, (_, index) => `127.0.77.${index + 1}`);
const hostCount = 60;

describe.skipIf(reason !== undefined)('many hosts', () => {
  let sshd: Sshd;
  let place: string;

  beforeAll(async () => {
    sshd = await startSshd({
      config: ['MaxStartups 10:30:100', ...addresses.map((address) => `ListenAddress ${address}`)],
    });
    place = await mkdtemp(join(tmpdir(), 'mooring-many-'));
    await chmod(place, 0o755);
  });

  afterAll(async () => {
    await sshd?.stop();
    await rm(place, { recursive: true, force: true });
  });

  /** Each with a name of its own, four to an address. */
  async function hosts(): Promise<Record<string, ValueMap>> {
    const all: Record<string, ValueMap> = {};
    for (let index = 0; index < hostCount; index++) {
      const directory = join(place, `host${index}`);
      await mkdir(directory, { recursive: true });
      await chmod(directory, 0o777);
      const address = addresses[index % addresses.length];
      all[`host${index}`] = {
        ansible_host: `name${index}`,
        ansible_port: sshd.port,
        ansible_user: sshd.user,
        ansible_ssh_private_key_file: sshd.privateKeyFile,
        ansible_ssh_common_args: `${sshd.sshArgs} -o HostName=${address} -o HostKeyAlias=[${sshd.host}]:${sshd.port}`,
        directory,
      };
    }
    return all;
  }

  const play = `
- hosts: all
  tasks:
    - copy: {content: "one\\n", dest: '{{ directory }}/one'}
    - lineinfile: {path: '{{ directory }}/two', line: two, create: true}
    - command: cat {{ directory }}/one
      changed_when: false
      check_mode: false
      register: shown
    - copy: {content: '{{ shown.stdout }}', dest: '{{ directory }}/three'}
`;

  async function run(options: RunYamlOptions): Promise<{ run: YamlRun; connections: Connection[] }> {
    const connections: Connection[] = [];
    const result = await runYaml(play, {
      hosts: await hosts(),
      speculate: true,
      open: async (spec) => {
        const connection = await connect(spec);
        connections.push(connection);
        return connection;
      },
      ...options,
    });
    return { run: result, connections };
  }

  it('are brought to their state with no more logins at once than sshd takes', async () => {
    const { run: first } = await run({});
    expect(unreachable(first)).toEqual([]);
    expect(first.exitCode).toBe(0);
    for (let index = 0; index < hostCount; index++) {
      expect(first.recap(`host${index}`)).toBe('ok=4 changed=3');
      expect(await readFile(join(place, `host${index}`, 'three'), 'utf8')).toBe('one');
    }
    const { run: second, connections } = await run({});
    expect(second.recap(`host${hostCount - 1}`)).toBe('ok=4');
    expect(connections).toHaveLength(hostCount);
    // A busy machine may let sshd count one or two that are in already; fifty at once would be turned away in dozens.
    expect(sshd.log().match(/drop connection/gi)?.length ?? 0).toBeLessThanOrEqual(5);
  }, 120_000);

  it('are not kept waiting by one that does not answer', async () => {
    const all = await hosts();
    const silent = {
      ...all['host0'],
      ansible_ssh_common_args: `${sshd.sshArgs} -o ProxyCommand="sleep 60"`,
      ansible_timeout: 3,
    };
    const { run: result } = await run({ hosts: { ...all, host0: silent } });
    expect(result.exitCode).toBe(4);
    expect(result.recap('host0')).toBe('unreachable=1');
    expect(result.recap('host1')).toBe('ok=4');
    expect(result.events.filter((event) => event.event === 'result' && event.host === 'host0')).toHaveLength(
      1,
    );
  });
});
