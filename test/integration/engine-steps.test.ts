import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/connection/index.ts';
import { defineModule, type Module, type Step } from '../../src/module/index.ts';
import { runYaml, type YamlRun } from '../engine/run-yaml.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const reason = whyNoSshd();

/** A module that carries out one step and registers what became of it. */
function stepModule(name: string, make: (params: { readonly place: string }) => readonly Step[]): Module {
  return defineModule({
    name,
    summary: 'One step.',
    kind: 'action',
    params: { type: 'object', required: ['place'], properties: { place: { type: 'string' } } },
    examples: '',
    async read() {
      return {};
    },
    plan: (params) => make(params),
    result: ({ outcomes }) => ({
      stdout: outcomes.at(-1)?.exec?.stdout ?? '',
      statuses: outcomes.map((outcome) => outcome.status),
      backups: outcomes.map((outcome) => outcome.backupPath ?? ''),
    }),
  });
}

const modules: readonly Module[] = [
  stepModule('staged', () => [
    {
      kind: 'run',
      summary: 'use a staged file',
      script: 'stat -c "%a %U" "$MOORING_STAGE" "$MOORING_STAGE/secret"; cat "$MOORING_STAGE/secret" -',
      stage: [{ name: 'secret', content: { text: 'in the file\n' } }],
      stdin: { text: 'from stdin' },
      env: { GREETING: "it's" },
    },
  ]),
  stepModule('written', ({ place }) => [
    {
      kind: 'put',
      summary: 'write',
      path: `${place}/put`,
      content: { text: 'one\n' },
      mode: '0600',
      before: 'zero\n',
      backup: true,
    },
    { kind: 'run', summary: 'see it', argv: ['cat', `${place}/put`] },
  ]),
  stepModule('stops', ({ place }) => [
    { kind: 'run', summary: 'break', script: 'echo why >&2; exit 5' },
    { kind: 'put', summary: 'never', path: `${place}/never`, content: { text: '' } },
  ]),
  stepModule('forgiving', () => [
    { kind: 'run', summary: 'three is fine', script: 'exit 3', expect: [0, 3] },
    { kind: 'run', summary: 'anything is fine', script: 'exit 77', expect: 'any' },
  ]),
  stepModule('streamed', ({ place }) => [
    {
      kind: 'stream',
      summary: 'copy a tree',
      from: { host: 'h2', script: `cat ${place}/big` },
      to: {
        script: `sha256sum > ${place}/sum; cat "$MOORING_STAGE/note" >> ${place}/sum`,
        stage: [{ name: 'note', content: { text: 'noted\n' } }],
      },
    },
  ]),
  stepModule('sender_fails', ({ place }) => [
    {
      kind: 'stream',
      summary: 'copy half',
      from: { script: 'echo half; echo broken off >&2; exit 9' },
      to: { script: `cat > ${place}/half.new && mv ${place}/half.new ${place}/half` },
    },
  ]),
  stepModule('receiver_has_enough', () => [
    {
      kind: 'stream',
      summary: 'copy what is wanted',
      from: { script: "trap '' PIPE; head -c 3000000 /dev/zero; exit 0" },
      to: { script: 'head -c 10 > /dev/null' },
    },
  ]),
  stepModule('receiver_fails', () => [
    {
      kind: 'stream',
      summary: 'copy to nobody',
      from: { script: 'head -c 3000000 /dev/zero' },
      to: { script: 'head -c 10 > /dev/null; echo disk full >&2; exit 4' },
    },
  ]),
  stepModule('saved', ({ place }) => [
    { kind: 'save', summary: 'fetch', localPath: `${place}/local/deep/copy`, remotePath: `${place}/big` },
    { kind: 'save', summary: 'write here', localPath: `${place}/local/text`, content: { text: 'x' } },
  ]),
  stepModule('removed', ({ place }) => [
    { kind: 'remove', summary: 'remove', path: `${place}/local`, recursive: true },
  ]),
  stepModule('long', () => [
    { kind: 'run', summary: 'long', script: 'echo begin; echo end', long: true },
    { kind: 'run', summary: 'secret', script: 'echo hidden', long: true, secretOutput: true },
  ]),
];

