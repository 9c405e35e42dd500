import { defineModule, type JobNote, type JobState, type Plan, type ValueMap } from '../src/module/index.ts';
import { outputValues, timeValues } from './lib/commands.ts';

export const asyncStatus = defineModule({
  name: 'async_status',
  summary: 'Ask for a command that was started with `async` and `poll: 0`, or remove what is left of it.',
  notes: [
    'It asks as the user the command was started as: give it the same `become`.',
    'While the command is under way, `finished` is 0; wait for it with `until: result is finished`. Then the task has its result, and fails where it failed.',
    'Results stay on the host, in a directory that only that user can read, until `mode: cleanup`; those that ended more than a week ago go when that user’s next job ends.',
  ],
  kind: 'action',
  volatile: true,
  params: {
    type: 'object',
    required: ['jid'],
    properties: {
      jid: { type: 'string', description: '`ansible_job_id` of the task that started it.' },
      mode: {
        type: 'string',
        enum: ['status', 'cleanup'],
        default: 'status',
        description: '`cleanup` removes the result of a command that has ended.',
      },
    },
  },
  examples: `
- name: Pull the images while other things are done
  command: docker compose pull
  args:
    chdir: /opt/harbor
  async: 1800
  poll: 0
  register: pull
- name: Wait for the images
  async_status:
    jid: '{{ pull.ansible_job_id }}'
  register: pulled
  until: pulled is finished
  retries: 180
  delay: 10
- name: Remove what is left of it
  async_status:
    jid: '{{ pull.ansible_job_id }}'
    mode: cleanup
`,
  returns: {
    ansible_job_id: 'the `jid`',
    started: 'always 1',
    finished: '1 when the command has ended, else 0',
    results_file: 'file of the host that holds its standard output',
    cmd: 'what was run',
    rc: 'exit code, when it has ended',
    stdout: 'what it wrote to standard output, without the last line ends',
    stderr: 'the same of standard error',
    stdout_lines: '`stdout` as a list of lines',
    stderr_lines: '`stderr` as a list of lines',
    start: 'when it was started, UTC',
    end: 'when it ended, UTC',
    delta: 'how long it took, as h:mm:ss.ffffff',
    msg: 'why it failed',
    erased: 'with `mode: cleanup`: the directory that was removed',
  },
  async read(host, params) {
    return { job: isOver(params.jid) ? undefined : await host.job(params.jid) };
  },
  plan(params, { job }): Plan {
    const { jid, mode } = params;
    const known = { ansible_job_id: jid, started: 1 };
    if (isOver(jid)) return { steps: [], values: { ...known, finished: 1, results_file: '' } };
    if (mode === 'cleanup') return cleanup(jid, job);
    if (!job) {
      const values = { ...known, finished: 1 };
      return { steps: [], values, failure: `there is no job ${jid} of this user` };
    }
    const values = { ...known, results_file: `${job.directory}/out` };
    if (job.status === 'running') return { steps: [], values: { ...values, finished: 0 } };
    const failure = failureOf(job);
    return {
      steps: [],
      values: { ...values, finished: 1, ...resultOf(job) },
      ...(failure === undefined ? {} : { failure }),
    };
  },
});

/** The id of a job that was waited for, or that had nothing to do. */
function isOver(id: string): boolean {
  return id === 'j0';
}

function cleanup(jid: string, job: JobState | undefined): Plan {
  const known = { ansible_job_id: jid };
  if (!job) return { steps: [], values: known };
  if (job.status === 'running') {
    return { steps: [], values: known, failure: `job ${jid} is under way: wait until it is finished` };
  }
  const { directory } = job;
  return {
    steps: [{ kind: 'remove', path: directory, recursive: true, summary: `remove the result of job ${jid}` }],
    values: { ...known, erased: directory },
  };
}

function resultOf(job: JobState): ValueMap {
  return {
    ...cmdOf(job),
    rc: job.exitCode,
    ...outputValues(job, true),
    ...timeValues(job.startedAt, job.endedAt - job.startedAt),
  };
}

function failureOf(job: JobState): string | undefined {
  if (job.status === 'late') {
    const seconds = Math.round((job.endedAt - job.startedAt) / 1000);
    return `async task did not complete in its time: it was killed after ${seconds} s`;
  }
  if (job.status === 'lost')
    return 'the job is gone and left no exit code: it was killed, or the host was restarted';
  const { expect } = noteOf(job);
  if (expect === 'any' || expect.includes(job.exitCode)) return undefined;
  return `non-zero return code: ${job.exitCode}`;
}

function cmdOf(job: JobState): ValueMap {
  const { cmd } = noteOf(job);
  return cmd === undefined ? {} : { cmd };
}

function noteOf(job: JobState): JobNote {
  try {
    const note: Partial<JobNote> = JSON.parse(job.note);
    return { ...note, expect: note.expect ?? [0] };
  } catch {
    return { expect: [0] };
  }
}
