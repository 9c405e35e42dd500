import { describe, expect, it } from 'vitest';
import { PasswordRefused } from '../../src/connection/become.ts';
import { type Deferred, deferred } from '../../src/connection/deferred.ts';
import { PasswordGate } from '../../src/connection/password-gate.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A gate with attempts that the test ends, in the order they begin. */
function gateWithAttempts() {
  const gate = new PasswordGate();
  const begun: Deferred<string>[] = [];
  const attempt = (key = 'sudo root'): Promise<string> => {
    const passing = gate.pass(key, () => {
      const own = deferred<string>();
      begun.push(own);
      return own.promise;
    });
    passing.catch(() => undefined);
    return passing;
  };
  return { attempt, begun };
}

describe('PasswordGate', () => {
  it('sends a wrong password once, however many want it at the same time or later', async () => {
    const { attempt, begun } = gateWithAttempts();
    const all = [attempt(), attempt(), attempt()];
    await settled();
    expect(begun).toHaveLength(1);
    begun[0]?.reject(new PasswordRefused('sorry'));
    for (const one of all) await expect(one).rejects.toThrow('sorry');
    await expect(attempt()).rejects.toBeInstanceOf(PasswordRefused);
    expect(begun).toHaveLength(1);
  });

  it('lets all go at once when the first has proven it', async () => {
    const { attempt, begun } = gateWithAttempts();
    const all = [attempt(), attempt(), attempt()];
    await settled();
    begun[0]?.resolve('first');
    await settled();
    expect(begun).toHaveLength(3);
    begun[1]?.resolve('second');
    begun[2]?.resolve('third');
    expect(await Promise.all(all)).toEqual(['first', 'second', 'third']);
  });

  it('tries the next alone where the first went wrong for another reason', async () => {
    const { attempt, begun } = gateWithAttempts();
    const [first, second, third] = [attempt(), attempt(), attempt()];
    await settled();
    begun[0]?.reject(new Error('no channel'));
    await expect(first).rejects.toThrow('no channel');
    await settled();
    expect(begun).toHaveLength(2);
    begun[1]?.reject(new PasswordRefused('sorry'));
    await expect(second).rejects.toThrow('sorry');
    await expect(third).rejects.toThrow('sorry');
    expect(begun).toHaveLength(2);
  });

  it('keeps a password that was good once from being sent again after a refusal', async () => {
    const { attempt, begun } = gateWithAttempts();
    const first = attempt();
    begun[0]?.resolve('in');
    await first;
    const second = attempt();
    await settled();
    begun[1]?.reject(new PasswordRefused('changed meanwhile'));
    await expect(second).rejects.toThrow('changed meanwhile');
    await expect(attempt()).rejects.toThrow('changed meanwhile');
    expect(begun).toHaveLength(2);
  });

  it('has one gate for each user and password', async () => {
    const { attempt, begun } = gateWithAttempts();
    void attempt('sudo root');
    void attempt('sudo postgres');
    await settled();
    expect(begun).toHaveLength(2);
  });
});
