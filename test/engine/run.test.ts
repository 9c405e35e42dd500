import { describe, expect, it } from 'vitest';
import { ping } from '../../modules/ping.ts';
import { CommandError, ConnectionError } from '../../src/model/index.ts';
import { runYaml } from './run-yaml.ts';

const pong = { stdout: 'pong' };
/** `ping` is never read ahead, since its answer is about this moment. */
const steadyPing = { ...ping, volatile: false };

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

  it('calls a host that is lost during a step unreachable, and says what was under way', async () => {
    const run = await runYaml(
      `
- hosts: all
  tasks:
    - name: cut
      command: pull the plug
    - name: never
      command: on it goes
`,
      {
        hosts: ['h1', 'h2'],
        reply: (host, { script }) => {
          if (host === 'h1' && script.includes('plug')) throw new ConnectionError('the line went dead');
          return {};
        },
      },
    );
    expect(run.result('cut', 'h1')).toMatchObject({
      outcome: 'unreachable',
      message: 'the line went dead, during: run pull the plug',
    });
    expect(run.outcomes).toContain('h2 never: changed');
    expect(run.exitCode).toBe(4);
  });

  it('reads again in its turn what went wrong ahead of it', async () => {
    let reads = 0;
    const run = await runYaml(
      `
- hosts: all
  tasks:
    - ping:
    - name: shaky
      ping:
`,
      {
        speculate: true,
        modules: [steadyPing],
        reply: () => {
          reads++;
          if (reads === 2) throw new CommandError('hiccup');
          return { stdout: 'pong' };
        },
      },
    );
    expect(run.outcomes).toEqual(['h1 ping: ok', 'h1 shaky: ok']);
    expect(reads).toBe(3);
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
