import { expect, test } from 'vitest';
import { createJsonReport } from '../../src/report/json.ts';
import { Redactor } from '../../src/util/redact.ts';

test('writes one line for each event, with its time and without secrets', () => {
  const redactor = new Redactor();
  redactor.add('hunter2hunter2');
  const lines: string[] = [];
  const emit = createJsonReport(
    (text) => lines.push(text),
    redactor,
    () => 0,
  );
  emit({ event: 'warning', message: 'line\nbreak hunter2hunter2' });
  emit({ event: 'play_end', playId: 'p1' });
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).toMatch(/^\{[^\n]*\}\n$/);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    time: '1970-01-01T00:00:00.000Z',
    event: 'warning',
    message: expect.stringMatching(/^line\nbreak (?!hunter)/),
  });
});
