import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/connection/index.ts';
import { runYaml, type YamlRun } from '../engine/run-yaml.ts';
import { makeTree, pack } from '../support/archives.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

/** The modules that write files, through the engine and a real sshd; every state must hold the second time. */
const play = `
- hosts: all
  gather_facts: false
  become: {{BECOME}}
  vars: { colour: blue }
  tasks:
    - name: directory
      file: { path: '{{ base }}/a/b', state: directory, mode: '0750', owner: daemon }
    - name: content
      copy: { content: "one\\ntwo\\nk=v\\n", dest: '{{ base }}/a/text', mode: 'u=rw,g=r,o=' }
    - name: source
      copy: { src: small.bin, dest: '{{ base }}/a/', mode: preserve, group: daemon }
    - name: tree
      copy: { src: tree/, dest: '{{ base }}/tree', directory_mode: '0711', mode: '0644' }
    - name: same host
      copy: { src: '{{ base }}/tree', dest: '{{ base }}/again', remote_src: true }
    - name: template
      template: { src: t.hbs, dest: '{{ base }}/rendered', validate: grep -q blue %s }
    - name: line
      lineinfile: { path: '{{ base }}/edited', regexp: '^(k)=', line: '\\1=w', backrefs: true, backup: true }
    - name: added line
      lineinfile: { path: '{{ base }}/made/here', line: "it's here", create: true, mode: '0600' }
    - name: block
      blockinfile: { path: '{{ base }}/edited', block: "x\\ny", insertbefore: '^two' }
    - name: replaced
      replace: { path: '{{ base }}/edited', regexp: 'one', replace: 'eins' }
    - name: link
      file: { src: text, dest: '{{ base }}/a/link', state: link }
    - name: hard link
      file: { src: '{{ base }}/a/text', dest: '{{ base }}/a/hard', state: hard }
    - name: old link replaced by a file
      copy: { content: x, dest: '{{ base }}/was-link' }
    - name: recursive
      file: { path: '{{ base }}/again', recurse: true, mode: 'u=rwX,g=rX,o=', owner: daemon }
    - name: gone
      file: { path: '{{ base }}/old', state: absent }
    - name: command
      command: { argv: [touch, "{{ base }}/it's made"], creates: "{{ base }}/it's made" }
    - name: shell
      shell: 'cat | tr a-z A-Z > out'
      args: { chdir: '{{ base }}', creates: out, stdin: shouted }
    - name: script
      script: { cmd: '"do it.sh" "a b" "{{ base }}/scripted"', creates: '{{ base }}/script*' }
    - name: download
      get_url: { url: '{{ web }}/file.tgz', dest: '{{ base }}/download', mode: '0640', username: u, password: pass-word }
    - name: unpacked
      unarchive: { src: pack.tgz, dest: '{{ base }}/a', owner: daemon, mode: 'u=rwX,g=rX,o=' }
    - name: archive on the host
      copy: { src: pack.tgz, dest: '{{ base }}/pack.tgz' }
    - name: unpacked there
      unarchive: { src: '{{ base }}/pack.tgz', dest: '{{ base }}/a/b', remote_src: true, include: [tree/sub] }
    - name: stat
      stat: { path: '{{ base }}/a/text' }
      register: text
    - name: slurp
      slurp: { src: '{{ base }}/a/text' }
      register: read
    - name: fetch
      fetch: { src: '{{ base }}/a/text', dest: '{{ saved }}' }
    - name: read command
      command: printf 'one\\ntwo'
      register: shown
      changed_when: false
      check_mode: false
    - name: web
      uri: { url: '{{ web }}/json' }
      register: web_answer
    - name: proof
      assert:
        that:
          - text.stat.exists and text.stat.mode == '0640'
          - read.content == 'b25lCnR3bwprPXYK'
          - shown.stdout_lines == ['one', 'two']
          - web_answer.json.colour == 'blue'
    - name: wait
      wait_for: { path: '{{ base }}/a/text', search_regex: '^k=v', timeout: 5 }
`;

const tree = makeTree();
pack(tree, 'rm -r tree/sub/long-* tree/sub/far && tar -czf pack.tgz tree/file tree/soft tree/sub');
const scratch = mkdtempSync(join(tmpdir(), 'modules-files-'));
const server = createServer((request, response) => {
  if (request.url === '/json') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"colour":"blue"}');
  } else response.writeHead(200, { 'last-modified': 'Fri, 02 Jan 2026 00:00:00 GMT' }).end('archive');
});
let web = '';

beforeAll(async () => {
  chmodSync(scratch, 0o755);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  web = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(scratch, { recursive: true, force: true });
  rmSync(tree, { recursive: true, force: true });
});

const variants = [
  { name: 'as a user with sudo, on the sh of the system', user: undefined, busybox: false },
  { name: 'as root on busybox', user: 'root', busybox: true },
];

