import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/connection/index.ts';
import { runYaml } from '../engine/run-yaml.ts';
import { hasProgram } from '../support/programs.ts';

/**
 * The same playbook through a real ansible-playbook and through us, on this machine, each in a directory
 * of its own: the same status of every task, twice, and the same files. Ansible takes minutes for it, so it
 * runs only with MOORING_DIFFERENTIAL=1, as root, where ansible-playbook is installed.
 */
const play = `
- hosts: all
  gather_facts: false
  ignore_errors: true
  vars: { v: val }
  tasks:
    - { name: d1, file: { path: "{{ base }}/a/b/c", state: directory, mode: "0750" } }
    - { name: d2, file: { path: "{{ base }}/a", mode: "0711" } }
    - { name: d3, file: { path: "{{ base }}/nofile" } }
    - { name: d4, file: { path: "{{ base }}/t0", state: directory, mode: "02755", owner: daemon } }
    - { name: t1, file: { path: "{{ base }}/t", state: touch, mode: "0600" } }
    - { name: t2, file: { path: "{{ base }}/t", state: touch, access_time: preserve, modification_time: preserve } }
    - { name: l1, file: { path: "{{ base }}/l", src: t, state: link } }
    - { name: l2, file: { path: "{{ base }}/l2", src: nothere, state: link } }
    - { name: l3, file: { path: "{{ base }}/l3", src: nothere, state: link, force: true } }
    - { name: l4, file: { path: "{{ base }}/l", src: a, state: link } }
    - { name: l5, file: { path: "{{ base }}/t", src: a, state: link } }
    - { name: l6, file: { path: "{{ base }}/a/b", src: ../t, state: link, force: true } }
    - { name: l7, file: { path: "{{ base }}/lt", src: t, state: link, mode: "0640" } }
    - { name: h1, file: { path: "{{ base }}/hard", src: "{{ base }}/t", state: hard } }
    - { name: h2, file: { path: "{{ base }}/hard2", src: "{{ base }}/none", state: hard } }
    - { name: c1, copy: { src: small, dest: "{{ base }}/c1" } }
    - { name: c2, copy: { src: small, dest: "{{ base }}/a/", mode: preserve } }
    - { name: c3, copy: { src: small, dest: "{{ base }}/new/dir/" } }
    - { name: c4, copy: { src: small, dest: "{{ base }}/new2/dir/x" } }
    - { name: c5, copy: { content: "abc", dest: "{{ base }}/c5", mode: "u=rw,g=r,o=" } }
    - { name: c6, copy: { content: { a: 1, b: [true, null, "ü"] }, dest: "{{ base }}/c6" } }
    - { name: c7, copy: { content: "zzz", dest: "{{ base }}/c5", force: false } }
    - { name: c8, copy: { src: tree, dest: "{{ base }}/tr1" } }
    - { name: c9, copy: { src: tree/, dest: "{{ base }}/tr2", directory_mode: "0755", mode: "0644" } }
    - { name: c10, copy: { content: abc, dest: "{{ base }}/a" } }
    - { name: c11, file: { path: "{{ base }}/lc", src: t, state: link } }
    - { name: c12, copy: { content: new, dest: "{{ base }}/lc" } }
    - { name: c13, copy: { src: "{{ base }}/c5", dest: "{{ base }}/c14", remote_src: true } }
    - { name: c14, copy: { src: "{{ base }}/tr2", dest: "{{ base }}/c15", remote_src: true } }
    - { name: c15, copy: { src: "{{ base }}/nope", dest: "{{ base }}/c17", remote_src: true } }
    - { name: c16, copy: { content: "same", dest: "{{ base }}/c5", validate: "false %s" } }
    - { name: m1, template: { src: t.hbs, dest: "{{ base }}/m1", mode: "0600" } }
    - { name: m2, template: { src: t.hbs, dest: "{{ base }}/a" } }
    - { name: r1, file: { path: "{{ base }}/tr1", recurse: true, mode: "u=rwX,go=rX" } }
    - { name: r2, file: { path: "{{ base }}/c15", recurse: true, mode: "u=rwX,go=" } }
    - { name: x1, command: "touch {{ base }}/made", args: { creates: "{{ base }}/mad*" } }
    - { name: x2, command: "false" }
    - { name: x3, command: nosuchcommand }
    - { name: x4, shell: "echo a; exit 3" }
    - { name: x5, shell: "pwd | wc -l > out", args: { chdir: "{{ base }}", creates: out } }
    - { name: s1, slurp: { src: "{{ base }}/none" } }
    - { name: f1, fetch: { src: "{{ base }}/c5", dest: "{{ base }}/fetched/", flat: true } }
    - { name: i1, lineinfile: { path: "{{ base }}/none", line: x } }
    - { name: i2, lineinfile: { path: "{{ base }}/made2/li", line: x, create: true, mode: "0640" } }
    - { name: i3, lineinfile: { path: "{{ base }}/ini", regexp: '^(k)\\s*=', line: '\\1 = 2', backrefs: true } }
    - { name: i4, lineinfile: { path: "{{ base }}/ini", line: last, insertafter: '^\\[two' } }
    - { name: i5, blockinfile: { path: "{{ base }}/ini", block: "x\\ny", insertbefore: '^\\[two' } }
    - { name: i6, replace: { path: "{{ base }}/ini", regexp: '(?P<key>k) = (\\d)$', replace: '\\g<key>=\\2\\2' } }
    - { name: u1, unarchive: { src: p.tgz, dest: "{{ base }}/a" } }
    - { name: u2, unarchive: { src: p.tgz, dest: "{{ base }}/missing" } }
    - { name: w1, wait_for: { path: "{{ base }}/ini", search_regex: BEGIN, timeout: 3 } }
    - { name: w2, wait_for: { port: 1, timeout: 1 } }
    - { name: a1, assert: { that: ["1 == 1", "v == 'val'"] } }
    - { name: a2, assert: { that: "v == 'x'" } }
    - { name: g1, debug: { msg: x, verbosity: 2 } }
    - { name: z1, file: { path: "{{ base }}/tr2/sub", state: absent } }
`;

