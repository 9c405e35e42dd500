import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { mountStep, reloadStep, unmountStep } from '../../../modules/lib/mount-steps.ts';

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'it is held-')));
let holder: ChildProcess | undefined;

afterEach(() => {
  holder?.kill();
});

it('says which process holds what cannot be unmounted', async () => {
  const held = spawn('sh', ['-c', 'echo ready; read -r line'], { cwd: directory });
  holder = held;
  await new Promise((resolve) => held.stdout.once('data', resolve));
  const { status, stderr } = run(unmountStep(directory, 'h:/data', 30).script);
  expect(status).not.toBe(0);
  expect(stderr).toContain(`held by process ${held.pid} (sh -c echo ready; read -r line ): ${directory}`);
});

it('says so where no process holds it', () => {
  const { stderr } = run(unmountStep(directory, 'h:/data', 30).script);
  expect(stderr).toContain('no process holds it');
  rmSync(directory, { recursive: true });
});

it('ends a mount that hangs, and asks whether the server answers', () => {
  const argv = ['sleep', '60'];
  const { status, stderr } = run(
    mountStep({ path: '/mnt', src: 'storage:/data', fstype: 'nfs', argv, timeout: 1 }).script,
  );
  expect(status).toBe(124);
  expect(stderr).toContain('mounting did not end within 1 s: does storage answer?');
});

it('passes on how mounting ended', () => {
  const argv = ['sh', '-c', 'echo no >&2; exit 32'];
  const ended = run(mountStep({ path: '/mnt', src: 'x', fstype: 'ext4', argv, timeout: 5 }).script);
  expect([ended.status, ended.stderr]).toEqual([32, 'no\n']);
});

it('is plain sh', () => {
  const script = reloadStep(5).script ?? '';
  expect(spawnSync('sh', ['-n'], { input: script }).status).toBe(0);
});

function run(script: string | undefined): { status: number | null; stderr: string } {
  return spawnSync('sh', ['-c', script ?? 'exit 99'], { encoding: 'utf8' });
}
