import { type Cases, tasks } from '../case.ts';

const wait = (job: string): string =>
  `- { async_status: { jid: '{{ ${job}.ansible_job_id }}' }, register: done, until: done is finished, retries: 40, delay: 1 }`;

const async: Cases = {
  'fire, go on, and wait for the end': {
    play: tasks(`
- { shell: 'sleep 2; echo late h1 >> {{ log }}', async: 60, poll: 0, register: job }
- { log: between, when: job is started and job is not finished }
${wait('job')}
- { log: after, when: done is finished and done.rc == 0 }
`),
    differs: { row: 'async-status', here: { recap: { h1: 'ok=4 changed=3' } } },
  },
  'the task that asks fails where the job did': {
    play: tasks(`
- { shell: 'echo half; exit 7', async: 60, poll: 0, register: job }
- { async_status: { jid: '{{ job.ansible_job_id }}' }, register: done, until: done is finished, retries: 40, delay: 1, ignore_errors: true }
- { log: '{{ done.rc }}-{{ done.stdout }}', when: done is failed }
- { shell: exit 3, async: 60, poll: 0, register: job }
${wait('job')}
- { log: never }
`),
    differs: { row: 'async-status', here: { recap: { h1: 'ok=4 changed=3 failed=1 ignored=1' } } },
  },
  'a job of each item': {
    play: tasks(`
- { shell: 'echo {{ item }}', async: 60, poll: 0, loop: [a, b], register: jobs }
- { async_status: { jid: '{{ item.ansible_job_id }}' }, loop: '{{ jobs.results }}', register: done, until: done is finished, retries: 40, delay: 1 }
- { log: '{{ item.stdout }}', loop: '{{ done.results }}' }
`),
    differs: { row: 'async-status', here: { recap: { h1: 'ok=3 changed=2' } } },
  },
  'a poll above 0 waits': tasks(`
- { shell: 'sleep 1; echo one h1 >> {{ log }}; echo out', async: 60, poll: 1, register: r }
- { log: '{{ r.stdout }}', when: r is finished and r is changed and r.rc == 0 }
`),
  'a time that is over': {
    play: tasks(`
- { shell: sleep 30, async: 1, poll: 1, register: r, ignore_errors: true }
- { log: cut, when: r is failed }
`),
    differs: { row: 'command-not-ended', here: { recap: { h1: 'ok=2 changed=2 ignored=1' } } },
  },
  'a job is started for nobody who skips it': tasks(`
- { shell: 'echo never h1 >> {{ log }}', async: 60, poll: 0, register: job, when: false }
- { log: skipped, when: job is skipped }
`),
  'the job of nobody': tasks(`
- { async_status: { jid: '123.456' }, register: r, ignore_errors: true }
- { log: none, when: r is failed and r is finished }
`),
  'cleaning up': tasks(`
- { shell: 'true', async: 60, poll: 0, register: job }
${wait('job')}
- { async_status: { jid: '{{ job.ansible_job_id }}', mode: cleanup }, register: one }
- { async_status: { jid: '{{ job.ansible_job_id }}' }, register: two, ignore_errors: true }
- { log: gone, when: one is not failed and two is failed }
`),
  'in check mode': {
    play: tasks(`
- { shell: 'echo never h1 >> {{ log }}', async: 60, poll: 0, register: job, ignore_errors: true }
- { log: end, check_mode: false }
`),
    args: ['--check'],
    differs: { row: 'check-async', here: { recap: { h1: 'ok=2 changed=2' } } },
  },
  'what cannot be a job': {
    play: tasks(`
- { copy: { content: x, dest: '{{ base }}/a' }, async: 60, poll: 0 }
- { log: never }
`),
    differs: { row: 'faults-first', here: { code: 1, recap: {} } },
  },
  'results of other tasks are finished': tasks(`
- { command: 'true', register: r }
- { log: both, when: r is finished and r is started }
`),
};

const timeout: Cases = {
  'cuts a command': {
    play: tasks(`
- { shell: 'echo half; sleep 30', timeout: 1, register: r, ignore_errors: true }
- { log: cut, when: r is failed }
`),
    differs: { row: 'command-not-ended', here: { recap: { h1: 'ok=2 changed=2 ignored=1' } } },
  },
  'no condition makes good what was cut': tasks(`
- { shell: sleep 30, timeout: 1, failed_when: false }
- { log: never }
`),
  'what was cut is not tried again': {
    play: tasks(`
- { shell: 'echo try h1 >> {{ log }}; sleep 30', timeout: 1, until: r is not failed, retries: 2, delay: 0, register: r, ignore_errors: true }
- { log: end }
`),
    differs: { row: 'command-not-ended', here: { recap: { h1: 'ok=2 changed=2 ignored=1' } } },
  },
  'rescue takes it': tasks(`
- block:
    - { shell: sleep 30, timeout: 1 }
    - log: never
  rescue:
    - log: rescued
`),
  'the innermost level counts, and 0 is no limit': `
- hosts: h1
  timeout: 1
  tasks:
    - { shell: sleep 2, timeout: 0 }
    - { shell: sleep 2, timeout: 20 }
    - { log: one }
    - { shell: sleep 20 }
    - { log: never }
`,
};

export const background: Readonly<Record<string, Cases>> = { async, timeout };
