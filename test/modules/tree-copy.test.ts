import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { treeCopy } from '../../modules/tree_copy.ts';
import type { Plan, StreamStep } from '../../src/module/index.ts';
import { type FakeHost, fakeHost } from '../support/fake-host.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mooring-tree-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Both hosts are this machine; scripts really run. */
function hosts(): FakeHost {
  const answer = (text: string, options: { readonly env?: Readonly<Record<string, string>> }) => {
    const result = spawnSync('sh', ['-c', text], { env: { PATH: process.env['PATH'], ...options.env } });
    return {
      exitCode: result.status ?? 255,
      stdout: result.stdout.toString(),
      stderr: result.stderr.toString(),
    };
  };
  return fakeHost({ answer, hosts: { old: fakeHost({ answer }) } });
}

async function planNow(): Promise<Plan> {
  const params = { src: join(root, 'src'), src_host: 'old', dest: join(root, 'dest'), timeout: 60 };
  return treeCopy.plan(params, await treeCopy.read(hosts(), params)) as Plan;
}

function carryOut(step: StreamStep): void {
  const stage = step.from.stage?.[0]?.content;
  mkdirSync(join(root, 'stage'), { recursive: true });
  writeFileSync(join(root, 'stage/list'), stage && 'text' in stage ? stage.text : '');
  const script = `{ ${step.from.script}; } | { ${step.to.script}; }`;
  const env = { PATH: process.env['PATH'], MOORING_STAGE: join(root, 'stage') };
  expect(spawnSync('sh', ['-c', script], { env }).stderr.toString()).toBe('');
}

test('copies what is missing or different, then has nothing to do', async () => {
  mkdirSync(join(root, 'src/sub dir'), { recursive: true });
  writeFileSync(join(root, 'src/same'), 'same');
  writeFileSync(join(root, 'src/sub dir/new'), 'new');
  writeFileSync(join(root, 'src/link'), 'sha256:aaaa');
  mkdirSync(join(root, 'dest'));
  writeFileSync(join(root, 'dest/same'), 'same');
  writeFileSync(join(root, 'dest/link'), 'sha256:bbbb');
  writeFileSync(join(root, 'dest/own'), 'stays');

  const plan = await planNow();
  expect(plan.values).toEqual({ files: 3, missing: 2 });
  carryOut(plan.steps[0] as StreamStep);

  expect(readFileSync(join(root, 'dest/link'), 'utf8')).toBe('sha256:aaaa');
  expect(readFileSync(join(root, 'dest/sub dir/new'), 'utf8')).toBe('new');
  expect(readFileSync(join(root, 'dest/own'), 'utf8')).toBe('stays');
  expect((await planNow()).steps).toEqual([]);
});

test('a source that is not there is a failure', async () => {
  expect((await planNow()).failure).toMatch(/there is no directory .*src on old/);
});