/** Files beside the playbook. */
const files: Record<string, string | Buffer> = {
  'files/small': 'hi\n',
  'files/tree/x': 'x',
  'files/tree/sub/deep/y': 'y',
  'templates/t.hbs': 'plain {{ v }}\n',
};

const wanted =
  process.env['MOORING_DIFFERENTIAL'] === '1' && process.getuid?.() === 0 && hasProgram('ansible-playbook');
const scratch = mkdtempSync(join(tmpdir(), 'differential-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.runIf(wanted)('beside Ansible', () => {
  makeArchive();
  const bases = { ansible: join(scratch, 'A'), ours: join(scratch, 'B') };

  it.each(['first', 'second'])('has the same statuses in the %s run', { timeout: 240_000 }, async (run) => {
    if (run === 'first') for (const base of Object.values(bases)) makeStart(base);
    const theirs = await statusesOfAnsible(bases.ansible);
    expect(theirs).toHaveLength(play.match(/name:/g)?.length ?? 0);
    expect(await statusesOfOurs(bases.ours)).toEqual(theirs);
  });

  it('leaves the same files', () => {
    expect(listing(bases.ours)).toEqual(listing(bases.ansible));
  });
});

function makeArchive(): void {
  const source = join(scratch, 'packed/dir');
  mkdirSync(source, { recursive: true });
  writeFileSync(join(source, 'file'), 'packed');
  files['files/p.tgz'] = execFileSync('tar', ['-C', join(scratch, 'packed'), '-czf', '-', 'dir']);
}

function makeStart(base: string): void {
  mkdirSync(base);
  writeFileSync(join(base, 'ini'), '[one]\nk = 1\n[two]\nk = 1\n');
}

async function statusesOfAnsible(base: string): Promise<string[]> {
  const directory = join(scratch, 'playbook');
  for (const [name, content] of Object.entries({ ...files, 'play.yml': play, hosts: 'h1' })) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  const argv = ['-i', 'hosts', '-c', 'local', '-e', `base=${base}`, 'play.yml'];
  const env = { ...process.env, ANSIBLE_NOCOLOR: '1', ANSIBLE_STDOUT_CALLBACK: 'default' };
  const { stdout } = await promisify(execFile)('ansible-playbook', argv, { cwd: directory, env });
  const words: Record<string, string> = { fatal: 'failed (ignored)', skipping: 'skipped' };
  return stdout
    .split(/^TASK \[/m)
    .slice(1)
    .map((block) => {
      const status = /^(ok|changed|fatal|skipping): \[h1\]/m.exec(block)?.[1] ?? 'missing';
      return `h1 ${block.slice(0, block.indexOf(']'))}: ${words[status] ?? status}`;
    });
}

async function statusesOfOurs(base: string): Promise<readonly string[]> {
  const run = await runYaml(play, {
    hosts: { h1: { ansible_connection: 'local' } },
    extraVars: { base },
    files,
    open: (spec) => connect(spec),
    speculate: true,
  });
  return run.outcomes;
}

function listing(base: string): string[] {
  const script = `cd "$1" && find . -printf '%P %M %u:%g %l ' -exec sh -c 'test -f "$1" && sha256sum <"$1" || echo' sh {} \\;`;
  const text = execFileSync('sh', ['-c', script, 'sh', base], { encoding: 'utf8' });
  return text.replaceAll(base, 'BASE').split('\n').sort();
}
