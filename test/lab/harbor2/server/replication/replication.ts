// Policies at work: executions, their tasks, events and schedules.

import { randomUUID } from 'node:crypto';
import type { Harbor } from '../harbor.ts';
import { HarborError } from '../http.ts';
import { type Execution, nextId, type Policy, type Registry, type State, type Task } from '../state.ts';
import { isDue } from './cron.ts';
import { filtered, namedProjects, type Resource } from './match.ts';
import { Peer } from './peer.ts';
import { localSide, remoteSide, type Side } from './sides.ts';
import { type Job, transfer } from './transfer.ts';

/** What happened to an image here. */
export interface ImageEvent {
  readonly kind: 'push' | 'delete' | 'delete tag';
  readonly repository: string;
  readonly digest: string;
  readonly tags: readonly string[];
  readonly labels: readonly string[];
}

export class Replication {
  readonly #harbor: () => Harbor;
  readonly #running = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #lastMinute = Math.floor(Date.now() / 60_000);
  #off = false;

  constructor(harbor: () => Harbor) {
    this.#harbor = harbor;
  }

  /**
   * Starts a policy over everything it means, or over what an event is about.
   *
   * @throws HarborError for one that is disabled
   */
  start(policy: Policy, trigger: Execution['trigger'], event?: ImageEvent): Execution {
    const { state, now } = this.#harbor();
    if (!policy.enabled) throw new HarborError('PRECONDITION', `the policy ${policy.id} is disabled`);
    const busy = state.executions.some((one) => one.policyId === policy.id && one.status === 'InProgress');
    const execution: Execution = {
      id: nextId(state, 'execution'),
      policyId: policy.id,
      status: 'InProgress',
      statusText: '',
      trigger,
      started: now(),
    };
    state.executions.push(execution);
    if (policy.singleActive && busy)
      this.#end(execution, 'Failed', 'Execution skipped: active replication still in progress.');
    else this.#inBackground(this.#run(policy, execution, event));
    return execution;
  }

