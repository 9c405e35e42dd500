import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { drainedScript } from '../../modules/lib/drained.ts';
import { waitFor } from '../../modules/wait_for.ts';
import { planOf, valuesOf } from '../support/run-module.ts';

describe('plan', () => {
  it.each([
    { params: { port: 80 }, until: { kind: 'port', address: '127.0.0.1', port: 80, state: 'open' } },
    {
      params: { port: 80, host: 'db', state: 'stopped' },
      until: { kind: 'port', address: 'db', port: 80, state: 'closed' },
    },
    { params: { port: 22, search_regex: '^SSH' }, until: { kind: 'port', state: 'open', regex: '^SSH' } },
    { params: { path: '/f' }, until: { kind: 'path', path: '/f', state: 'present' } },
    { params: { path: '/f', state: 'absent' }, until: { kind: 'path', path: '/f', state: 'absent' } },
    { params: { path: '/f', search_regex: '(?P<a>x)' }, until: { kind: 'path', regex: '(?<a>x)' } },
    { params: { timeout: 5 }, until: { kind: 'time' } },
    {
      params: { port: 80, state: 'drained' },
      until: { kind: 'command', script: expect.stringContaining(':0050$/') },
    },
  ])('$params', ({ params, until }) => {
    expect(planOf(waitFor, params, {}).steps).toMatchObject([{ kind: 'wait', until }]);
  });

  it('hands over the times', () => {
    const params = { port: 80, timeout: 9, delay: 2, sleep: 3, msg: 'no luck' };
    expect(planOf(waitFor, params, {}).steps).toMatchObject([
      { timeoutMs: 9000, delayMs: 2000, intervalMs: 3000, failMessage: 'no luck' },
    ]);
  });

  it.each([
    { port: 1, path: '/f' },
    { state: 'drained', path: '/f' },
  ])('refuses %o', (params) => {
    expect(() => planOf(waitFor, params, {})).toThrow(/together|needs a port/);
  });

  it('refuses a pattern with flags the engine does not use', () => {
    expect(() => planOf(waitFor, { path: '/f', search_regex: '(?i)x' }, {})).toThrow(/flags/);
  });

  it('registers how long it took', () => {
    expect(valuesOf(waitFor, { port: 80 }, {}, [{ durationMs: 2900 }])).toEqual({
      elapsed: 2,
      port: 80,
      state: 'started',
    });
  });
});

describe('drained', () => {
  // /proc/net/tcp of a Linux 6.1: a listener on 3306, a client from 10.0.0.2, a closed one.
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0CEA 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
   1: 0100007F:0CEA 0200000A:D431 01 00000000:00000000 00:00000000 00000000     0        0 2 1
   2: 0100007F:0CEB 0300000A:D431 07 00000000:00000000 00:00000000 00000000     0        0 3 1
`;
  const left = (script: string): boolean => {
    const text = script.replace('cat /proc/net/tcp /proc/net/tcp6 2>/dev/null', 'cat');
    try {
      execFileSync('sh', ['-c', text], { input: table });
      return false;
    } catch {
      return true;
    }
  };

  it.each([
    { name: 'a connection is left', script: drainedScript('0.0.0.0', 3306, []), result: true },
    {
      name: 'a connection to the address is left',
      script: drainedScript('127.0.0.1', 3306, []),
      result: true,
    },
    { name: 'none to another address', script: drainedScript('10.0.0.1', 3306, []), result: false },
    { name: 'none but an excluded one', script: drainedScript('0.0.0.0', 3306, ['10.0.0.2']), result: false },
    { name: 'a closed one does not count', script: drainedScript('0.0.0.0', 3307, []), result: false },
    { name: 'no such port', script: drainedScript('0.0.0.0', 80, []), result: false },
  ])('$name', ({ script, result }) => {
    expect(left(script)).toBe(result);
  });

  it('refuses names to exclude', () => {
    expect(() => drainedScript('0.0.0.0', 80, ['db'])).toThrow(/IPv4/);
  });
});
