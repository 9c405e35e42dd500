import { describe, expect, it } from 'vitest';
import { runPlays } from './run-world.ts';

const play = (strategy: string) => `
- hosts: all
  strategy: ${strategy}
  tasks:
    - name: one
      thing: {name: a, value: x}
      notify: tell
    - name: two
      thing: {name: b, value: x}
      failed_when: inventory_hostname == 'h2'
    - name: three
      debug: {msg: x}
  handlers:
    - name: tell
      debug: {msg: x}
`;

const hosts = ['h1', 'h2', 'h3', 'h4', 'h5'];

/** The largest number of hosts that had begun and not ended, going by the order of events. */
async function mostUnderWay(strategy: string, forks: number): Promise<number> {
  const run = await runPlays(play(strategy), { hosts, forks, speculate: true });
  const begun = new Set<string>();
  let most = 0;
  const lastOf = new Map<string, number>();
  for (const [index, event] of run.events.entries())
    if (event.event === 'result') lastOf.set(event.host, index);
  for (const [index, event] of run.events.entries()) {
    if (event.event === 'host_start') begun.add(event.host);
    most = Math.max(most, begun.size);
    if (event.event === 'result' && lastOf.get(event.host) === index) begun.delete(event.host);
  }
  expect(lastOf.size).toBe(hosts.length);
  expect(begun.size).toBe(0);
  return most;
}

describe('strategy host_pinned', () => {
  it.each([1, 2, 3])('never has more than %i hosts on their way', async (forks) => {
    expect(await mostUnderWay('host_pinned', forks)).toBe(forks);
  });

  it('is what free does not do', async () => {
    expect(await mostUnderWay('free', 2)).toBeGreaterThan(2);
  });

  it('goes on to the end of the play with a host before the next one begins', async () => {
    const run = await runPlays(play('host_pinned'), { hosts: ['h1', 'h2', 'h3'], forks: 1 });
    expect(run.outcomes).toEqual([
      ...['h1 one: changed', 'h1 two: changed', 'h1 three: ok', 'h1 tell: ok'],
      ...['h2 one: changed', 'h2 two: failed'],
      ...['h3 one: changed', 'h3 two: changed', 'h3 three: ok', 'h3 tell: ok'],
    ]);
  });
});