  /** Starts every policy that waits for such an event. Nothing keeps an event: what fails now is not tried later. */
  event(event: ImageEvent): void {
    const { state } = this.#harbor();
    for (const policy of state.policies) {
      const waits = policy.enabled && policy.sourceId === 0 && policy.trigger?.type === 'event_based';
      if (!waits || (event.kind !== 'push' && !policy.deletion)) continue;
      if (filtered(this.#resourceOf(event), policy.filters) === undefined) continue;
      this.start(policy, 'event_based', event);
    }
  }

  stop(execution: Execution): void {
    if (execution.status !== 'InProgress') return;
    const { state, now } = this.#harbor();
    for (const task of state.tasks.filter((one) => one.executionId === execution.id)) {
      if (task.status !== 'InProgress' && task.status !== 'Pending') continue;
      task.status = 'Stopped';
      task.ended = now();
    }
    this.#end(execution, 'Stopped', '');
  }

  /** Drops a policy's executions and tasks. */
  forget(policyId: number): void {
    const { state } = this.#harbor();
    const gone = new Set(state.executions.filter((one) => one.policyId === policyId).map((one) => one.id));
    state.executions = state.executions.filter((one) => !gone.has(one.id));
    state.tasks = state.tasks.filter((one) => !gone.has(one.executionId));
  }

  /** Looks at the clock from now on, if any policy is scheduled. */
  reschedule(): void {
    clearInterval(this.#timer);
    const { state } = this.#harbor();
    if (this.#off || !state.policies.some((policy) => policy.enabled && policy.trigger?.type === 'scheduled'))
      return;
    this.#timer = setInterval(() => this.#tick(new Date()), 1000);
    this.#timer.unref();
  }

  makeProject(name: string, isPublic: boolean): void {
    const { state, now } = this.#harbor();
    const stamps = { created: now(), updated: now() };
    const id = nextId(state, 'project');
    state.projects.push({ id, name, ownerId: 1, metadata: { public: String(isPublic) }, ...stamps });
    state.quotas.push({ id: nextId(state, 'quota'), projectId: id, limit: -1, ...stamps });
  }

  /** Until nothing runs; what a running task starts is waited for too. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** As a power cut: what runs, runs no further. */
  switchOff(): void {
    this.#off = true;
    clearInterval(this.#timer);
  }

  #tick(moment: Date): void {
    const minute = Math.floor(moment.getTime() / 60_000);
    if (minute === this.#lastMinute) return;
    this.#lastMinute = minute;
    for (const policy of this.#harbor().state.policies) {
      const { trigger } = policy;
      const due = policy.enabled && trigger?.type === 'scheduled' && isDue(trigger.cron ?? '', moment);
      if (due) this.start(policy, 'scheduled');
    }
  }

  #inBackground(work: Promise<void>): void {
    const watched = work
      .catch((error: unknown) => {
        if (!this.#off) console.error(error);
      })
      .finally(() => this.#running.delete(watched));
    this.#running.add(watched);
  }

  async #run(policy: Policy, execution: Execution, event: ImageEvent | undefined): Promise<void> {
    // The answer to what started it goes out first, as from Harbor's own background.
    await new Promise((resolve) => setImmediate(resolve));
    let jobs: Job[];
    let sides: { from: Side; to: Side };
    try {
      sides = await this.#sides(policy);
      jobs = await this.#jobs(policy, sides, event);
    } catch (error) {
      this.#end(execution, 'Failed', error instanceof Error ? error.message : String(error));
      return;
    }
    if (jobs.length === 0) {
      this.#end(execution, 'Succeed', 'no resources need to be replicated');
      return;
    }
    const tasks = jobs.map((job) => this.#newTask(execution, job));
    await Promise.all(tasks.map((task, index) => this.#work(execution, task, jobs[index], sides)));
  }

  async #sides(policy: Policy): Promise<{ from: Side; to: Side }> {
    const { state } = this.#harbor();
    const side = async (id: number, role: string): Promise<Side> => {
      if (id === 0) return localSide(this.#harbor());
      const registry = registryAt(state, id);
      const peer = new Peer(registry);
      await peer.check().catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`failed to create adapter for ${role} registry ${registry.url}: ${reason}`);
      });
      return remoteSide(peer);
    };
    return {
      from: await side(policy.sourceId, 'source'),
      to: await side(policy.destinationId, 'destination'),
    };
  }

  async #jobs(policy: Policy, { from, to }: { from: Side; to: Side }, event?: ImageEvent): Promise<Job[]> {
    // An event is copied as it came: filters only decide whether.
    const all =
      event === undefined ? await from.resources(namedProjects(policy.filters)) : [this.#resourceOf(event)];
    const found = event === undefined ? all.flatMap((one) => filtered(one, policy.filters) ?? []) : all;
    const operation =
      event === undefined || event.kind === 'push'
        ? 'copy'
        : event.kind === 'delete'
          ? 'deletion'
          : 'tag deletion';
    if (operation === 'copy') await ensureProjects(policy, found, to);
    return found.map((resource) => ({
      operation,
      source: resource,
      destination: { repository: renamed(policy, resource.repository) },
      references: resource.artifacts.flatMap(({ digest, tags }) => (tags.length === 0 ? [digest] : tags)),
      override: policy.override,
    }));
  }

  #resourceOf({ repository, digest, tags, labels }: ImageEvent): Resource {
    const name = repository.split('/')[0];
    const project = this.#harbor().state.projects.find((one) => one.name === name);
    return {
      repository,
      isPublic: project?.metadata['public'] === 'true',
      artifacts: [{ digest, tags, labels }],
    };
  }

  #newTask(execution: Execution, job: Job): Task {
    const { state, now } = this.#harbor();
    const count = `[${job.references.length} item(s) in total]`;
    const task: Task = {
      id: nextId(state, 'task'),
      executionId: execution.id,
      status: 'Pending',
      jobId: randomUUID().replaceAll('-', '').slice(0, 24),
      operation: job.operation,
      source: `${job.source.repository} ${count}`,
      destination: `${job.destination.repository} ${count}`,
      started: now(),
      log: '',
    };
    state.tasks.push(task);
    return task;
  }

  // Harbor's jobs run three times at most. Between two runs the execution counts as failed and ended.
  async #work(
    execution: Execution,
    task: Task,
    job: Job | undefined,
    { from, to }: { from: Side; to: Side },
  ): Promise<void> {
    const { settings, now } = this.#harbor();
    for (const pause of [0, ...settings.retryPausesMs]) {
      await waited(pause);
      if (this.#off || task.status === 'Stopped' || job === undefined) return;
      task.status = 'InProgress';
      delete task.ended;
      this.#refresh(execution);
      try {
        await this.#attempt(task, job, from, to);
        task.status = isStopped(task) ? 'Stopped' : 'Succeed';
      } catch {
        task.status = isStopped(task) ? 'Stopped' : 'Failed';
      }
      if (this.#off) return;
      task.ended = now();
      this.#refresh(execution);
      if (task.status !== 'Failed') return;
    }
  }

  async #attempt(task: Task, job: Job, from: Side, to: Side): Promise<void> {
    const { settings, now } = this.#harbor();
    const log = (level: string, text: string): void => {
      task.log += `${now()} [${level}] [/controller/replication/transfer/image/transfer.go]: ${text}\n`;
    };
    log('INFO', `client for source registry [type: harbor, URL: ${from.url}] created`);
    log('INFO', `client for destination registry [type: harbor, URL: ${to.url}] created`);
    await waited(settings.taskMs);
    if (settings.failingTasks > 0) {
      settings.failingTasks -= 1;
      log('ERROR', 'failed to push the manifest of artifact: EOF');
      throw new Error('EOF');
    }
    await transfer(job, from, to, log);
  }

  #refresh(execution: Execution): void {
    if (execution.status === 'Stopped') return;
    const tasks = this.#harbor().state.tasks.filter((one) => one.executionId === execution.id);
    const has = (...among: readonly Task['status'][]): boolean =>
      tasks.some((one) => among.includes(one.status));
    if (has('Pending', 'InProgress')) {
      execution.status = 'InProgress';
      delete execution.ended;
    } else this.#end(execution, has('Failed') ? 'Failed' : has('Stopped') ? 'Stopped' : 'Succeed', '');
  }

  #end(execution: Execution, status: Execution['status'], text: string): void {
    if (this.#off) return;
    execution.status = status;
    execution.statusText = text;
    execution.ended = this.#harbor().now();
  }
}

// The compiler takes the status for what was last assigned; meanwhile it may have been stopped.
function isStopped(task: Task): boolean {
  return task.status === 'Stopped';
}

function registryAt(state: State, id: number): Registry {
  const registry = state.registries.find((one) => one.id === id);
  if (registry === undefined) throw new Error(`registry ${id} not found`);
  return registry;
}

async function ensureProjects(policy: Policy, resources: readonly Resource[], to: Side): Promise<void> {
  const projects = new Map<string, boolean>();
  for (const { repository, isPublic } of resources) {
    const name = renamed(policy, repository).split('/')[0] ?? '';
    projects.set(name, isPublic && (projects.get(name) ?? true));
  }
  for (const [name, isPublic] of projects) {
    await to.ensureProject(name, isPublic).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`failed to do the prepare work for pushing/uploading resources: ${reason}`);
    });
  }
}

/** The repository's name on the other side. */
function renamed({ namespace, replaceCount }: Policy, repository: string): string {
  if (namespace === '') return repository;
  const parts = repository.split('/');
  const kept = replaceCount < 0 ? parts.slice(-1) : parts.slice(replaceCount);
  if (replaceCount > parts.length - 1)
    throw new Error(
      `the source repository "${repository}" contains only ${parts.length - 1} path components`,
    );
  return [namespace, ...kept].join('/');
}

async function waited(milliseconds: number): Promise<void> {
  if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
