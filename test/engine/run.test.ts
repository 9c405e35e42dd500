import { describe, expect, it } from 'vitest';
import { runYaml } from './run-yaml.ts';

const pong = { stdout: 'pong' };

describe('runPlaybooks', () => {
  it('runs a task on every host and ends with the recap', async () => {
    const run = await runYaml(
      `
- name: greet
  hosts: all
  tasks:
    - name: look
      ping:
`,
      { hosts: ['h1', 'h2'], reply: () => pong },
    );
    expect(run.exitCode).toBe(0);
    expect(run.outcomes.toSorted()).toEqual(['h1 look: ok', 'h2 look: ok']);
    expect(run.result('look').values).toMatchObject({ ping: 'pong', changed: false });
    expect(run.recap('h1')).toBe('ok=1');
    expect(run.events.at(0)?.event).toBe('run_start');
    expect(run.events.at(-1)?.event).toBe('recap');
  });

  it('drops an unreachable host from the run and goes on with the others', async () => {
    const run = await runYaml(
      `
- hosts: all
  tasks:
    - name: first
      ping:
    - name: second
      ping:
- hosts: all
  tasks:
    - name: third
      ping:
`,
      { hosts: ['h1', 'h2'], unreachable: ['h2'], reply: () => pong },
    );
    expect(run.exitCode).toBe(4);
    expect(run.outcomes.toSorted()).toEqual([
      'h1 first: ok',
      'h1 second: ok',
      'h1 third: ok',
      'h2 first: unreachable',
    ]);
    expect(run.recap('h2')).toBe('unreachable=1');
  });

  it('sends a command as a step and fails the host on a non-zero exit', async () => {
    const run = await runYaml(
      `
- hosts: all
  tasks:
    - name: works
      command: /bin/good
      register: good
    - name: shows
      debug:
        var: good.stdout
    - name: breaks
      command: /bin/bad
    - name: never
      command: /bin/good
`,
      {
        reply: (_, { script }) =>
          script.includes('/bin/bad') ? { exitCode: 3, stderr: 'no luck\n' } : { stdout: 'fine\n' },
      },
    );
    expect(run.exitCode).toBe(2);
    expect(run.outcomes).toEqual(['h1 works: changed', 'h1 shows: ok', 'h1 breaks: failed']);
    expect(run.result('shows').values).toMatchObject({ 'good.stdout': 'fine' });
    expect(run.result('breaks')).toMatchObject({ message: 'exit code 3: no luck', values: { rc: 3 } });
    expect(run.recap('h1')).toBe('ok=2 changed=1 failed=1');
  });
});
