import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mooring } from '../cli/mooring.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const reason = whyNoSshd();
const folder = mkdtempSync(join(tmpdir(), 'mooring-check-'));
const packageName = `mooring-check-${process.pid}`;

/** A systemd that knows no unit. */
const systemctl = `#!/bin/sh
[ "$1" = show ] || exit 3
while [ "$1" != -- ]; do shift; done; shift
for unit; do
  printf 'Id=%s\\nLoadState=not-found\\nActiveState=inactive\\nUnitFileState=\\nNeedDaemonReload=no\\n\\n' "$unit"
done
`;

const playbook = (port: number): string => `
- hosts: all
  gather_facts: false
  tasks:
    - { name: probe, command: systemctl is-active harbor, register: st, failed_when: false }
    - { name: install by the probe, command: ./install.sh, when: st.rc != 0 }
    - name: real probe
      command: systemctl is-active harbor
      register: real
      failed_when: false
      changed_when: false
      check_mode: false
    - { name: install by the real probe, command: "touch ${folder}/installed", when: real.rc != 0 }
    - { name: health, uri: { url: 'http://127.0.0.1:${port}/health' }, register: h }
    - { name: healthy, assert: { that: "h.json.status == 'healthy'" } }
    - { name: package, apt: { deb: ${folder}/package.deb } }
    - { name: service, systemd: { name: ${packageName}, state: started } }
    - { name: job, command: "touch ${folder}/job", async: 60, poll: 0, register: job }
    - { name: its end, async_status: { jid: '{{ job.ansible_job_id }}' } }
`;

describe.skipIf(reason !== undefined)('a simulated run on a fresh host', () => {
  let sshd: Sshd;
  let server: Server;
  let port = 0;

  beforeAll(async () => {
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/systemctl'), systemctl, { mode: 0o755 });
    chmodSync(folder, 0o755);
    buildPackage();
    sshd = await startSshd({ config: [`SetEnv PATH=${folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin`] });
    server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"healthy"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address ? address.port : 0;
    const host = {
      ...{ ansible_host: sshd.host, ansible_port: sshd.port, ansible_user: 'root' },
      ansible_ssh_private_key_file: sshd.privateKeyFile,
      ansible_ssh_common_args: sshd.sshArgs,
    };
    writeFileSync(join(folder, 'hosts.yml'), JSON.stringify({ all: { hosts: { h1: host } } }));
    writeFileSync(join(folder, 'play.yml'), playbook(port));
  });

  afterAll(async () => {
    server?.close();
    await sshd?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('says what would happen, what only the real run can tell, and how much of each', async () => {
    const ended = await mooring('run', '-i', join(folder, 'hosts.yml'), join(folder, 'play.yml'), '--check');
    expect(wordsOf(ended.stdout)).toEqual([
      'probe: changed',
      'install by the probe: unknown',
      'real probe: ok',
      'install by the real probe: changed',
      'health: ok',
      'healthy: ok',
      'package: changed',
      'service: unknown',
      'job: changed',
      'its end: unknown',
    ]);
    expect(ended.stdout).toMatch(/^h1 +: ok=7 +changed=4 .* unknown=3$/m);
    expect(ended.stdout.trimEnd().split('\n').at(-1)).toBe(
      'check mode: 10 tasks: 7 exact, 3 decided at run time',
    );
    expect(ended.code).toBe(0);
    expect(['installed', 'job'].filter((name) => existsSync(join(folder, name)))).toEqual([]);
  });

  it('gives the same figures as data', async () => {
    const words = [
      'run',
      '-i',
      join(folder, 'hosts.yml'),
      join(folder, 'play.yml'),
      '--check',
      '--output',
      'json',
    ];
    const { stdout } = await mooring(...words);
    const recap: unknown = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(recap).toMatchObject({
      event: 'recap',
      check: true,
      exact: 7,
      unknown: 3,
      hosts: { h1: { unknown: 3 } },
    });
  });
});

function buildPackage(): void {
  const root = join(folder, 'package');
  mkdirSync(join(root, 'DEBIAN'), { recursive: true });
  const control = `Package: ${packageName}\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: test\n`;
  writeFileSync(join(root, 'DEBIAN/control'), control);
  execFileSync('dpkg-deb', ['--build', '--root-owner-group', root, join(folder, 'package.deb')]);
}

/** `TASK: WORD` of a run over one host. */
function wordsOf(stdout: string): string[] {
  return [...stdout.matchAll(/^TASK \[(.*?)\].*\n(\w+): /gm)].map(([, task, word]) => `${task}: ${word}`);
}