describe.skipIf(reason !== undefined)('steps against a real sshd', () => {
  let sshd: Sshd;
  let place: string;

  beforeAll(async () => {
    sshd = await startSshd();
    place = await mkdtemp(join(tmpdir(), 'mooring-steps-'));
    await writeFile(join(place, 'big'), Buffer.alloc(5_000_000, 'abc'));
  });

  afterAll(async () => {
    await sshd?.stop();
    await rm(place, { recursive: true, force: true });
  });

  function run(tasks: string): Promise<YamlRun> {
    const host = {
      ansible_host: sshd.host,
      ansible_port: sshd.port,
      ansible_user: 'root',
      ansible_ssh_private_key_file: sshd.privateKeyFile,
      ansible_ssh_common_args: sshd.sshArgs,
    };
    const text = `- hosts: h1\n  module_defaults: {${modules.map(({ name }) => `${name}: {place: ${place}}`)}}\n  tasks:\n${tasks}`;
    return runYaml(text, { hosts: { h1: host, h2: host }, modules, open: connect, speculate: true });
  }

  it('hands over staged files, stdin and environment, none of them in argv', async () => {
    const done = await run('    - name: step\n      staged:\n');
    expect(done.result('step').message).toBeUndefined();
    expect(done.result('step').values['stdout']).toBe('700 root\n600 root\nin the file\nfrom stdin');
  });

  it('writes with mode and backup, and shows the difference', async () => {
    await writeFile(join(place, 'put'), 'zero\n');
    const done = await run('    - name: step\n      written:\n');
    const { values, diff } = done.result('step');
    expect(values['stdout']).toBe('one\n');
    expect(diff).toEqual([{ header: `${place}/put`, before: 'zero\n', after: 'one\n' }]);
    expect((await stat(join(place, 'put'))).mode & 0o777).toBe(0o600);
    const [backup] = values['backups'] as readonly string[];
    expect(await readFile(String(backup), 'utf8')).toBe('zero\n');
  });

  it('stops at the step that fails', async () => {
    const done = await run('    - name: step\n      stops:\n');
    expect(done.result('step')).toMatchObject({
      outcome: 'failed',
      message: 'break: exit code 5: why',
      values: { statuses: ['failed', 'skipped'] },
    });
    await expect(stat(join(place, 'never'))).rejects.toThrow('ENOENT');
  });

  it('takes the exit codes a step expects', async () => {
    const done = await run('    - name: step\n      forgiving:\n');
    expect(done.result('step').values['statuses']).toEqual(['applied', 'applied']);
  });

  it('streams from one host to another', async () => {
    const done = await run('    - name: step\n      streamed:\n');
    expect(done.result('step').message).toBeUndefined();
    const sum = await readFile(join(place, 'sum'), 'utf8');
    expect(sum).toMatch(/^[0-9a-f]{64} {2}-\nnoted\n$/);
  });

  it('lets a receiver end before the sender does, as tar does at the end of an archive', async () => {
    const done = await run('    - name: step\n      receiver_has_enough:\n');
    expect(done.result('step')).toMatchObject({ outcome: 'changed' });
  });

  it('never takes half a stream for a whole one, and says which end failed', async () => {
    const done = await run(
      '    - name: sender\n      sender_fails:\n      ignore_errors: true\n    - name: receiver\n      receiver_fails:\n',
    );
    expect(done.result('sender').message).toBe('copy half: the sender failed: exit code 9: broken off');
    await expect(stat(join(place, 'half'))).rejects.toThrow('ENOENT');
    expect(done.result('receiver').message).toBe(
      'copy to nobody: the receiver failed: exit code 4: disk full',
    );
  });

  it('saves files of the host on the control node, and removes trees', async () => {
    await run('    - saved:\n');
    expect((await stat(join(place, 'local', 'deep', 'copy'))).size).toBe(5_000_000);
    expect(await readFile(join(place, 'local', 'text'), 'utf8')).toBe('x');
    const done = await run('    - name: step\n      removed:\n');
    expect(done.result('step')).toMatchObject({ outcome: 'changed' });
    await expect(stat(join(place, 'local'))).rejects.toThrow('ENOENT');
  });

  it('shows the output of long steps as it comes, but not secret output', async () => {
    const done = await run('    - name: step\n      long:\n');
    const text = done.events.flatMap((event) => (event.event === 'output' ? [event.text] : [])).join('');
    expect(text).toBe('begin\nend\n');
    expect(done.result('step').values['stdout']).toBe('');
  });

  it('gives tasks their environment and shells their program', async () => {
    const done = await run(`
    - name: environment
      shell: echo "$FIRST $SECOND"
      environment: {FIRST: "it's", SECOND: 2}
    - name: bash
      shell: |
        words=(a b); echo "\${#words[@]} $0"
      args: {executable: /bin/bash, stdin: ignored}
`);
    expect(done.result('environment').values['stdout']).toBe("it's 2");
    expect(done.result('bash').values['stdout']).toMatch(/^2 /);
  });
});
