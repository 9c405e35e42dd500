import { readFile } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import type { Connection, ExecRequest, ExecResult } from '../../connection/connection.ts';
import { stageFiles } from '../../connection/index.ts';
import type { Content, RunStep, StagedFile } from '../../module/index.ts';
import { scriptText } from '../script-text.ts';
import type { TaskTarget } from '../task-target.ts';
import { limitedTimeout, type StepContext, type StepEnd } from './context.ts';

const defaultTimeoutMs = 600_000;

/** Runs a program or script on the host. */
export async function runStep(step: RunStep, context: StepContext): Promise<StepEnd> {
  const connection = await context.target.connection();
  const { environment } = context;
  return withStage(context.target, step.stage, async (directory) => {
    const env = { ...environment, ...stageVariable(directory), ...step.env };
    const script = scriptText({ ...step, env });
    const timeoutMs = limitedTimeout(context, step.timeoutMs ?? defaultTimeoutMs);
    const exec = await send(step, script, timeoutMs, connection, context);
    return endOf(step, exec, timeoutMs);
  });
}

/** Puts files into a 0700 directory for as long as the action takes. */
export async function withStage<T>(
  target: TaskTarget,
  files: readonly StagedFile[] | undefined,
  action: (directory: string | undefined) => Promise<T>,
): Promise<T> {
  if (!files || files.length === 0) return action(undefined);
  const stage = await stageFiles(await target.connection(), target.become, files);
  try {
    return await action(stage.directory);
  } finally {
    await stage.dispose().catch(() => undefined);
  }
}

export function stageVariable(directory: string | undefined): Readonly<Record<string, string>> {
  return directory === undefined ? {} : { MOORING_STAGE: directory };
}

/** The bytes of a step's content. */
export async function bytesOf(content: Content): Promise<Uint8Array> {
  if ('text' in content) return Buffer.from(content.text);
  if ('bytes' in content) return content.bytes;
  return readFile(content.localFile);
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
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  const { looksOnly } = context;
  return connection.exec({
    ...request,
    ...stdin,
    ...(looksOnly === undefined ? {} : { kind: 'read', shared: looksOnly === 'now' ? 'idle' : 'queued' }),
    durable: step.long ?? false,
    ...(step.secretOutput
      ? {}
      : {
          onOutput: (stream, chunk) => {
            const text = decoders[stream].write(chunk);
            if (text !== '') context.output(stream, text);
          },
        }),
  });
}

function endOf(step: RunStep, exec: ExecResult, timeoutMs: number): StepEnd {
  const kept = step.secretOutput ? { ...exec, stdout: '', stderr: '', stdoutBytes: Buffer.alloc(0) } : exec;
  if (exec.timedOut) {
    return { exec: kept, error: `did not end within ${Math.round(timeoutMs / 1000)} s and was killed` };
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
