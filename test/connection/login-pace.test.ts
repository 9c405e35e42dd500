import { describe, expect, it } from 'vitest';
import { LoginPace, limitFor } from '../../src/connection/login-pace.ts';

/** A login that ends when told to. */
function pending(): { login: () => Promise<void>; end: () => void; started: () => boolean } {
  let isStarted = false;
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const login = (): Promise<void> => {
    isStarted = true;
    return ended;
  };
  return { login, end, started: () => isStarted };
}

describe('the pace of logins', () => {
  it.each([
    [0.1, 10, 8],
    [1, 10, 8],
    [20, 10, 26],
    [80, 10, 50],
    [80, 100, 15],
    [1000, 5, 50],
  ])('at %d ms to the hosts and %d ms of work a login, %d are under way', (roundTripMs, cpuMs, limit) => {
    expect(limitFor(roundTripMs, cpuMs)).toBe(limit);
  });

  it('begins with as many as one sshd takes, and lets the next ones in when there are fewer', async () => {
    const pace = new LoginPace();
    const logins = Array.from({ length: 14 }, pending);
    const runs = logins.map(({ login }) => pace.run(login));
    const begun = async (): Promise<number> => {
      await new Promise((resolve) => setImmediate(resolve));
      return logins.filter(({ started }) => started()).length;
    };
    const counts = [await begun()];
    for (const { end } of logins.slice(0, 5)) {
      end();
      counts.push(await begun());
    }
    expect(counts).toEqual([10, 10, 10, 11, 12, 13]);
    for (const { end } of logins) end();
    await Promise.all(runs);
  });

  it('lets others in beside hosts that do not answer', async () => {
    const pace = new LoginPace();
    const silent = Array.from({ length: 10 }, pending);
    const runs = silent.map(({ login }) => pace.run(login));
    const next = pending();
    next.end();
    await pace.run(next.login);
    expect(next.started()).toBe(true);
    for (const { end } of silent) end();
    await Promise.all(runs);
  });

  it('gives the slot of a failed login to the next', async () => {
    const pace = new LoginPace();
    const failing = Array.from({ length: 20 }, () => pace.run(() => Promise.reject(new Error('refused'))));
    const ended = await Promise.allSettled(failing);
    expect(ended.every(({ status }) => status === 'rejected')).toBe(true);
    await expect(pace.run(async () => 'in')).resolves.toBe('in');
  });
});
