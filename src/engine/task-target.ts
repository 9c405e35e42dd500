import type { Become, Connection, ConnectionSpec } from '../connection/connection.ts';
import type { PlacedReads } from '../connection/host-reads.ts';
import { ParamsError } from '../model/errors.ts';
import type { Scope } from '../template/index.ts';
import type { CompiledTask } from './compile.ts';
import { becomeOf, type ConnectSource, connectionSpec } from './connect.ts';
import { createPlayHost, type PlayHost, type PlayRun } from './run-state.ts';
import { scopeFor } from './scope.ts';
import type { Target } from './target.ts';

/** The machine a task acts on, and as whom. */
export interface TaskTarget {
  readonly hostName: string;
  readonly spec: ConnectionSpec;
  readonly become: Become | undefined;
  readonly target: Target;
  /** Opens the connection when first called. Throws ConnectionError. */
  connection(): Promise<Connection>;
  reads(): Promise<PlacedReads>;
  /** Has reads of the host wait for what the action is about to ask of it. */
  collecting<T>(action: () => Promise<T>): Promise<T>;
}

/**
 * The target of a task: the host itself or, under `delegate_to` and for reads elsewhere, another one
 * that is reached with its own variables. Throws ParamsError for a host nobody knows.
 *
 * @param scope variables of the task on its own host
 */
export function taskTarget(
  playRun: PlayRun,
  host: PlayHost,
  task: CompiledTask,
  scope: Scope,
  delegate?: string,
): TaskTarget {
  const { run } = playRun;
  const hostName = delegate ?? host.name;
  if (!run.inventory.hostOrLocal(hostName)) {
    throw new ParamsError(`host "${hostName}" is not in the inventory`);
  }
  const elsewhere = delegate !== undefined && delegate !== host.name;
  const source: ConnectSource = {
    hostName,
    scope: elsewhere ? scopeFor(playRun, createPlayHost(run.hosts.of(hostName))) : scope,
    chain: elsewhere ? withoutConnection(task) : task.chain,
    taskScope: scope,
    defaults: run.options.connect ?? {},
    askSecret: run.options.ask ? (prompt) => askOnce(playRun, prompt) : undefined,
  };
  const spec = connectionSpec(source);
  const become = becomeOf(source);
  if (become?.password) run.options.redactor.add(become.password);
  if (spec.password) run.options.redactor.add(spec.password);
  const connection = (): Promise<Connection> => run.connections.get(spec);
  return {
    hostName,
    spec,
    become,
    target: run.targets.of(spec),
    connection,
    reads: async () => run.connections.reads(await connection(), become),
    collecting: (action) => run.connections.collecting(spec, action),
  };
}

/** `connection:`, `remote_user:` and `port:` of the play are about its own hosts, not about a delegate. */
function withoutConnection(task: CompiledTask): CompiledTask['chain'] {
  return task.chain.map(({ connection: _, remoteUser: __, port: ___, ...rest }) => rest);
}

const answers = new WeakMap<object, Map<string, Promise<string>>>();

/** Asks the same question once in a run. */
function askOnce({ run }: PlayRun, prompt: string): Promise<string> {
  const known = answers.get(run) ?? new Map<string, Promise<string>>();
  answers.set(run, known);
  const answer = known.get(prompt) ?? run.options.ask?.secret(prompt) ?? Promise.resolve('');
  known.set(prompt, answer);
  return answer;
}
