import type { Emit, RunEvent } from '../model/event.ts';
import type { Redactor } from '../util/redact.ts';

/**
 * Writes each event as one line of JSON (NDJSON) with the time it was written; the last line of a run
 * is its `recap`. The schema is docs/output-json.md.
 *
 * @param write receives whole lines, newline included
 * @param redactor masks secrets
 * @param now clock, milliseconds since 1970
 */
export function createJsonReport(
  write: (text: string) => void,
  redactor: Redactor,
  now: () => number = Date.now,
): Emit {
  return (event: RunEvent) => {
    const line = { time: new Date(now()).toISOString(), ...redactor.value(event) };
    write(`${JSON.stringify(line)}\n`);
  };
}
