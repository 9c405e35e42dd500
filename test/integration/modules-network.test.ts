import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/connection/index.ts';
import { runYaml, type YamlRun } from '../engine/run-yaml.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

/** uri, get_url and wait_for through the engine and a real sshd, against a server of this test. */
const play = `
- hosts: all
  gather_facts: false
  tasks:
    - name: post
      uri:
        url: '{{ web }}/projects?key=1'
        method: POST
        user: admin
        password: Harbor-12345
        body_format: json
        body: { project_name: library }
        status_code: [201, 409]
      register: posted
    - name: posted values
      assert: { that: ["posted.status == 201", "posted.json.name == 'library'", "posted.location == '/projects/1'"] }
    - name: wrong status
      uri: { url: '{{ web }}/gone', return_content: true }
      register: gone
      ignore_errors: true
    - name: wrong status values
      assert: { that: ["gone is failed", "gone.status == 404", "gone.content == 'no such page'"] }
    - name: nobody there
      uri: { url: 'http://127.0.0.1:1/', timeout: 5 }
      register: nobody
      until: nobody.status == 200
      retries: 1
      delay: 0
      ignore_errors: true
    - name: nobody values
      assert: { that: ["nobody.status == -1", "nobody.attempts == 2"] }
    - name: becomes ready
      uri: { url: '{{ web }}/ready' }
      register: ready
      until: ready.status == 200
      retries: 5
      delay: 0
    - name: saved
      uri: { url: '{{ web }}/file.tgz', dest: '{{ base }}/saved' }
    - name: direct download
      get_url: { url: '{{ web }}/file.tgz', dest: '{{ base }}/direct', via: direct, checksum: 'sha256:{{ web }}/SUMS' }
    - name: wrong checksum
      get_url: { url: '{{ web }}/file.tgz', dest: '{{ base }}/wrong', checksum: 'md5:00000000000000000000000000000000' }
      register: wrong
      ignore_errors: true
    - name: missing download
      get_url: { url: '{{ web }}/gone', dest: '{{ base }}/missing' }
      ignore_errors: true
    - name: port open
      wait_for: { host: '{{ sshd_host }}', port: '{{ sshd_port }}', search_regex: '^SSH-2', timeout: 10 }
    - name: port closed
      wait_for: { port: 1, state: stopped, timeout: 10 }
    - name: no connection left
      wait_for: { host: 0.0.0.0, port: 1, state: drained, timeout: 10 }
    - name: too long
      wait_for: { path: '{{ base }}/never', timeout: 1, msg: it never came }
      ignore_errors: true
`;

const content = 'archive';
const scratch = mkdtempSync(join(tmpdir(), 'modules-network-'));
const seen: { url: string; authorization: string | undefined; body: string }[] = [];
let notReady = 2;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? '';
  if (request.method === 'POST') {
    seen.push({ url, authorization: request.headers.authorization, body: await text(request) });
    response.writeHead(201, { 'content-type': 'application/json', location: '/projects/1' });
    response.end('{"name":"library"}');
  } else if (url === '/file.tgz') response.end(content);
  else if (url === '/SUMS') response.end(`${createHash('sha256').update(content).digest('hex')}  file.tgz\n`);
  else if (url === '/ready') response.writeHead(notReady-- > 0 ? 503 : 200).end();
  else response.writeHead(404).end('no such page');
}

const server = createServer((request, response) => void answer(request, response));
let web = '';

describe.runIf(whyNoSshd() === undefined)('modules that use the network', () => {
  let sshd: Sshd;
  let first: YamlRun;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    web = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    sshd = await startSshd();
    first = await run();
  });
  afterAll(async () => {
    await sshd?.stop();
    server.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  function run(check = false): Promise<YamlRun> {
    return runYaml(play, {
      hosts: {
        h1: {
          ansible_host: sshd.host,
          ansible_port: sshd.port,
          ansible_user: 'root',
          ansible_ssh_private_key_file: sshd.privateKeyFile,
          ansible_ssh_common_args: sshd.sshArgs,
        },
      },
      extraVars: { base: scratch, web, sshd_host: sshd.host, sshd_port: sshd.port },
      open: (spec) => connect(spec),
      speculate: true,
      check,
    });
  }

  it('end as they must', () => {
    expect(first.outcomes.map((line) => line.slice('h1 '.length))).toEqual([
      'post: changed',
      'posted values: ok',
      'wrong status: failed (ignored)',
      'wrong status values: ok',
      'nobody there: failed (ignored)',
      'nobody values: ok',
      'becomes ready: ok',
      'saved: changed',
      'direct download: changed',
      'wrong checksum: failed (ignored)',
      'missing download: failed (ignored)',
      'port open: ok',
      'port closed: ok',
      'no connection left: ok',
      'too long: failed (ignored)',
    ]);
  });

  it('send what they were told to', () => {
    const authorization = `Basic ${Buffer.from('admin:Harbor-12345').toString('base64')}`;
    expect(seen).toEqual([{ url: '/projects?key=1', authorization, body: '{"project_name":"library"}' }]);
  });

  it('write only what was proven', () => {
    expect(readFileSync(join(scratch, 'saved'), 'utf8')).toBe(content);
    expect(readFileSync(join(scratch, 'direct'), 'utf8')).toBe(content);
    expect(() => readFileSync(join(scratch, 'wrong'))).toThrow(/ENOENT/);
    expect(first.result('wrong checksum').message).toMatch(/md5 checksum of the download is/);
    expect(first.result('missing download').message).toMatch(/404/);
    expect(first.result('too long').message).toContain('it never came');
  });

  it('change nothing in check mode, and read what can be read', async () => {
    const requests = seen.length;
    const result = await run(true);
    expect(seen).toHaveLength(requests);
    expect(result.outcomes).toContain('h1 post: changed');
    expect(result.outcomes).toContain('h1 posted values: unknown');
    expect(result.outcomes).toContain('h1 saved: ok');
    expect(result.outcomes).toContain('h1 direct download: ok');
  });
});
