import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import type { ExecResult, ExecStream } from '../../connection/connection.ts';
import { ConnectionError } from '../../model/errors.ts';
import type { StreamEnd, StreamStep } from '../../module/index.ts';
import { scriptText } from '../script-text.ts';
import type { TaskTarget } from '../task-target.ts';
import { limitedTimeout, type StepContext, type StepEnd } from './context.ts';
import { stageVariable, withStage } from './stage.ts';

const defaultTimeoutMs = 3_600_000;

/**
 * Bytes of one host's command straight into another's. Both must end well; the receiver is ended when
 * the sender breaks off, so that half a stream is never taken for a whole one.
 */
export async function streamStep(step: StreamStep, context: StepContext): Promise<StepEnd> {
  const timeoutMs = limitedTimeout(context, step.timeoutMs ?? context.timeLeftMs() ?? defaultTimeoutMs);
  const end = await withEnd(step.from, context, timeoutMs, (from) =>
    withEnd(step.to, context, timeoutMs, (to) => connectEnds(from, to)),
  );
  return end.exec?.timedOut ? { ...end, timedOut: Math.round(timeoutMs / 1000) } : end;
}

async function withEnd(
  end: StreamEnd,
  context: StepContext,
  timeoutMs: number,
  action: (stream: ExecStream) => Promise<StepEnd>,
): Promise<StepEnd> {
  const target = end.host === undefined ? context.target : context.other(end.host);
  return withStage(target, end.stage, async (directory) => {
    const script = scriptText({
      script: end.script,
      env: { ...context.environment, ...stageVariable(directory), ...end.env },
    });
    return action(await open(target, script, timeoutMs));
  });
}

async function open(target: TaskTarget, script: string, timeoutMs: number): Promise<ExecStream> {
  const connection = await target.connection();
  const become = target.become ? { become: target.become } : {};
  return connection.execStream({ script, timeoutMs, locale: 'C', kind: 'step', ...become });
}

async function connectEnds(from: ExecStream, to: ExecStream): Promise<StepEnd> {
  from.stdin.end();
  to.stdout.resume();
  let isReceiverDone = false;
  void to.done.finally(() => (isReceiverDone = true)).catch(() => undefined);
  // The receiver sees the end of its input only once the sender is known to have ended well. One that ended by itself
  // before (tar stops at the mark of an archive's end) has read all it wanted.
  const copied = pipeline(from.stdout, to.stdin, { end: false }).then(
    () => undefined,
    async (error: unknown) => {
      // A command's input closes a moment before its end is told.
      await setImmediate();
      return isReceiverDone && !(error instanceof ConnectionError) ? undefined : error;
    },
  );
  const sent = await from.done;
  const broken = await copied;
  if (broken instanceof ConnectionError) throw broken;
  if (sent.exitCode !== 0 || sent.timedOut) {
    to.kill();
    await to.done.catch(() => undefined);
    return { exec: sent, error: `the sender failed: ${said(sent)}` };
  }
  to.stdin.end();
  const received = await to.done;
  if (received.exitCode === 0 && broken === undefined) return { exec: received };
  return { exec: received, error: `the receiver failed: ${said(received)}` };
}

function said(result: ExecResult): string {
  const line = result.stderr.trimEnd().split('\n').at(-1)?.trim();
  const how = result.timedOut ? 'out of time' : `exit code ${result.exitCode}`;
  return line ? `${how}: ${line}` : how;
}
