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

/** How the requests of a step are watched, and what they carry. */
export interface Watch {
  /** Called at once behind a request of the step, so that what it asks for goes out in the same write. */
  readonly onSent: () => void;
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
  const exec = async (request: ExecRequest): Promise<ExecResult> => {
    await before?.();
    return connection.exec(request);
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
    exec: before ? exec : (request) => connection.exec(request),
    execStream: (request) => connection.execStream(request),
    openTcp: (address, port) => connection.openTcp(address, port),
    prepare: (wanted) => connection.prepare?.(wanted),
    close: () => connection.close(),
  };
}
