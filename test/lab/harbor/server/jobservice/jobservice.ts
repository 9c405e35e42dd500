// The jobservice: takes jobs over HTTP, runs them, reports each change of status to the ui.

import { randomBytes } from 'node:crypto';
import type { Fetcher } from '../fetcher.ts';
import type { JobRequest } from '../job-client.ts';
import { type Log, messageOf } from '../log.ts';
import { goJson, type WebHandler, type WebReply } from '../web.ts';
import type { JobStore, StoredJob } from './job-store.ts';
import { type JobLog, runJob } from './run-job.ts';

interface LogFiles {
  /** Begins a log; what an earlier attempt wrote is gone. */
  begin(id: string): Promise<void>;
  append(id: string, line: string): Promise<void>;
  read(id: string): Promise<string | undefined>;
}

export interface JobserviceParts {
  readonly store: JobStore;
  readonly fetch: Fetcher;
  readonly logs: LogFiles;
  readonly uiSecret: string;
  readonly jobserviceSecret: string;
  readonly now: () => Date;
  /** A number from 0 to 1; what makes retries spread. */
  readonly random: () => number;
  readonly log: Log;
}

const ATTEMPTS = 3;

export class Jobservice {
  readonly #parts: JobserviceParts;
  readonly #startedAt: number;

  constructor(parts: JobserviceParts) {
    this.#parts = parts;
    this.#startedAt = Math.floor(parts.now().getTime() / 1000);
  }

  /** The HTTP interface. */
  readonly handler: WebHandler = async (request) => {
    const secret = /^Harbor-Secret (.+)$/.exec(request.headers['authorization'] ?? '')?.[1];
    if (secret === undefined) return problem(401, 10014, 'Unauthorized', "header 'Authorization' missing");
    if (secret !== this.#parts.uiSecret) return problem(401, 10014, 'Unauthorized', 'unauthorized');
    const [, id, rest] = /^\/api\/v1\/jobs\/(\w+)(\/log)?$/.exec(request.path) ?? [];
    if (request.path === '/api/v1/stats') return plain(200, this.#stats());
    if (request.path === '/api/v1/jobs' && request.method === 'POST')
      return this.#submit(await request.text());
    if (id !== undefined && rest !== undefined) return this.#log(id);
    if (id !== undefined && request.method === 'POST') return this.#act(id);
    return problem(404, 10404, 'not found', request.path);
  };

  /** Does what is due: fires periodic jobs, wakes retries, runs one waiting job. False where there was nothing to run. */
  async step(): Promise<boolean> {
    const { store, now } = this.#parts;
    await this.#firePeriodic();
    await store.wake(now().getTime());
    const job = await store.take();
    if (job === undefined) return false;
    await this.#run(job);
    return true;
  }

  async #submit(text: string): Promise<WebReply> {
    const { job } = JSON.parse(text) as { job: JobRequest };
    const stored: StoredJob = { id: randomBytes(12).toString('hex'), job, fails: 0 };
    if (job.metadata.kind === 'Periodic') {
      await this.#parts.store.addPeriodic(stored);
      await this.#report(stored, 'Scheduled');
    } else {
      await this.#parts.store.push(stored);
    }
    return plain(202, { job: { id: stored.id } });
  }

  // Only periodic jobs can be stopped: one that waits or is to be tried again goes on, as was recorded.
  async #act(id: string): Promise<WebReply> {
    const removed = await this.#parts.store.removePeriodic(id);
    const known = removed || (await this.#parts.logs.read(id)) !== undefined;
    return known ? plain(204, '') : problem(404, 10010, 'job not found', id);
  }

  async #log(id: string): Promise<WebReply> {
    const text = await this.#parts.logs.read(id);
    return text === undefined ? problem(404, 10011, 'job log not found', id) : plain(200, text);
  }

  async #run(stored: StoredJob): Promise<void> {
    const { fetch, logs, jobserviceSecret, log } = this.#parts;
    const write: JobLog = (level, text) => {
      const time = `${this.#parts.now().toISOString().slice(0, 19)}Z`;
      const place = level === 'ERROR' ? ' [job_logger.go:81]:' : '';
      return logs.append(stored.id, `${time} [${level}]${place} ${text}\n`);
    };
    await logs.begin(stored.id);
    await this.#report(stored, 'Running');
    const outcome = await runJob(stored.job, { fetch, jobserviceSecret, write });
    if (outcome.ok) return this.#report(stored, 'Success');
    log('ERROR', `Job '${stored.job.name}:${stored.id}' exit with error: ${outcome.reason}`);
    await this.#report(stored, 'Error');
    const fails = stored.fails + 1;
    if (!outcome.again || fails >= ATTEMPTS) return undefined;
    const pause = fails ** 4 + 15 + Math.floor(this.#parts.random() * 30) * (fails + 1);
    return this.#parts.store.later({ ...stored, fails }, this.#parts.now().getTime() + pause * 1000);
  }

  async #firePeriodic(): Promise<void> {
    const { store, now } = this.#parts;
    const moment = now();
    for (const stored of await store.periodic()) {
      const due = lastDue(stored.job.metadata.cron_spec ?? '', moment);
      // Only what came due within the last minute and since this service started: no catching up.
      const age = moment.getTime() - due.getTime();
      if (age > 60_000 || due.getTime() / 1000 < this.#startedAt) continue;
      if (await store.claim(`${stored.id}:${due.toISOString()}`)) {
        await store.push({ ...stored, id: randomBytes(12).toString('hex') });
      }
    }
  }

  async #report({ id, job }: StoredJob, status: string): Promise<void> {
    if (job.status_hook === '') return;
    const headers = {
      'content-type': 'application/json',
      authorization: `Harbor-Secret ${this.#parts.uiSecret}`,
    };
    const body = JSON.stringify({ job_id: id, status });
    await this.#parts
      .fetch({ method: 'POST', url: job.status_hook, headers, body })
      .catch((error: unknown) => {
        this.#parts.log('ERROR', `status of job ${id} not reported: ${messageOf(error)}`);
      });
  }

  #stats(): object {
    const pool = {
      worker_pool_id: '000000000000000000000001',
      started_at: this.#startedAt,
      heartbeat_at: Math.floor(this.#parts.now().getTime() / 1000),
      job_names: ['DEMO', 'IMAGE_DELETE', 'IMAGE_REPLICATE', 'IMAGE_SCAN', 'IMAGE_TRANSFER'],
      concurrency: 50,
      status: 'Healthy',
    };
    return { worker_pools: [pool] };
  }
}

/** The last moment at or before `now` that a `second minute hour * * weekday` names (UTC). */
export function lastDue(cron: string, now: Date): Date {
  const [second = '0', minute = '0', hour = '0', , , weekday = '*'] = cron.split(' ');
  const due = new Date(now);
  due.setUTCHours(Number(hour), Number(minute), Number(second), 0);
  while (due > now || (weekday !== '*' && due.getUTCDay() !== Number(weekday)))
    due.setUTCDate(due.getUTCDate() - 1);
  return due;
}

function plain(status: number, body: string | object): WebReply {
  const text = typeof body === 'string' ? body : goJson(body);
  return { status, headers: [['Content-Type', 'text/plain; charset=utf-8']], body: text };
}

function problem(status: number, code: number, message: string, details: string): WebReply {
  return plain(status, { code, message, details });
}
