// The program of the container, run as it runs there.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { bundleHarbor2 } from '../lab/harbor2/build.ts';

const folder = mkdtempSync(join(tmpdir(), 'harbor2-container-'));
const running: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
  rmSync(folder, { recursive: true });
});

async function run(password: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const env = {
    ...process.env,
    HARBOR_PORT: '0',
    HARBOR_DATA: join(folder, 'data'),
    HARBOR_ADMIN_PASSWORD: password,
  };
  const child = spawn(process.execPath, [join(folder, 'harbor2.mjs')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  };
  running.push(stop);
  for await (const line of createInterface(child.stdout)) {
    const port = /^Harbor v2\.15\.2-\w+ at http:\/\/0\.0\.0\.0:(\d+)$/.exec(line)?.[1];
    if (port !== undefined) return { url: `http://127.0.0.1:${port}`, stop };
  }
  throw new Error('it ended without a word');
}

it('keeps its state over a stop and a start', async () => {
  writeFileSync(join(folder, 'harbor2.mjs'), await bundleHarbor2());
  const login = `Basic ${Buffer.from('admin:First1234').toString('base64')}`;
  const headers = { authorization: login, 'content-type': 'application/json' };
  const first = await run('First1234');
  const body = JSON.stringify({ project_name: 'example' });
  const made = await fetch(`${first.url}/api/v2.0/projects`, { method: 'POST', headers, body });
  expect(made.status).toBe(201);
  await first.stop();
  const second = await run('Second1234');
  const { status } = await fetch(`${second.url}/api/v2.0/projects/example`, { headers });
  expect(status).toBe(200);
});
