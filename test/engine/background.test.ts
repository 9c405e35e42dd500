import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Unknown } from '../../src/model/index.ts';
import { defineModule } from '../../src/module/index.ts';
import { runTasks } from './run-world.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mooring-background-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const waiting = `
- name: wait
  async_status: {jid: '{{ job.ansible_job_id }}'}
  register: done
  until: done is finished
  retries: 100
  delay: 0.1
`;

describe('async with poll: 0', () => {
  it('starts a command, goes on, and finds its result later', async () => {
    const run = await runTasks(
      `
- name: start
  shell: sleep 1; echo "$WORD"; exit 0
  environment: {WORD: made}
  async: 60
  poll: 0
  register: job
- name: first look
  async_status: {jid: '{{ job.ansible_job_id }}'}
  register: look
- name: flags
  assert:
    that: [job is started, job is not finished, look is not finished, look.rc is undefined]
${waiting}
- name: flags afterwards
  assert:
    that: [done is finished, done is started, done.stdout == 'made', done.rc == 0, done is changed == false]
- name: clean
  async_status: {jid: '{{ job.ansible_job_id }}', mode: cleanup}
`,
      { root, speculate: true },
    );
    expect(run.outcomes).toEqual([
      'h1 start: changed',
      'h1 first look: ok',
      'h1 flags: ok',
      'h1 wait: ok',
      'h1 flags afterwards: ok',
      'h1 clean: changed',
    ]);
    const { values } = run.result('start');
    expect(values).toMatchObject({ started: 1, finished: 0, changed: true, failed: false });
    expect(values['ansible_job_id']).toMatch(/^j[0-9a-f]{24}$/);
    expect(values['results_file']).toBe(`${root}/mooring-job-${values['ansible_job_id']}/out`);
    expect(values['stdout']).toBeUndefined();
    expect(readdirSync(root).filter((name) => name.startsWith('mooring'))).toEqual([]);
  });

  it('fails where the command failed, in the task that asks', async () => {
    const run = await runTasks(
      `
- name: start
  shell: echo half; echo why >&2; exit 5
  async: 60
  poll: 0
  register: job
${waiting}`,
      { root, speculate: true },
    );
    expect(run.outcomes).toEqual(['h1 start: changed', 'h1 wait: failed']);
    expect(run.result('wait').values).toMatchObject({ rc: 5, stdout: 'half', stderr: 'why', finished: 1 });
    expect(run.result('wait').message).toBe('non-zero return code: 5');
  });

  it('starts a job for each item of a loop', async () => {
    const run = await runTasks(
      `
- name: start
  command: 'echo {{ item }}'
  async: 60
  poll: 0
  loop: [a, b, c]
  register: jobs
- name: wait
  async_status: {jid: '{{ item.ansible_job_id }}'}
  loop: '{{ jobs.results }}'
  loop_control: {label: '{{ item.item }}'}
  register: done
  until: done is finished
  retries: 100
  delay: 0.1
- name: all there
  assert: {that: "done.results | map(attribute='stdout') | join('') == 'abc'"}
`,
      { root, speculate: true },
    );
    expect(run.outcomes).toEqual(['h1 start: changed', 'h1 wait: ok', 'h1 all there: ok']);
  });

  it('hands the files and the input of a command to its job', async () => {
    const run = await runTasks(
      `
- name: start
  script: {cmd: greet.sh again, stdin: from stdin}
  async: 60
  poll: 0
  register: job
${waiting}`,
      {
        root,
        speculate: true,
        files: { 'greet.sh': '#!/bin/sh\nsleep 0.3; echo "$1"; cat; cat "$0" | wc -l\n' },
      },
    );
    expect(run.result('wait').message).toBeUndefined();
    expect(run.result('wait').values['stdout_lines']).toEqual(['again', 'from stdin', '2']);
  });

  it('has nothing to wait for where nothing had to be done', async () => {
    const run = await runTasks(
      `
- name: start
  command: {cmd: 'false', creates: /}
  async: 60
  poll: 0
  register: job
${waiting}
- name: clean
  async_status: {jid: '{{ job.ansible_job_id }}', mode: cleanup}
