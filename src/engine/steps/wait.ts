import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError, ConnectionError } from '../../model/errors.ts';
import type { ValueMap } from '../../model/value.ts';
import type { WaitCondition, WaitStep } from '../../module/index.ts';
import { checkInterrupted } from '../run-state.ts';
import { scriptText } from '../script-text.ts';
import { limitedTimeout, type StepContext, type StepEnd } from './context.ts';
import { sendRequest } from './request.ts';

/** What one look saw. */
export interface Look {
  readonly holds: boolean;
  /** For the message at the deadline. */
  readonly seen: string;
  /** Why waiting longer is of no use. */
  readonly failure?: string;
  /** To register. */
  readonly values?: ValueMap;
  /** For the next look. */
  readonly keep?: unknown;
}

const defaultIntervalMs = 1000;
const lookTimeoutMs = 30_000;

/** Looks again and again until the condition holds or its time is over. */
export async function waitStep(step: WaitStep, context: StepContext): Promise<StepEnd> {
  const { until } = step;
  if (until.kind === 'input') return waitForInput(until.prompt, until.echo, context);
  const timeoutMs = limitedTimeout(context, step.timeoutMs);
  const cut = timeoutMs < step.timeoutMs ? { timedOut: Math.round(timeoutMs / 1000) } : {};
  if (until.kind === 'time') {
    await pause(timeoutMs, context);
    checkInterrupted(context.run);
    return 'timedOut' in cut ? { ...cut, error: step.summary } : {};
  }
  const deadline = Date.now() + timeoutMs;
  if (step.delayMs) await pause(step.delayMs, context);
  const interval = step.intervalMs ?? defaultIntervalMs;
  let look: Look | undefined;
  for (;;) {
    look = await lookOnce(until, context, Math.max(1, deadline - Date.now()), look);
    const values = look.values === undefined ? {} : { values: look.values };
    if (look.failure !== undefined) return { error: look.failure, ...values };
    if (look.holds) return values;
    checkInterrupted(context.run);
    const left = deadline - Date.now();
    if (left <= 0) return { error: timeUp(step, look, timeoutMs), ...values, ...cut };
    context.output('progress', `${step.summary}: ${look.seen}, ${Math.ceil(left / 1000)} s left`);
    await pause(Math.min(interval, left), context);
  }
}

/** One look at the condition. A port or service that cannot be reached is a look, not an error. */
export async function lookOnce(
  until: WaitCondition,
  context: StepContext,
  leftMs: number,
  before?: Look,
): Promise<Look> {
  const timeoutMs = Math.min(leftMs, lookTimeoutMs);
  switch (until.kind) {
    case 'command':
      return lookByCommand(scriptText(until), context, timeoutMs, before);
    case 'port':
      return lookAtPort(until, context, timeoutMs);
    case 'path':
      return lookAtPath(until, context);
    case 'http':
      return lookByHttp(until, context, timeoutMs);
    case 'look':
      return lookByModule(context, leftMs, before);
    case 'time':
    case 'input':
      return { holds: true, seen: '' };
  }
}

async function lookByCommand(
  script: string,
  context: StepContext,
  timeoutMs: number,
  before?: Look,
): Promise<Look> {
  const connection = await context.target.connection();
  const become = context.target.become ? { become: context.target.become } : {};
  const result = await connection.shell({ script, timeoutMs, locale: 'C', kind: 'read', ...become });
  if (result.timedOut && before) return before;
  const line = (result.stderr.trim() || result.stdout.trim()).split('\n').at(-1);
  return { holds: result.exitCode === 0, seen: `exit code ${result.exitCode}${line ? `: ${line}` : ''}` };
}

async function lookAtPort(
  until: Extract<WaitCondition, { kind: 'port' }>,
  context: StepContext,
  timeoutMs: number,
): Promise<Look> {
  const connection = await context.target.connection();
  const name = `port ${until.port} of ${until.address}`;
  let socket: Duplex;
  try {
    socket = await withDeadline(connection.openTcp(until.address, until.port), timeoutMs);
  } catch (error) {
    // Contact with the host itself is proven by a command: a refused port must not read as a lost host.
    if (error instanceof ConnectionError) await lookByCommand(':', context, timeoutMs);
    return { holds: until.state === 'closed', seen: `${name} is closed` };
  }
  try {
    if (until.state === 'closed') return { holds: false, seen: `${name} is open` };
    if (until.regex === undefined) return { holds: true, seen: `${name} is open` };
    const text = await readUntil(socket, new RegExp(until.regex, 'm'), Math.min(timeoutMs, 5000));
    return { holds: text !== undefined, seen: `${name} has not sent what was looked for` };
  } finally {
    socket.on('error', () => undefined);
    socket.destroy();
  }
}

