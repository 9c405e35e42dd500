import { randomBytes } from 'node:crypto';
import type { Connection, ExecRequest, ExecResult, StepChain } from '../connection/connection.ts';
import type { Step } from '../module/index.ts';
import type { TaskTarget } from './task-target.ts';

/**
 * Whether a step ends with a request in the host's shell, which answers in order: reads asked for behind
 * that request see all that the step did.
 */
export function isOrdered(step: Step): boolean {
  switch (step.kind) {
    case 'put':
    case 'remove':
      return true;
    case 'run':
      return !step.user && !step.long && (step.stage ?? []).length === 0;
    default:
      return false;
  }
}

/** Whether reads may be asked for behind a step in the channel that it has of its own. */
export function isLastInChannel(step: Step): boolean {
  return step.kind === 'run' && step.long === true && !step.user && (step.stage ?? []).length === 0;
}

/** How the requests of a step are watched, and what they carry. */
interface Watch {
  /**
   * Called at once behind a request of the step, so that what it asks for goes out in the same write.
   *
   * @param inChannel the host behind the step, where that has a channel of its own
   */
  readonly onSent: (inChannel?: Connection) => void;
  readonly chain?: StepChain;
  /** What needs a channel of its own waits for this: the chain does not reach there. */
  readonly before?: () => Promise<unknown>;
}

/** A target whose connection tells when a request of a step was queued in the shell. */
export function watched(target: TaskTarget, watch: Watch): TaskTarget {
  return { ...target, connection: async () => watchSteps(await target.connection(), watch) };
}

/** The places of steps in a chain: each is run only where those before it ended well. */
export function chainOf(steps: readonly Step[]): StepChain[] {
  const id = randomBytes(6).toString('hex');
  return steps.map((step, index) => ({ id, isFirst: index === 0, expect: expectedOf(step) }));
}

function expectedOf(step: Step): StepChain['expect'] {
  return step.kind === 'run' ? (step.expect ?? [0]) : [0];
}

function watchSteps(connection: Connection, { onSent, chain, before }: Watch): Connection {
  const link = chain ? { chain } : {};
  const run = (request: ExecRequest): Promise<ExecResult> =>
    connection.exec(request.durable ? { ...request, behind: onSent } : request);
  const runLater = async (request: ExecRequest): Promise<ExecResult> => {
    await before?.();
    return run(request);
  };
  return {
    spec: connection.spec,
    get counters() {
      return connection.counters;
    },
    shell: (request) => {
      if (request.kind !== 'step') return connection.shell(request);
      const reply = connection.shell({ ...request, ...link });
      onSent();
      return reply;
    },
    exec: before ? runLater : run,
    execStream: (request) => connection.execStream(request),
    openTcp: (address, port) => connection.openTcp(address, port),
    prepare: (wanted) => connection.prepare?.(wanted),
    close: () => connection.close(),
  };
}
