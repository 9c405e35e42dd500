import { createReadStream } from 'node:fs';
import type { ExecResult } from '../connection/connection.ts';
import type { HostReads } from '../connection/host-reads.ts';
import { httpRequest } from '../connection/index.ts';
import { CommandError, DecidedAtRunTime } from '../model/errors.ts';
import { isUnknown } from '../model/value.ts';
import type { HostAccess, Need, ReadOptions } from '../module/index.ts';
import { renderText, type Scope } from '../template/index.ts';
import type { SearchPlaces } from '../util/search-path.ts';
import type { CompiledTask } from './compile.ts';
import { withFacts } from './facts.ts';
import { throwFaults } from './faults.ts';
import { factsFor } from './gather.ts';
import { describeLocal, findLocal, type LocalKind, readText } from './local-files.ts';
import { withPredictions } from './overlay.ts';
import type { PlayHost, PlayRun } from './run-state.ts';
import { scriptText } from './script-text.ts';
import { type TaskTarget, taskTarget } from './task-target.ts';

/** What a read learned about itself, for those who judge its result. */
export interface ReadTrace {
  /** It looked at more than the host: network, other hosts, control-node files. */
  outside: boolean;
  /** Something was missing or a command said no: in check mode that may be for want of an earlier step. */
  sawAbsence: boolean;
}

export interface AccessSource {
  readonly playRun: PlayRun;
  readonly host: PlayHost;
  readonly task: CompiledTask;
  readonly target: TaskTarget;
  /** Builds the task's variables anew, after facts were gathered. */
  readonly scope: () => Scope;
  /** `environment:` of the task, rendered. */
  readonly environment: Readonly<Record<string, string>>;
  /** Longest time for one read, milliseconds; undefined = each read's own. */
  readonly timeoutMs: number | undefined;
  readonly now: number;
}

const defaultTimeoutMs = 30_000;

/** What a module may ask of a host while it reads: see HostAccess. */
export function createHostAccess(source: AccessSource): { host: HostAccess; trace: ReadTrace } {
  const trace: ReadTrace = { outside: false, sawAbsence: false };
  return { host: accessTo(source, trace), trace };
}

function accessTo(source: AccessSource, trace: ReadTrace): HostAccess {
  const { playRun, target } = source;
  return {
    name: source.target.hostName,
    now: source.now,
    playbookDir: playRun.playbook.directory,
    inventoryDir: playRun.run.inventory.current.directory,
    verbosity: playRun.run.options.verbosity ?? 0,
    ...typedReads(source, trace),
    ...localReads(source, trace),
    run: (argv, options = {}) => runRead(source, trace, { argv }, options),
    script: (script, options = {}) => runRead(source, trace, { script }, options),
    request: async (request) => {
      trace.outside = true;
      const connection = request.via === 'host' ? await target.connection() : undefined;
      try {
        return await httpRequest(connection, request);
      } catch (error) {
        trace.sawAbsence = true;
        throw error;
      }
    },
    on: (hostName) => {
      trace.outside = true;
      const other = taskTarget(playRun, source.host, source.task, source.scope(), hostName);
      return accessTo({ ...source, target: other }, trace);
    },
  };
}

function typedReads(source: AccessSource, trace: ReadTrace): HostReads {
  const reads = async (): Promise<HostReads> => {
    const real = await source.target.reads();
    const { predictions } = source.target.target;
    return predictions.simulated > 0 ? withPredictions(real, predictions) : real;
  };
  const note = <T>(value: T, absent: boolean): T => {
    if (absent) trace.sawAbsence = true;
    return value;
  };
  const missing = <T>(value: T): T => note(value, value === undefined);
  return {
    stat: async (path, options) => missing(await (await reads()).stat(path, options)),
    content: async (path, options) => missing(await (await reads()).content(path, options)),
    list: async (path) => missing(await (await reads()).list(path)),
    package: async (name) => (await reads()).package(name).then((state) => note(state, !state.installed)),
    unit: async (name) => (await reads()).unit(name).then((state) => note(state, state.load === 'not-found')),
    user: async (name) => missing(await (await reads()).user(name)),
    group: async (name) => missing(await (await reads()).group(name)),
    facts: async () => (await reads()).facts(),
  };
}

async function runRead(
  source: AccessSource,
  trace: ReadTrace,
  what: { argv: readonly string[] } | { script: string },
  options: ReadOptions,
): Promise<ExecResult> {
  const { target, environment } = source;
  const needs: readonly Need[] = [...(options.needs ?? []), ...(options.cwd ? [{ path: options.cwd }] : [])];
  for (const need of needs) {
    const thing = target.target.predictions.unmet(need);
    if (thing !== undefined) throw new DecidedAtRunTime(`${thing} is only simulated so far`);
  }
  const script = scriptText({ ...what, cwd: options.cwd, env: { ...environment, ...options.env } });
  const wanted = options.timeoutMs ?? defaultTimeoutMs;
  const timeoutMs = Math.min(wanted, source.timeoutMs ?? wanted);
  const connection = await target.connection();
  const result = await connection.shell({
    script,
    timeoutMs,
    locale: 'C',
    kind: 'read',
    ...(target.become ? { become: target.become } : {}),
    ...(options.stdin === undefined ? {} : { stdin: Buffer.from(options.stdin) }),
  });
  if (result.exitCode !== 0) trace.sawAbsence = true;
  if (result.timedOut) throw new CommandError(`${firstLine(what)} did not end within ${timeoutMs / 1000} s`);
  return result;
}

function firstLine(what: { argv: readonly string[] } | { script: string }): string {
  const text = 'argv' in what ? what.argv.join(' ') : what.script;
  return `"${text.trim().split('\n')[0]?.slice(0, 60) ?? ''}"`;
}

/** The folder a module's control-node files are usually in. */
function folderOf({ task }: CompiledTask): LocalKind {
  if (task.module === 'template') return 'templates';
  return task.module === 'include_vars' ? 'vars' : 'files';
}

type LocalReads = Pick<HostAccess, 'local' | 'localText' | 'localStream' | 'renderTemplate' | 'localVars'>;

function localReads(source: AccessSource, trace: ReadTrace): LocalReads {
  const places: SearchPlaces = {
    taskDirectory: source.task.task.directory,
    playbookDirectory: source.playRun.playbook.directory,
  };
  const find = (path: string, ...kinds: readonly LocalKind[]): Promise<string> => {
    trace.outside = true;
    return findLocal(path, kinds, places);
  };
  const first = folderOf(source.task);
  return {
    local: async (path, folder = 'files') => describeLocal(await find(path, folder)),
    localText: async (path) => readText(await find(path, first, 'files', 'templates')),
    localStream: async (path) => createReadStream(await find(path, first, 'files', 'templates')),
    renderTemplate: async (path) => {
      const text = await readText(await find(path, 'templates'));
      const gather = factsFor(source.playRun, source.host, source.task);
      const rendered = await withFacts(gather, () => renderText(text, source.scope()));
      if (isUnknown(rendered)) throw new DecidedAtRunTime(rendered.reason);
      return rendered;
    },
    localVars: async (path) => {
      const { values, faults } = await source.playRun.run.options.loader.loadVarsFile(
        await find(path, 'vars'),
      );
      throwFaults(faults);
      return values;
    },
  };
}