async function readUntil(socket: Duplex, pattern: RegExp, timeoutMs: number): Promise<string | undefined> {
  const deadline = Date.now() + timeoutMs;
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  while (!pattern.test(text)) {
    const left = deadline - Date.now();
    if (left <= 0 || socket.readableEnded || text.length > 1_000_000) return undefined;
    await Promise.race([once(socket, 'data'), once(socket, 'end'), sleep(left)]).catch(() => undefined);
  }
  return text;
}

async function lookAtPath(
  until: Extract<WaitCondition, { kind: 'path' }>,
  context: StepContext,
): Promise<Look> {
  const reads = await context.target.reads();
  const found = await reads.stat(until.path, { follow: true });
  if (until.state === 'absent') return { holds: found === undefined, seen: `${until.path} is there` };
  if (!found) return { holds: false, seen: `${until.path} is not there` };
  if (until.regex === undefined) return { holds: true, seen: '' };
  const text = (await reads.content(until.path))?.toString('utf8') ?? '';
  return {
    holds: new RegExp(until.regex, 'm').test(text),
    seen: `${until.path} does not match ${until.regex}`,
  };
}

async function lookByHttp(
  until: Extract<WaitCondition, { kind: 'http' }>,
  context: StepContext,
  timeoutMs: number,
): Promise<Look> {
  try {
    const response = await sendRequest({ timeoutMs, ...until.request }, context);
    const body = until.body === undefined || new RegExp(until.body, 'm').test(response.body.toString('utf8'));
    const holds = until.expect.includes(response.status) && body;
    return {
      holds,
      seen: `${until.request.url} answered ${response.status}${body ? '' : ' with another body'}`,
    };
  } catch (error) {
    if (!(error instanceof CommandError) && !(error instanceof ConnectionError)) throw error;
    if (error instanceof ConnectionError) await lookByCommand(':', context, timeoutMs);
    return { holds: false, seen: error.message };
  }
}

/**
 * The first look may end, however near the deadline is: without it nothing could be said. A later one that the
 * deadline cuts short says what the one before it saw.
 */
async function lookByModule(context: StepContext, leftMs: number, before: Look | undefined): Promise<Look> {
  const timeUp = new AbortController();
  const limitMs = before ? leftMs : limitedTimeout(context, Math.max(leftMs, lookTimeoutMs));
  const late = pause(limitMs, { signal: timeUp.signal }).then(() => undefined);
  try {
    const found = await Promise.race([context.look(before?.keep), late]);
    if (found === undefined) return before ?? { holds: false, seen: 'no look ended in time' };
    const { done, ...rest } = found;
    return { ...rest, holds: done };
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    await lookByCommand(':', context, Math.min(leftMs, lookTimeoutMs));
    return { ...before, holds: false, seen: error.message };
  } finally {
    timeUp.abort();
  }
}

function timeUp(step: WaitStep, look: Look, timeoutMs: number): string {
  if (step.failMessage !== undefined) return step.failMessage;
  return `${step.summary}: not within ${Math.round(timeoutMs / 1000)} s; last seen: ${look.seen}`;
}

async function waitForInput(prompt: string, echo: boolean, context: StepContext): Promise<StepEnd> {
  const ask = context.run.options.ask?.line;
  if (ask) return { input: await ask(prompt, echo) };
  context.run.emit({
    event: 'warning',
    message: `nobody to ask "${prompt}": going on`,
    host: context.target.hostName,
  });
  return { input: '' };
}

/** Time passes, unless the run is interrupted. */
export async function pause(milliseconds: number, context: Pick<StepContext, 'signal'>): Promise<void> {
  await sleep(milliseconds, undefined, context.signal ? { signal: context.signal } : {}).catch(
    () => undefined,
  );
}

async function withDeadline<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  const timer = new AbortController();
  try {
    const late = sleep(timeoutMs, undefined, { signal: timer.signal }).then(() => {
      throw new CommandError(`no answer within ${timeoutMs / 1000} s`);
    });
    late.catch(() => undefined);
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
  }
}
