import { describe, expect, it } from 'vitest';
import { parseTime } from './process-figures.ts';

describe('parseTime', () => {
  it('reads seconds and kibibytes', () => {
    expect(parseTime('1.52 0.31 92808\n')).toEqual({ userMs: 1520, systemMs: 310, maxRssKiB: 92808 });
  });

  it('minds no line about the exit status', () => {
    const text = 'Command exited with non-zero status 2\n0.05 0.01 40320\n';
    expect(parseTime(text)).toEqual({ userMs: 50, systemMs: 10, maxRssKiB: 40320 });
  });

  it('refuses what time did not write', () => {
    expect(() => parseTime('real 0m1.5s')).toThrow('not what time writes');
  });
});
