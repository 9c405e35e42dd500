import { describe, expect, it } from 'vitest';
import { command } from '../../modules/command.ts';
import { shell } from '../../modules/shell.ts';
import { Unknown } from '../../src/module/index.ts';
import { fakeHost } from '../support/fake-host.ts';
import { execResult, planOf, readAndPlan, readOf, valuesOf } from '../support/run-module.ts';

const wanted = { createsExists: false, removesExists: true, now: Date.UTC(2026, 0, 2, 3, 4, 5) };

describe('command', () => {
  it.each([
    {
      name: 'splits cmd into words',
      params: { cmd: "echo 'a b' $HOME *" },
      argv: ['echo', 'a b', '$HOME', '*'],
    },
    { name: 'takes argv as it is', params: { argv: ['echo', 'a b', 3] }, argv: ['echo', 'a b', '3'] },
  ])('$name', ({ params, argv }) => {
    expect(planOf(command, params, wanted).steps).toMatchObject([{ kind: 'run', user: true, argv }]);
  });

  it('hands over directory and standard input, with a line end unless told otherwise', () => {
    const params = { cmd: 'cat', chdir: '/srv', stdin: 'x' };
    expect(planOf(command, params, wanted).steps).toMatchObject([{ cwd: '/srv', stdin: { text: 'x\n' } }]);
    const bare = { ...params, stdin_add_newline: false };
    expect(planOf(command, bare, wanted).steps).toMatchObject([{ stdin: { text: 'x' } }]);
  });

  it.each([
    { name: 'neither cmd nor argv', params: {} },
    { name: 'both', params: { cmd: 'a', argv: ['a'] } },
    { name: 'an empty line', params: { cmd: ' ' } },
    { name: 'an open quote', params: { cmd: "echo 'a" } },
  ])('refuses $name', ({ params }) => {
    expect(() => planOf(command, params, wanted)).toThrow();
  });

  it.each([
    { creates: '/a', runs: false },
    { creates: '/missing', runs: true },
    { removes: '/a', runs: true },
    { removes: '/missing', runs: false },
    { creates: 'a', chdir: '/', runs: false },
  ])('minds its guards: %o', async ({ runs, ...guards }) => {
    const plan = await readAndPlan(command, { cmd: 'x', ...guards }, fakeHost({ files: { '/a': '' } }));
    expect(plan.steps).toHaveLength(runs ? 1 : 0);
    if (!runs)
      expect(plan.values).toMatchObject({ rc: 0, stdout: expect.stringContaining('skipped, since') });
  });

  it('looks a glob up with the shell, everything but the pattern quoted', async () => {
    const host = fakeHost({ scripts: [[/for found in/, { exitCode: 0 }]] });
    expect(await readOf(command, { cmd: 'x', creates: '/o p/*.sql;' }, host)).toMatchObject({
      createsExists: true,
    });
    expect(host.calls[0]).toContain('for found in /o\\ p/*.sql\\;; do');
  });

  it('predicts what creates and removes promise', () => {
    const params = { cmd: 'x', chdir: '/srv', creates: 'new', removes: '/old' };
    expect(planOf(command, params, wanted).steps[0]?.predicts).toEqual([
      { kind: 'path', path: '/srv/new', type: 'file' },
      { kind: 'path', path: '/old', type: 'absent' },
    ]);
  });

  it('registers exit code, output and times', () => {
    const exec = execResult({ exitCode: 2, stdout: 'a\nb\n\n', stderr: 'no\r\n' });
    expect(valuesOf(command, { cmd: 'x y' }, wanted, [{ status: 'failed', exec }])).toEqual({
      cmd: ['x', 'y'],
      rc: 2,
      stdout: 'a\nb',
      stdout_lines: ['a', 'b'],
      stderr: 'no',
      stderr_lines: ['no'],
      start: '2026-01-02 03:04:05.000000',
      end: '2026-01-02 03:04:06.500000',
      delta: '0:00:01.500000',
      msg: 'non-zero return code',
    });
    const kept = valuesOf(command, { cmd: 'x', strip_empty_ends: false }, wanted, [{ exec }]);
    expect(kept['stdout']).toBe('a\nb\n\n');
  });

  it('registers no exit code where it could not be started', () => {
    expect(valuesOf(command, { cmd: 'x' }, wanted, [{ status: 'failed' }])).toEqual({ cmd: ['x'] });
  });

  it('registers unknown values where it was only simulated', () => {
    const values = valuesOf(command, { cmd: 'x' }, wanted, [], true);
    expect(values['rc']).toBeInstanceOf(Unknown);
    expect(values['stdout_lines']).toBeInstanceOf(Unknown);
  });
});

describe('shell', () => {
  it('runs the text as it is, by the chosen shell', () => {
    const params = { cmd: 'a | b\nc', executable: '/bin/bash' };
    expect(planOf(shell, params, wanted).steps).toMatchObject([
      { kind: 'run', script: 'a | b\nc', executable: '/bin/bash', user: true, summary: 'run a | b ; c' },
    ]);
  });
});
