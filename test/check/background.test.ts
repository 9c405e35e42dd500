import { describe, expect, test } from 'vitest';
import { checkTasks } from './run-check.ts';

describe('async and poll', () => {
  test.each([
    ['command: make', 5, 0],
    ['shell: make', 5, 3],
    ['script: /bin/true', '"{{ web_port }}"', '"{{ 5 }}"'],
    ['apt: {name: nginx}', 600, 10],
    ['ping:', 0, 0],
  ])('%s may go on by itself', (call, async, poll) => {
    expect(checkTasks(`- ${call}\n  async: ${async}\n  poll: ${poll}\n`)).toEqual([]);
  });

  test.each(['copy: {content: x, dest: /a}', 'debug: {msg: x}', 'include_vars: {dir: .}'])(
    '%s may not',
    (call) => {
      const [module] = call.split(':');
      expect(checkTasks(`- ${call}\n  async: 5\n`)).toEqual([
        `error site.yml:4:14 no-async: "${module}" cannot run with async: it is no command that goes on by itself on the host | leave async and poll out; "timeout" limits how long a task may take`,
      ]);
    },
  );

  test('poll without async says nothing', () => {
    expect(checkTasks('- command: make\n  poll: 5\n')).toEqual([
      'warning site.yml:4:13 poll-alone: poll says nothing without async',
    ]);
  });

  test('an undefined variable in them is found', () => {
    expect(checkTasks('- command: make\n  async: "{{ nothing }}"\n')).toEqual([
      expect.stringContaining('undefined-variable: "nothing" is not defined'),
    ]);
  });

  test('a job is asked by a test, for its numbers are no conditions', () => {
    const ask = (until: string) =>
      checkTasks(`- async_status: {jid: j1}\n  register: job\n  until: ${until}\n  retries: 2\n`);
    expect(ask('job.finished')).toEqual([
      'error site.yml:5:14 bad-value: "job.finished" is the number 0 or 1, and a condition must be true or false | write job is finished',
    ]);
    expect(ask('job is finished')).toEqual([]);
    expect(ask('job.finished == 1')).toEqual([]);
  });
});
