import { expect, it } from 'vitest';
import { pause } from '../../modules/pause.ts';
import { planOf, valuesOf } from '../support/run-module.ts';

it.each([
  { params: { seconds: 1.5 }, step: { until: { kind: 'time' }, timeoutMs: 1500 } },
  {
    params: { minutes: 2, prompt: 'wait' },
    step: { until: { kind: 'time' }, timeoutMs: 120_000, summary: 'wait' },
  },
  { params: {}, step: { until: { kind: 'input', prompt: 'Press Enter to continue', echo: true } } },
  {
    params: { prompt: 'name', echo: false },
    step: { until: { kind: 'input', prompt: 'name', echo: false } },
  },
])('waits for $params', ({ params, step }) => {
  expect(planOf(pause, params, {}).steps).toMatchObject([{ kind: 'wait', ...step }]);
});

it('refuses two times', () => {
  expect(() => planOf(pause, { seconds: 1, minutes: 1 }, {})).toThrow(/together/);
});

it('registers what was typed and how long it took', () => {
  const values = valuesOf(pause, { prompt: 'name' }, {}, [{ input: 'yes', durationMs: 2100 }]);
  expect(values).toEqual({ user_input: 'yes', delta: 2, stdout: 'Paused for 2 seconds', echo: true });
});
