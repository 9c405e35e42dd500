import { StringDecoder } from 'node:string_decoder';
import type { Connection, ExecRequest, ExecResult } from '../../connection/connection.ts';
import type { RunStep } from '../../module/index.ts';
import type { Background } from '../background.ts';
import { scriptText } from '../script-text.ts';
import { limitedTimeout, type StepContext, type StepEnd } from './context.ts';
import { startStep } from './job.ts';
import { bytesOf, stageVariable, withStage } from './stage.ts';

const defaultTimeoutMs = 600_000;

/** Runs a program or script on the host. */
export async function runStep(step: RunStep, context: StepContext): Promise<StepEnd> {
  const { background, environment } = context;
  if (background?.pollSeconds === 0) return startStep(step, context, background.seconds * 1000);
  const connection = await context.target.connection();
  return withStage(context.target, step.stage, async (directory) => {
    const env = { ...environment, ...stageVariable(directory), ...step.env };
    const script = scriptText({ ...step, env });
    const timeoutMs = limitedTimeout(context, wantedTimeout(step, context));
    const exec = await send(step, script, timeoutMs, connection, context);
    return endOf(step, exec, timeoutMs);
  });
}

async function send(
  step: RunStep,
  script: string,
  timeoutMs: number,
  connection: Connection,
  context: StepContext,
): Promise<ExecResult> {
  const { become } = context.target;
  const request: Omit<ExecRequest, 'stdin'> = {
    script,
    timeoutMs,
    locale: step.user ? 'login' : 'C',
    kind: 'step',
    ...(become ? { become } : {}),
  };
  const stdin = step.stdin ? { stdin: await bytesOf(step.stdin) } : {};
  if (!step.user && !step.long) return connection.shell({ ...request, ...stdin });
  const { background, looksOnly } = context;
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  const done = connection.exec({
    ...request,
    ...stdin,
    ...(looksOnly === undefined ? {} : { kind: 'read', shared: looksOnly === 'now' ? 'idle' : 'queued' }),
    durable: step.long === true || background !== undefined,
    ...(background ? { reconnectMs: timeoutMs } : {}),
    ...(step.secretOutput
      ? {}
      : {
          onOutput: (stream, chunk) => {
            const text = decoders[stream].write(chunk);
            if (text !== '') context.output(stream, text);
          },
        }),
  });
  return background ? whilePolled(done, step, background, context) : done;
}

/** Tells from time to time that it is still under way. */
async function whilePolled(
  done: Promise<ExecResult>,
  step: RunStep,
  { seconds, pollSeconds }: Background,
  context: StepContext,
): Promise<ExecResult> {
  let polls = 0;
  const timer = setInterval(() => {
    const since = Math.round(++polls * pollSeconds);
    context.output('progress', `${step.summary}: under way for ${since} s of ${seconds} s`);
  }, pollSeconds * 1000);
  try {
    return await done;
  } finally {
    clearInterval(timer);
  }
}

/** What the task says itself counts for more than what is meant to keep a run from hanging for ever. */
function wantedTimeout(step: RunStep, { background, timeLeftMs }: StepContext): number {
  if (background) return background.seconds * 1000;
  return step.timeoutMs ?? timeLeftMs() ?? defaultTimeoutMs;
}

function endOf(step: RunStep, exec: ExecResult, timeoutMs: number): StepEnd {
  const kept = step.secretOutput ? { ...exec, stdout: '', stderr: '', stdoutBytes: Buffer.alloc(0) } : exec;
  if (exec.timedOut) {
    const seconds = Math.round(timeoutMs / 1000);
    const hint = step.user ? ' (give the task a timeout, or async)' : '';
    return { exec: kept, error: `timed out after ${seconds} s and was killed${hint}`, timedOut: seconds };
  }
  const expected = step.expect ?? [0];
  if (expected === 'any' || expected.includes(exec.exitCode)) return { exec: kept };
  const how = exec.signal ? `was ended by signal ${exec.signal}` : `exit code ${exec.exitCode}`;
  const said = lastLine(kept.stderr) ?? lastLine(kept.stdout);
  return { exec: kept, error: said === undefined ? how : `${how}: ${said}` };
}

function lastLine(text: string): string | undefined {
  return text.trimEnd().split('\n').at(-1)?.trim() || undefined;
}
