import { stageFiles, startJob } from '../../connection/index.ts';
import type { JobNote, RunStep } from '../../module/index.ts';
import { scriptText } from '../script-text.ts';
import type { StepContext, StepEnd } from './context.ts';
import { bytesOf, stageVariable } from './stage.ts';

/** Starts a command that is not waited for. Files staged for it go when it has ended. */
export async function startStep(step: RunStep, context: StepContext, limitMs: number): Promise<StepEnd> {
  const { target, environment } = context;
  const connection = await target.connection();
  const stage = step.stage?.length ? await stageFiles(connection, target.become, step.stage) : undefined;
  const env = { ...environment, ...stageVariable(stage?.directory), ...step.env };
  const note: JobNote = { cmd: step.argv ?? step.script ?? '', expect: step.expect ?? [0] };
  try {
    const job = await startJob(connection, target.become, {
      script: scriptText({ ...step, env }),
      locale: step.user ? 'login' : 'C',
      limitMs,
      note: JSON.stringify(note),
      remove: stage?.directory,
      ...(step.stdin ? { stdin: await bytesOf(step.stdin) } : {}),
    });
    target.target.jobs.add(job.id);
    return { job };
  } catch (error) {
    await stage?.dispose().catch(() => undefined);
    throw error;
  }
}
