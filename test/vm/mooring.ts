/** The public command, run as a user would, its `--output json` read. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { tryRun } from '../lab/process.ts';
import { root } from './paths.ts';

/** Nothing here takes this long; a run that does hangs. */
const RUN_TIMEOUT_MS = 240_000;

/** One task on one host. */
export interface TaskOutcome {
  readonly host: string;
  readonly outcome: string;
  readonly message: string;
  readonly steps: readonly string[];
}

export interface Finished {
  readonly code: number;
  readonly seconds: number;
  readonly results: readonly TaskOutcome[];
  /** Count of changed tasks per host. */
  readonly changed: Readonly<Record<string, number>>;
  /** For messages of failed checks. */
  readonly output: string;
}

interface RunEvent {
  readonly event?: string;
  readonly host?: string;
  readonly result?: {
    readonly outcome?: string;
    readonly message?: string;
    readonly steps?: readonly string[];
  };
  readonly hosts?: Readonly<Record<string, { readonly changed: number }>>;
}

/**
 * Runs a playbook of this test against the machines.
 * @param playbook its name below test/vm/playbooks, without `.yml`.
 * @param vars extra variables.
 */
export async function mooring(
  playbook: string,
  vars: Readonly<Record<string, unknown>> = {},
  ...options: readonly string[]
): Promise<Finished> {
  const argv = [
    ...[
      process.execPath,
      join(root, 'bin/mooring.js'),
      'run',
      join(root, `test/vm/playbooks/${playbook}.yml`),
    ],
    ...['-i', join(root, 'test/vm/inventory'), '--output', 'json', '-e', JSON.stringify(vars), ...options],
  ];
  const started = Date.now();
  const { code, stdout, stderr } = await tryRun(argv, { timeoutMs: RUN_TIMEOUT_MS });
  const events = stdout.split('\n').flatMap(parseEvent);
  const recap = events.find((event) => event.event === 'recap')?.hosts ?? {};
  return {
    code,
    seconds: (Date.now() - started) / 1000,
    results: events.filter((event) => event.event === 'result').map(outcomeOf),
    changed: Object.fromEntries(Object.entries(recap).map(([host, { changed }]) => [host, changed])),
    output: `exit code ${code}\n${events.map(brief).join('\n')}\n${stderr}`.trim(),
  };
}

/** A run that has to succeed and change exactly so many tasks per host. */
export async function expectChanged(
  run: Promise<Finished>,
  changed: Readonly<Record<string, number>>,
): Promise<void> {
  const finished = await run;
  assert.equal(finished.code, 0, finished.output);
  assert.deepEqual(finished.changed, changed, finished.output);
}

/** A run that has to fail on one host with a message that matches, within so many seconds. */
export async function expectFailure(
  run: Promise<Finished>,
  host: string,
  pattern: RegExp,
  seconds = 240,
): Promise<void> {
  const finished = await run;
  assert.equal(finished.code, 2, finished.output);
  const failed = finished.results.find((result) => result.outcome === 'failed');
  assert.equal(failed?.host, host, finished.output);
  assert.match(failed?.message ?? '', pattern, finished.output);
  assert.ok(finished.seconds < seconds, `it took ${finished.seconds} s, more than ${seconds} s`);
}

function parseEvent(line: string): RunEvent[] {
  return line.startsWith('{') ? [JSON.parse(line)] : [];
}

function outcomeOf({ host = '', result }: RunEvent): TaskOutcome {
  const { outcome = '', message = '', steps = [] } = result ?? {};
  return { host, outcome, message, steps };
}

function brief(event: RunEvent): string {
  return JSON.stringify(event).slice(0, 600);
}
