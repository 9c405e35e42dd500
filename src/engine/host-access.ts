import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { ExecResult } from '../connection/connection.ts';
import type {
  Facts,
  FileStat,
  GroupEntry,
  HostReads,
  JobState,
  PackageState,
  StatOptions,
  UnitState,
  UserEntry,
} from '../connection/host-reads.ts';
import type { HttpRequest, HttpResponse } from '../connection/http-request.ts';
import { captureLimit, httpRequest, readJob } from '../connection/index.ts';
import { DecidedAtRunTime, TimedOutError } from '../model/errors.ts';
import type { Value } from '../model/value.ts';
import type { HostAccess, LocalFile, Need, ReadOptions } from '../module/index.ts';
import type { Scope } from '../template/index.ts';
import type { CompiledTask } from './compile.ts';
import { throwFaults } from './faults.ts';
import { describeLocal, type LocalKind, readText, searchPlaces, useLocal } from './local-files.ts';
import { withPredictions } from './overlay.ts';
import { lookElsewhere, type ReadTrace, startTrace } from './read-trace.ts';
import { renderedText } from './rendered-file.ts';
import type { PlayHost, PlayRun } from './run-state.ts';
import { scriptText } from './script-text.ts';
import { type TaskTarget, taskTarget } from './task-target.ts';
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
  const trace = startTrace();
  return { host: new TracedAccess(source, trace), trace };
}

/** A class, as there is one for each read: some thirty functions of its own would take longer to make than to use. */
class TracedAccess implements HostAccess {
  readonly #source: AccessSource;
  readonly #trace: ReadTrace;

  constructor(source: AccessSource, trace: ReadTrace) {
    this.#source = source;
    this.#trace = trace;
  }

  get name(): string {
    return this.#source.target.hostName;
  }

  get now(): number {
    return this.#source.now();
  }

  get playbookDir(): string {
    return this.#source.playRun.playbook.directory;
  }

  get inventoryDir(): string {
    return this.#source.playRun.run.inventory.current.directory;
  }

  get verbosity(): number {
    return this.#source.playRun.run.options.verbosity ?? 0;
  }

  async stat(path: string, options?: StatOptions): Promise<FileStat | undefined> {
    return this.#missing(await (await this.#readsOf(path)).stat(path, options));
  }

  async typeOf(path: string): Promise<FileStat['type'] | undefined> {
    const type = await withSimulated(this.#source, await this.#source.target.reads()).typeOf(path);
    // Nothing but a step that removes it makes something else of a directory.
    if (type !== 'directory') this.#trace.looked.noteMore();
    return this.#missing(type);
  }

  async content(path: string, options?: { readonly maxBytes?: number }): Promise<Buffer | undefined> {
    // A large file comes over a channel of its own.
    if ((options?.maxBytes ?? 0) > captureLimit) this.#trace.aside = true;
    return this.#missing(await (await this.#readsOf(path)).content(path, options));
  }

  async list(path: string): Promise<readonly string[] | undefined> {
    return this.#missing(await (await this.#reads()).list(path));
  }

  async package(name: string): Promise<PackageState> {
    const state = await (await this.#reads()).package(name);
    return this.#note(state, !state.installed);
  }

  async unit(name: string): Promise<UnitState> {
    const state = await (await this.#reads()).unit(name);
    return this.#note(state, state.load === 'not-found');
  }

  async user(name: string): Promise<UserEntry | undefined> {
    return this.#missing(await (await this.#reads()).user(name));
  }

  async group(name: string): Promise<GroupEntry | undefined> {
    return this.#missing(await (await this.#reads()).group(name));
  }

  async facts(): Promise<Facts> {
    return (await this.#reads()).facts();
  }

  run(argv: readonly string[], options: ReadOptions = {}): Promise<ExecResult> {
    return runRead(this.#source, this.#trace, { argv }, options);
  }

  script(script: string, options: ReadOptions = {}): Promise<ExecResult> {
    return runRead(this.#source, this.#trace, { script }, options);
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    lookElsewhere(this.#trace);
    const connection = request.via === 'host' ? await this.#source.target.connection() : undefined;
    try {
      return await httpRequest(connection, request);
    } catch (error) {
      this.#trace.sawAbsence = true;
      throw error;
    }
  }

  job(id: string): Promise<JobState | undefined> {
    this.#trace.looked.noteMore();
    return readJobNow(this.#source, id);
  }

  on(hostName: string): HostAccess {
    lookElsewhere(this.#trace);
    const { playRun, host, task, scope } = this.#source;
    const target = taskTarget(playRun, host, task, scope(), hostName);
    return new TracedAccess({ ...this.#source, target }, this.#trace);
  }

  local(path: string, folder: 'files' | 'templates' = 'files'): Promise<LocalFile> {
    return this.#held(async () => describeLocal(await this.#find(path, folder)));
  }

  localText(path: string): Promise<string> {
    return this.#held(async () => readText(await this.#findUsual(path)));
  }

  async localStream(path: string): Promise<Readable> {
    lookElsewhere(this.#trace);
    return createReadStream(await this.#findUsual(path));
  }

  renderTemplate(path: string): Promise<string> {
    return this.#held(async () =>
      renderedText(this.#source, this.#trace, await readText(await this.#find(path, 'templates'))),
    );
  }

  async localVars(path: string): Promise<{ readonly [name: string]: Value }> {
    lookElsewhere(this.#trace);
    const file = await this.#find(path, 'vars');
    const { values, faults } = await this.#source.playRun.run.options.loader.loadVarsFile(file);
    throwFaults(faults);
    return values;
  }

  async #reads(): Promise<HostReads> {
    this.#trace.looked.noteMore();
    return withSimulated(this.#source, await this.#source.target.reads());
  }

  async #readsOf(path: string): Promise<HostReads> {
    const real = await this.#source.target.reads();
    if (mayBeKept(this.#source)) this.#trace.looked.notePath(path, real);
    else this.#trace.looked.noteMore();
    return withSimulated(this.#source, real);
  }

  #missing<T>(value: T): T {
    return this.#note(value, value === undefined);
  }

  #note<T>(value: T, isAbsent: boolean): T {
    if (isAbsent) this.#trace.sawAbsence = true;
    return value;
  }

  async #find(path: string, ...kinds: readonly LocalKind[]): Promise<string> {
    const use = await useLocal(path, kinds, searchPlaces(this.#source.playRun, this.#source.task));
    if (use.fingerprint === undefined) lookElsewhere(this.#trace);
    else this.#trace.localFiles.push(use);
    return use.found;
  }

  #findUsual(path: string): Promise<string> {
    return this.#find(path, folderOf(this.#source.task), 'files', 'templates');
  }

  #held<T>(action: () => Promise<T>): Promise<T> {
    return this.#source.target.collecting(action);
  }
}

async function readJobNow({ playRun, target }: AccessSource, id: string): Promise<JobState | undefined> {
  const job = await readJob(await target.connection(), target.become, id);
  if (job?.status !== 'running') playRun.run.targets.endJob(target.target, id);
  return job;
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
