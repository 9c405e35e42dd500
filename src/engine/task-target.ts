import type { Become, Connection, ConnectionSpec } from '../connection/connection.ts';
import type { PlacedReads } from '../connection/host-reads.ts';
import { ParamsError } from '../model/errors.ts';
import { isTemplate, type Layer, type Scope } from '../template/index.ts';
import { type CompiledTask, innermost } from './compile.ts';
import { becomeOf, type ConnectSource, connectionKeywords, connectionSpec } from './connect.ts';
import { createPlayHost, type PlayHost, type PlayRun } from './run-state.ts';
import { scopeFor, watchLayer } from './scope.ts';
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
  const { spec, become } = elsewhere ? wayTo(source) : knownWay(host, source);
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

/** How a host is reached, and as whom it is asked. */
interface Way {
  readonly spec: ConnectionSpec;
  readonly become: Become | undefined;
}

function wayTo(source: ConnectSource): Way {
  return { spec: connectionSpec(source), become: becomeOf(source) };
}

/** What was found out last, and of what. */
interface KnownWay {
  readonly layers: readonly Layer[];
  readonly variablesVersion: number;
  readonly keywords: readonly unknown[];
  /** undefined = it hangs on more than these. */
  readonly way: Way | undefined;
}

const knownWays = new WeakMap<PlayHost, KnownWay>();

/** The same for most tasks of a host: some thirty variables are looked up only where that is not sure. */
function knownWay(host: PlayHost, source: ConnectSource): Way {
  const { layers } = source.scope;
  const { variablesVersion } = host.state;
  const keywords = connectionKeywords.map((key) => innermost(source.chain, key));
  const known = knownWays.get(host);
  const isSame =
    known?.layers === layers &&
    known.variablesVersion === variablesVersion &&
    keywords.every((value, index) => value === known.keywords[index]);
  if (known?.way && isSame) return known.way;
  if (known && isSame) return wayTo(source);
  const asked = new Set<string>();
  const scope = source.scope.with(watchLayer((name) => asked.add(name)));
  const way = wayTo({ ...source, scope });
  const isFixed =
    [...asked].every((name) => source.scope.isFixed(name)) &&
    keywords.every((value) => typeof value !== 'string' || !isTemplate(value));
  knownWays.set(host, { layers, variablesVersion, keywords, way: isFixed ? way : undefined });
  return way;
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