const reason = whyNoSshd() ?? (existsSync('/usr/bin/busybox') ? undefined : 'busybox is not installed');
describe.runIf(reason === undefined).each(variants)('$name', ({ user, busybox }) => {
  const base = join(scratch, busybox ? 'busybox' : 'system');
  let sshd: Sshd;

  beforeAll(async () => {
    makeStart(base);
    const config = busybox ? [`SetEnv PATH=${busyboxApplets()}:/usr/bin:/bin`] : [];
    sshd = await startSshd({ config });
  });
  afterAll(() => sshd?.stop());

  function run(check = false): Promise<YamlRun> {
    const host = {
      ansible_host: sshd.host,
      ansible_port: sshd.port,
      ansible_user: user ?? sshd.user,
      ansible_ssh_private_key_file: sshd.privateKeyFile,
      ansible_ssh_common_args: sshd.sshArgs,
    };
    return runYaml(play.replace('{{BECOME}}', String(user === undefined)), {
      hosts: { h1: host },
      extraVars: { base, web, saved: `${base}-saved` },
      files: {
        'files/small.bin': 'bin\u0000ary',
        'files/tree/x': 'x',
        'files/tree/sub dir/y': 'y',
        'files/pack.tgz': readFileSync(join(tree, 'pack.tgz')),
        'templates/t.hbs': 'colour {{ colour }}\n',
        'files/do it.sh': '#!/bin/sh\necho "$1" >"$2"\n',
      },
      open: (spec) => connect(spec),
      speculate: true,
      check,
    });
  }

  it('tells in check mode what it would do, and does nothing', async () => {
    const before = listing(base);
    const result = await run(true);
    expect(failures(result)).toEqual([]);
    expect(listing(base)).toBe(before);
    expect(result.outcomes.filter((line) => !line.endsWith(': changed'))).toEqual([
      // What was only simulated to be copied cannot be looked into.
      'h1 same host: unknown',
      'h1 unpacked there: unknown',
      'h1 stat: ok',
      'h1 slurp: ok',
      'h1 read command: ok',
      'h1 web: ok',
      'h1 proof: ok',
      'h1 wait: unknown',
    ]);
  });

  it('brings it about', async () => {
    const result = await run();
    expect(failures(result)).toEqual([]);
    expect(result.outcomes.filter((line) => line.endsWith(': ok'))).toEqual(
      ['stat', 'slurp', 'read command', 'web', 'proof', 'wait'].map((name) => `h1 ${name}: ok`),
    );
    expect(describeFiles(base)).toMatchSnapshot();
    expect(readFileSync(`${base}-saved/h1${base}/a/text`, 'utf8')).toBe('one\ntwo\nk=v\n');
    expect(result.result('line').values).toMatchObject({
      backup: expect.stringContaining(`${base}/edited.`),
    });
  });

  it('finds nothing to do the second time, nor in check mode', async () => {
    for (const check of [false, true]) {
      const result = await run(check);
      const changed = result.outcomes.filter((line) => !line.endsWith(': ok'));
      expect(failures(result)).toEqual([]);
      expect(changed).toEqual([]);
    }
  });
});

function makeStart(base: string): void {
  mkdirSync(join(base, 'old/deep'), { recursive: true });
  writeFileSync(join(base, 'old/deep/file'), '');
  writeFileSync(join(base, 'edited'), 'one\ntwo\nk=v');
  symlinkSync('edited', join(base, 'was-link'));
}

function busyboxApplets(): string {
  const directory = join(scratch, 'applets');
  mkdirSync(directory, { recursive: true });
  execFileSync('/usr/bin/busybox', ['--install', '-s', directory]);
  return directory;
}

function failures(result: YamlRun): unknown[] {
  const bad = result.outcomes.filter((line) => /: (failed|unreachable)/.test(line));
  return bad.map((line) => [line, result.result(line.replace(/^h1 (.*): \w+.*$/, '$1')).message]);
}

function listing(base: string): string {
  return execFileSync('find', [base, '-printf', '%p %m %u %T@ %l\\n'], { encoding: 'utf8' });
}

function describeFiles(base: string): Record<string, string> {
  const paths = execFileSync('find', [base, '-mindepth', '1', '-printf', '%P\\n'], { encoding: 'utf8' });
  const names = paths
    .trim()
    .split('\n')
    .filter((name) => !name.endsWith('~'))
    .sort();
  const described = names.map((name) => {
    const path = join(base, name);
    const attributes = execFileSync('stat', ['-c', '%A %U:%G', path], { encoding: 'utf8' }).trim();
    if (attributes.startsWith('l')) return [name, `${attributes} -> ${readlinkSync(path)}`];
    // The bytes of an archive hold the time it was made.
    const isText = statSync(path).isFile() && !name.endsWith('.tgz');
    const content = isText ? JSON.stringify(readFileSync(path, 'utf8').slice(0, 99)) : '';
    return [name, `${attributes} ${content}`.trimEnd()];
  });
  return Object.fromEntries(described);
}
