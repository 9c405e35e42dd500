import { describe, expect, it } from 'vitest';
import { runTasks } from './run-world.ts';

describe('interruption', () => {
  it('sends no further step, ends with the recap and 99', async () => {
    const stop = new AbortController();
    const run = await runTasks(
      `
- name: one
  command: one
- name: two
  command: two
- name: three
  command: three
`,
      {
        speculate: true,
        signal: stop.signal,
        reply: (_, { script }) => {
          if (script === 'two') stop.abort();
          return {};
        },
      },
    );
    expect(run.outcomes).toEqual(['h1 one: changed', 'h1 two: changed']);
    expect(run.scripts('h1')).toEqual(['one', 'two']);
    expect(run.exitCode).toBe(99);
    expect(run.events.at(-1)).toMatchObject({ event: 'recap', exitCode: 99 });
  });

  it('ends a pause and a retry at once', async () => {
    for (const task of [
      '- pause: {minutes: 5}',
      '- command: ask\n  register: out\n  until: false\n  delay: 300\n  retries: 9',
    ]) {
      const stop = new AbortController();
      const started = Date.now();
      setTimeout(() => stop.abort(), 30);
      const run = await runTasks(task, { speculate: true, signal: stop.signal });
      expect(run.exitCode).toBe(99);
      expect(Date.now() - started).toBeLessThan(5000);
    }
  });
});
