import { ParamsError } from '../model/errors.ts';
import { Unknown, type Value, type ValueMap } from '../model/value.ts';
import type { Plan, StepOutcome } from '../module/index.ts';
import type { Scope } from '../template/index.ts';
import type { CompiledTask } from './compile.ts';
import { numberKeyword, toNumber } from './keyword-values.ts';
import type { TimeLimit } from './time-limit.ts';

/** `async:` and `poll:` of a task. */
export interface Background {
  /** The command is killed after that. */
  readonly seconds: number;
  /** How often to say that it is still under way; 0 = it is started and not waited for. */
  readonly pollSeconds: number;
}

const defaultPollSeconds = 15;

/** Stands for a job that is over: nothing had to be done, or it was waited for. */
const jobThatIsOver = 'j0';

/** What `async:` and `poll:` say; undefined where the task runs in its turn as any other. */
export function backgroundOf({ task }: CompiledTask, scope: Scope): Background | undefined {
  const { async, poll } = task.keywords;
  const seconds = async === undefined ? 0 : toNumber('async', async, scope);
  if (seconds === undefined || seconds === 0) return undefined;
  const pollSeconds = poll === undefined ? defaultPollSeconds : toNumber('poll', poll, scope);
  if (seconds < 0) throw new ParamsError('async must be a number of seconds');
  return { seconds, pollSeconds: Math.max(0, pollSeconds ?? defaultPollSeconds) };
}

/** How long the task may take as a whole: `timeout`, or `async` where its end is waited for and that is less. */
export function limitOf(
  task: CompiledTask,
  scope: Scope,
  background: Background | undefined,
): TimeLimit | undefined {
  const seconds = numberKeyword(task.chain, 'timeout', scope) ?? 0;
  const timeout: TimeLimit | undefined = seconds > 0 ? { keyword: 'timeout', seconds } : undefined;
  if (background === undefined || background.pollSeconds === 0) return timeout;
  if (timeout && timeout.seconds <= background.seconds) return timeout;
  return { keyword: 'async', seconds: background.seconds };
}

/** Why a plan cannot go on without being watched; undefined where it can. */
export function whyNotAlone({ steps, replan }: Plan, background: Background | undefined): string | undefined {
  if (background?.pollSeconds !== 0 || steps.length === 0) return undefined;
  const hint = 'use a poll above 0, which waits for it';
  if (replan) return `what this task does next is decided by what its first command finds: ${hint}`;
  const isOneCommand = steps.length === 1 && steps[0]?.kind === 'run';
  return isOneCommand ? undefined : `this task needs more than one command on the host: ${hint}`;
}

/** What is registered about the job of a task, besides what its module gives. */
export function jobValues(
  background: Background | undefined,
  outcomes: readonly StepOutcome[],
  simulated: boolean,
): ValueMap {
  if (!background) return {};
  if (simulated && background.pollSeconds === 0) return simulatedJob();
  const job = outcomes.find((outcome) => outcome.job)?.job;
  if (!job) return { ansible_job_id: jobThatIsOver, started: 1, finished: 1, results_file: '' };
  return { ansible_job_id: job.id, started: 1, finished: 0, results_file: `${job.directory}/out` };
}

/** Whether the task's command was started and not waited for: then its module has nothing to tell yet. */
export function isUnderWay(outcomes: readonly StepOutcome[]): boolean {
  return outcomes.some((outcome) => outcome.job);
}

function simulatedJob(): ValueMap {
  const unknown = new Unknown('the job was only simulated');
  const names = ['ansible_job_id', 'started', 'finished', 'results_file'];
  return Object.fromEntries(names.map((name): [string, Value] => [name, unknown]));
}
