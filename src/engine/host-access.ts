import { createReadStream } from 'node:fs';
import type { ExecResult } from '../connection/connection.ts';
import type { HostReads, JobState } from '../connection/host-reads.ts';
import { captureLimit, httpRequest, readJob } from '../connection/index.ts';
import { DecidedAtRunTime, TimedOutError } from '../model/errors.ts';
import { isUnknown, type Unknown } from '../model/value.ts';
import type { HostAccess, Need, ReadOptions } from '../module/index.ts';
import { renderText, type Scope } from '../template/index.ts';
import type { CompiledTask } from './compile.ts';
import { withFacts } from './facts.ts';
import { throwFaults } from './faults.ts';
import { factsFor } from './gather.ts';
import {
  describeLocal,
  type LocalKind,
  type LocalUse,
  readText,
  searchPlaces,
  useLocal,
} from './local-files.ts';
import { Looked } from './looked.ts';
import { withPredictions } from './overlay.ts';
import type { PlayHost, PlayRun } from './run-state.ts';
import { watchLayer } from './scope.ts';
import { scriptText } from './script-text.ts';
import { type TaskTarget, taskTarget } from './task-target.ts';

/** What a read learned about itself, for those who judge its result. */
export interface ReadTrace {
  /** It looked at more than the host: network, other hosts, folders of the control node. */
  outside: boolean;
  /** Some of it went another way than through the host's shell, so behind no step that was sent there. */
  aside: boolean;
  /** Single files of the control node that it used. */
  readonly localFiles: LocalUse[];
  /** Files that were rendered with variables. */
  readonly renders: Render[];
  /** Something was missing or a command said no: in check mode that may be for want of an earlier step. */
  sawAbsence: boolean;
  /** What it looked at on the host. */
  readonly looked: Looked;
}

/** A file rendered with the variables there were then. */
export interface Render {
  /** Some of the variables are set by other hosts, or change as hosts fail. */
  readonly usedOthers: boolean;
  /** Whether it would come out the same now. */
  isSame(): boolean;
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
  /** When the task began, milliseconds since 1970. */
  readonly now: () => number;
}

const defaultTimeoutMs = 30_000;

/** What a module may ask of a host while it reads: see HostAccess. */
export function createHostAccess(source: AccessSource): { host: HostAccess; trace: ReadTrace } {
  const trace: ReadTrace = {
    ...{ outside: false, aside: false, localFiles: [], renders: [], sawAbsence: false },
    looked: new Looked(),
  };
  return { host: accessTo(source, trace), trace };
}

function accessTo(source: AccessSource, trace: ReadTrace): HostAccess {
  const { playRun, target } = source;
  return {
    name: source.target.hostName,
    get now() {
      return source.now();
    },
    playbookDir: playRun.playbook.directory,
    inventoryDir: playRun.run.inventory.current.directory,
    verbosity: playRun.run.options.verbosity ?? 0,
    ...typedReads(source, trace),
    ...localReads(source, trace),
    run: (argv, options = {}) => runRead(source, trace, { argv }, options),
    script: (script, options = {}) => runRead(source, trace, { script }, options),
    request: async (request) => {
      lookElsewhere(trace);
      const connection = request.via === 'host' ? await target.connection() : undefined;
      try {
        return await httpRequest(connection, request);
      } catch (error) {
        trace.sawAbsence = true;
        throw error;
      }
    },
    job: (id) => {
      trace.looked.noteMore();
      return readJobNow(source, id);
    },
    on: (hostName) => {
      lookElsewhere(trace);
      const other = taskTarget(playRun, source.host, source.task, source.scope(), hostName);
      return accessTo({ ...source, target: other }, trace);
    },
  };
}

async function readJobNow({ playRun, target }: AccessSource, id: string): Promise<JobState | undefined> {
  const job = await readJob(await target.connection(), target.become, id);
  if (job?.status !== 'running') playRun.run.targets.endJob(target.target, id);
  return job;
}

function lookElsewhere(trace: ReadTrace): void {
  trace.outside = true;
  trace.aside = true;
  trace.looked.noteMore();
}

