import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/connection/index.ts';
import type { ValueMap } from '../../src/model/index.ts';
import { type RunYamlOptions, runYaml, type YamlRun } from '../engine/run-yaml.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const reason = whyNoSshd();
const folder = mkdtempSync(join(tmpdir(), 'mooring-async-'));

/** Processes that sleep so many seconds. */
async function sleeping(seconds: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'stat=,args=']);
  return stdout.split('\n').filter((line) => /^[^Z]\S* +(\S*\/)?sleep /.test(line) && line.endsWith(seconds));
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const giveUpAt = Date.now() + 20_000; !(await holds()); ) {
    if (Date.now() > giveUpAt) throw new Error('the condition never held');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe.skipIf(reason !== undefined)('async against a real sshd', () => {
  let sshd: Sshd;

  beforeAll(async () => {
    sshd = await startSshd({ sudo: 'nopasswd' });
    chmodSync(folder, 0o777);
  });

  afterAll(async () => {
    await sshd?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function run(tasks: string, options: RunYamlOptions = {}): Promise<YamlRun> {
    const { h1 = {} } = hostsOf(sshd);
    const text = `- hosts: all\n  tasks:\n${tasks.replaceAll(/^(?=.)/gm, '    ')}`;
    return runYaml(text, { hosts: { h1, h2: h1 }, open: connect, speculate: true, ...options });
  }

  it('a job outlives its run, and a later run asks for it as the same user', async () => {
    const gate = join(folder, 'gate');
    const first = await run(`
- name: start
  shell: while [ ! -e ${gate} ]; do sleep 0.1; done; id -un
  async: 60
  poll: 0
  become: true
  delegate_to: h1
  run_once: true
`);
    const id = String(first.result('start').values['ansible_job_id']);
    const ask = (become: boolean): Promise<YamlRun> =>
      run(`- name: ask\n  async_status: {jid: ${id}}\n  become: ${become}\n`, { hosts: hostsOf(sshd) });
    expect((await ask(true)).result('ask').values['finished']).toBe(0);
    const stranger = (await ask(false)).result('ask');
    expect(stranger.message).toBe(`there is no job ${id} of this user`);
    expect(stranger.values['finished']).toBe(1);
    writeFileSync(gate, '');
    await until(async () => (await ask(true)).result('ask').values['finished'] === 1);
    expect((await ask(true)).result('ask').values).toMatchObject({ stdout: 'root', rc: 0 });
    const cleaned = await run(
      `- name: clean\n  async_status: {jid: ${id}, mode: cleanup}\n  become: true\n- name: gone\n  async_status: {jid: ${id}, mode: cleanup}\n  become: true\n`,
      { hosts: hostsOf(sshd) },
    );
    expect(cleaned.outcomes).toEqual(['h1 clean: changed', 'h1 gone: ok']);
  });

  it('a job is killed on the host when its time is over, with what it started', async () => {
    const ended = await run(
      `
- name: start
  shell: sleep 7771 & sleep 7772
  async: 1
  poll: 0
  register: job
- name: wait
  async_status: {jid: '{{ job.ansible_job_id }}'}
  register: done
  until: done is finished
  retries: 100
  delay: 0.1
`,
      { hosts: hostsOf(sshd) },
    );
    expect(ended.result('wait').message).toMatch(/did not complete in its time/);
    expect([...(await sleeping('7771')), ...(await sleeping('7772'))]).toEqual([]);
  });

  it('a command that is waited for survives a cut connection, and leaves nothing behind', async () => {
    const started = join(folder, 'started');
    const done = run(
      `- name: long\n  shell: ': > ${started}; sleep 3; echo made'\n  async: 60\n  poll: 1\n`,
      {
        hosts: hostsOf(sshd),
      },
    );
    await until(() => existsSync(started));
    expect(await sshd.cut()).toBeGreaterThan(0);
    const ended = await done;
    expect(ended.result('long').message).toBeUndefined();
    expect(ended.result('long').values).toMatchObject({ stdout: 'made', rc: 0, finished: 1 });
    expect(readdirSync('/tmp').filter((name) => name.startsWith('mooring-spool') && isOurs(name))).toEqual(
      [],
    );
  });

  it('a command is killed when its time is over, also across a cut connection', async () => {
    const started = join(folder, 'started-again');
    const done = run(`- name: long\n  shell: ': > ${started}; sleep 7773'\n  async: 4\n  poll: 1\n`, {
      hosts: hostsOf(sshd),
    });
    await until(() => existsSync(started));
    await sshd.cut();
    const ended = await done;
    expect(ended.result('long').message).toBe('async task did not complete within 4 s');
    await until(async () => (await sleeping('7773')).length === 0);
  });

  function isOurs(name: string): boolean {
    try {
      return readFileSync(`/tmp/${name}/script`, 'utf8').includes(folder);
    } catch {
      return false;
    }
  }
});

function hostsOf(sshd: Sshd): Readonly<Record<string, ValueMap>> {
  return {
    h1: {
      ...{ ansible_host: sshd.host, ansible_port: sshd.port, ansible_user: sshd.user },
      ansible_ssh_private_key_file: sshd.privateKeyFile,
      ansible_ssh_common_args: sshd.sshArgs,
    },
  };
}