`,
      { root },
    );
    expect(run.outcomes).toEqual(['h1 start: ok', 'h1 wait: ok', 'h1 clean: ok']);
    expect(run.result('wait').values).toMatchObject({ finished: 1, started: 1 });
  });

  it('refuses, before anything is sent, a plan that needs to be watched', async () => {
    const twice = defineModule({
      name: 'twice',
      summary: 'Two commands, or one and another look.',
      kind: 'action',
      background: true,
      params: { type: 'object', properties: { again: { type: 'boolean', default: false } } },
      examples: '',
      read: async () => ({}),
      plan: ({ again }) => ({
        replan: again,
        steps: [true, false]
          .slice(again ? 1 : 0)
          .map(() => ({ kind: 'run', argv: ['set', 'a', '1'], summary: 's' })),
      }),
    });
    const run = await runTasks(
      `
- name: two
  twice: {}
  async: 5
  poll: 0
  ignore_errors: true
- name: again
  twice: {again: true}
  async: 5
  poll: 0
`,
      { modules: [twice], reply: () => ({}) },
    );
    expect(run.outcomes).toEqual(['h1 two: failed (ignored)', 'h1 again: failed']);
    expect(run.result('two').message).toMatch(/more than one command.*poll above 0/);
    expect(run.result('again').message).toMatch(/decided by what its first command finds/);
    expect(run.scripts('h1')).toEqual([]);
  });

  it('in check mode is simulated: what is built on it is decided at run time', async () => {
    const run = await runTasks(
      `
- name: start
  command: make it
  async: 60
  poll: 0
  register: job
${waiting}
- name: hangs on it
  debug: {msg: x}
  when: done is finished
`,
      { check: true },
    );
    expect(run.outcomes).toEqual(['h1 start: changed', 'h1 wait: unknown', 'h1 hangs on it: unknown']);
    expect(run.result('start').values['ansible_job_id']).toBeInstanceOf(Unknown);
    expect(run.result('start').values['finished']).toBeInstanceOf(Unknown);
    expect(run.scripts('h1')).toEqual([]);
  });
});

describe('async with a poll above 0', () => {
  it('waits for the command, and tells of it meanwhile', async () => {
    const progress: string[] = [];
    const run = await runTasks('- name: slow\n  shell: sleep 1; echo made\n  async: 60\n  poll: 0.2\n', {
      ...{ root, speculate: true },
      emit: (event) => {
        if (event.event === 'output' && event.stream === 'progress') progress.push(event.text);
      },
    });
    expect(run.result('slow').values).toMatchObject({
      ...{ stdout: 'made', rc: 0, started: 1, finished: 1, ansible_job_id: 'j0', changed: true },
    });
    expect(progress[0]).toBe('run sleep 1; echo made: under way for 0 s of 60 s');
  });

  it('is killed when its time is over', async () => {
    const run = await runTasks('- name: slow\n  shell: echo half; sleep 60\n  async: 1\n  poll: 5\n', {
      root,
      speculate: true,
    });
    expect(run.outcomes).toEqual(['h1 slow: failed']);
    expect(run.result('slow').message).toBe('async task did not complete within 1 s');
    expect(run.result('slow').values).toMatchObject({ timedout: { period: 1 }, stdout: 'half\n'.trim() });
  });

  it('async: 0 is no async', async () => {
    const run = await runTasks('- name: plain\n  command: echo x\n  async: 0\n', { root });
    expect(run.result('plain').values['finished']).toBeUndefined();
  });
});

describe('reading ahead', () => {
  const tasks = (async: string): string => `
- name: start
  command: ask
  changed_when: false
  check_mode: false
  register: job
${async}
- name: a
  thing: {name: a, value: x}
- name: b
  thing: {name: b, value: x}
`;

  it('takes nothing for read behind a job that is under way', async () => {
    const started = await runTasks(tasks('  async: 60\n  poll: 0'), {
      things: { 'h1/a': 'x', 'h1/b': 'x' },
      reply: (_host, { script }) =>
        script.includes('mooring-job') ? { stdout: '/tmp/mooring-job-x\n' } : { stdout: 'x' },
    });
    expect(started.outcomes).toEqual(['h1 start: ok', 'h1 a: ok', 'h1 b: ok']);
    expect(started.scripts('h1').slice(1)).toEqual(['look a', 'look b']);
  });
});