function typedReads(source: AccessSource, trace: ReadTrace): HostReads {
  const { looked } = trace;
  const reads = async (): Promise<HostReads> => {
    looked.noteMore();
    return withSimulated(source, await source.target.reads());
  };
  const readsOf = async (path: string): Promise<HostReads> => {
    const real = await source.target.reads();
    if (mayBeKept(source)) looked.notePath(path, real);
    else looked.noteMore();
    return withSimulated(source, real);
  };
  const note = <T>(value: T, absent: boolean): T => {
    if (absent) trace.sawAbsence = true;
    return value;
  };
  const missing = <T>(value: T): T => note(value, value === undefined);
  return {
    stat: async (path, options) => missing(await (await readsOf(path)).stat(path, options)),
    typeOf: async (path) => {
      const type = await withSimulated(source, await source.target.reads()).typeOf(path);
      // Nothing but a step that removes it makes something else of a directory.
      if (type !== 'directory') looked.noteMore();
      return missing(type);
    },
    content: async (path, options) => {
      // A large file comes over a channel of its own.
      if ((options?.maxBytes ?? 0) > captureLimit) trace.aside = true;
      return missing(await (await readsOf(path)).content(path, options));
    },
    list: async (path) => missing(await (await reads()).list(path)),
    package: async (name) => (await reads()).package(name).then((state) => note(state, !state.installed)),
    unit: async (name) => (await reads()).unit(name).then((state) => note(state, state.load === 'not-found')),
    user: async (name) => missing(await (await reads()).user(name)),
    group: async (name) => missing(await (await reads()).group(name)),
    facts: async () => (await reads()).facts(),
  };
}

function withSimulated({ target: { target } }: AccessSource, real: HostReads): HostReads {
  return target.predictions.simulated > 0 ? withPredictions(real, target.predictions) : real;
}

/** Whether it may matter later on which files exactly were looked at. */
function mayBeKept({ playRun, target: { target } }: AccessSource): boolean {
  const { check, options } = playRun.run;
  return !check && options.speculate !== false && target.predictions.simulated === 0;
}

async function runRead(
  source: AccessSource,
  trace: ReadTrace,
  what: { argv: readonly string[] } | { script: string },
  options: ReadOptions,
): Promise<ExecResult> {
  const { target, environment } = source;
  trace.looked.noteMore();
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
  if (result.timedOut) {
    const seconds = timeoutMs / 1000;
    throw new TimedOutError(`${firstLine(what)} did not end within ${seconds} s`, seconds);
  }
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
  const places = searchPlaces(source.playRun, source.task);
  const find = async (path: string, ...kinds: readonly LocalKind[]): Promise<string> => {
    const use = await useLocal(path, kinds, places);
    if (use.fingerprint === undefined) lookElsewhere(trace);
    else trace.localFiles.push(use);
    return use.found;
  };
  const first = folderOf(source.task);
  const held = <T>(action: () => Promise<T>): Promise<T> => source.target.collecting(action);
  return {
    local: (path, folder = 'files') => held(async () => describeLocal(await find(path, folder))),
    localText: (path) => held(async () => readText(await find(path, first, 'files', 'templates'))),
    localStream: async (path) => {
      lookElsewhere(trace);
      return createReadStream(await find(path, first, 'files', 'templates'));
    },
    renderTemplate: (path) =>
      held(async () => {
        const text = await readText(await find(path, 'templates'));
        const rendered = await withFacts(factsFor(source.playRun, source.host, source.task), () => {
          const { value, render } = renderedWith(source, text);
          trace.renders.push(render);
          return value;
        });
        if (isUnknown(rendered)) throw new DecidedAtRunTime(rendered.reason);
        return rendered;
      }),
    localVars: async (path) => {
      lookElsewhere(trace);
      const { values, faults } = await source.playRun.run.options.loader.loadVarsFile(
        await find(path, 'vars'),
      );
      throwFaults(faults);
      return values;
    },
  };
}

function renderedWith(source: AccessSource, text: string): { value: string | Unknown; render: Render } {
  let usedOthers = false;
  const watch = watchLayer((name) => {
    usedOthers ||= ofOthers.has(name);
  });
  const value = renderText(text, source.scope().with(watch));
  const isSame = (): boolean => {
    try {
      return renderText(text, source.scope()) === value;
    } catch {
      return false;
    }
  };
  return { value, render: { usedOthers, isSame } };
}

/** Variables whose values hang on what happens on other hosts meanwhile. */
const ofOthers: ReadonlySet<string> = new Set([
  ...['hostvars', 'groups', 'group_names', 'ansible_failed_task', 'ansible_failed_result'],
  ...['ansible_play_hosts', 'play_hosts', 'ansible_play_batch'],
]);
