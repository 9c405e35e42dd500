import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Download, downloadStep } from '../../../modules/lib/download.ts';
import { hasProgram } from '../../support/programs.ts';

// The scripts are run for real, by the shells and programs of this machine, against a server of this test.
const run = promisify(execFile);
const scratch = mkdtempSync(join(tmpdir(), 'download-'));
const seen: IncomingHttpHeaders[] = [];
const server = createServer((request, response) => {
  seen.push(request.headers);
  if (request.url === '/missing') response.writeHead(404).end();
  else response.writeHead(200, { 'last-modified': 'Fri, 02 Jan 2026 00:00:00 GMT' }).end('bytes');
});
let base = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(scratch, { recursive: true });
});

const tools = (['curl', 'wget'] as const).filter((tool) => hasProgram(tool));

describe.each(tools)('by %s', (tool) => {
  const path = join(scratch, `${tool} file`);

  async function download(given: Partial<Download> & { readonly name?: string }): Promise<string> {
    const headers = { 'X-Key': 'a"b\\c' };
    const basicAuth = { user: 'u', password: 'p q"' };
    const url = `${base}/${given.name ?? 'file'}`;
    const request = { method: 'GET', url, via: 'host', headers, basicAuth } as const;
    const step = downloadStep({
      tool,
      request,
      path,
      stat: undefined,
      drift: { mode: '0640' },
      checksum: undefined,
      backup: false,
      ...given,
    });
    const stage = mkdtempSync(join(scratch, 'stage-'));
    for (const { name, content } of step.stage ?? []) {
      writeFileSync(join(stage, name), 'text' in content ? content.text : '');
    }
    const script = step.script ?? '';
    const { stdout } = await run('sh', ['-c', script], { env: { ...process.env, MOORING_STAGE: stage } });
    return stdout;
  }

  it('puts the file in place with its mode and the date of the server', async () => {
    await download({});
    expect(readFileSync(path, 'utf8')).toBe('bytes');
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(statSync(path).mtimeMs).toBe(Date.UTC(2026, 0, 2));
    expect(seen.at(-1)).toMatchObject({
      'x-key': 'a"b\\c',
      authorization: `Basic ${Buffer.from('u:p q"').toString('base64')}`,
    });
  });

  it('proves the checksum and leaves nothing behind where it is wrong', async () => {
    writeFileSync(path, 'before');
    const value = createHash('md5').update('other').digest('hex');
    await expect(download({ checksum: { algorithm: 'md5', value } })).rejects.toThrow(
      /checksum of the download/,
    );
    expect(readFileSync(path, 'utf8')).toBe('before');
    const right = createHash('sha512').update('bytes').digest('hex');
    await download({ checksum: { algorithm: 'sha512', value: right } });
    expect(readFileSync(path, 'utf8')).toBe('bytes');
    expect(readdirSync(scratch).filter((name) => name.startsWith(`${tool} file.`))).toEqual([]);
  });

  it('fails for a file the server has not', async () => {
    await expect(download({ name: 'missing' })).rejects.toThrow(/404/);
  });
});
