// Where jobs wait: shared by all jobservices on one Redis, so that any of them may take any job.

import type { JobRequest } from '../job-client.ts';
import type { Redis } from '../redis.ts';

export interface StoredJob {
  readonly id: string;
  readonly job: JobRequest;
  readonly fails: number;
}

export interface JobStore {
  push(job: StoredJob): Promise<void>;
  /** Takes the oldest job that waits. */
  take(): Promise<StoredJob | undefined>;
  /** Keeps a job until a moment (ms of the epoch). */
  later(job: StoredJob, due: number): Promise<void>;
  /** Puts kept jobs whose moment has come among the waiting ones. */
  wake(now: number): Promise<void>;
  /** Periodic jobs, by id. */
  periodic(): Promise<StoredJob[]>;
  addPeriodic(job: StoredJob): Promise<void>;
  /** Whether there was such a periodic job. */
  removePeriodic(id: string): Promise<boolean>;
  /** True for one caller only, within a day: who fires a periodic job at a given moment. */
  claim(name: string): Promise<boolean>;
}

export class MemoryJobStore implements JobStore {
  #waiting: StoredJob[] = [];
  #kept: { readonly job: StoredJob; readonly due: number }[] = [];
  readonly #periodic = new Map<string, StoredJob>();
  readonly #claimed = new Set<string>();

  async push(job: StoredJob): Promise<void> {
    this.#waiting.push(job);
  }

  async take(): Promise<StoredJob | undefined> {
    return this.#waiting.shift();
  }

  async later(job: StoredJob, due: number): Promise<void> {
    this.#kept.push({ job, due });
  }

  async wake(now: number): Promise<void> {
    this.#waiting.push(...this.#kept.filter((kept) => kept.due <= now).map((kept) => kept.job));
    this.#kept = this.#kept.filter((kept) => kept.due > now);
  }

  async periodic(): Promise<StoredJob[]> {
    return [...this.#periodic.values()];
  }

  async addPeriodic(job: StoredJob): Promise<void> {
    this.#periodic.set(job.id, job);
  }

  async removePeriodic(id: string): Promise<boolean> {
    return this.#periodic.delete(id);
  }

  async claim(name: string): Promise<boolean> {
    if (this.#claimed.has(name)) return false;
    this.#claimed.add(name);
    return true;
  }
}

const DAY_SECONDS = 86_400;

export class RedisJobStore implements JobStore {
  readonly #redis: Redis;
  readonly #namespace: string;

  constructor(redis: Redis, namespace: string) {
    this.#redis = redis;
    this.#namespace = `{${namespace}}`;
  }

  async push(job: StoredJob): Promise<void> {
    await this.#redis.command('LPUSH', this.#key('jobs'), JSON.stringify(job));
  }

  async take(): Promise<StoredJob | undefined> {
    const text = await this.#redis.command('RPOP', this.#key('jobs'));
    return typeof text === 'string' ? (JSON.parse(text) as StoredJob) : undefined;
  }

  async later(job: StoredJob, due: number): Promise<void> {
    await this.#redis.command('ZADD', this.#key('retry'), due, JSON.stringify(job));
  }

  async wake(now: number): Promise<void> {
    const due = await this.#redis.command('ZRANGEBYSCORE', this.#key('retry'), '-inf', now);
    for (const text of Array.isArray(due) ? due : []) {
      // Whoever removes the entry moves it.
      const removed = await this.#redis.command('ZREM', this.#key('retry'), String(text));
      if (removed === 1) await this.#redis.command('LPUSH', this.#key('jobs'), String(text));
    }
  }

  async periodic(): Promise<StoredJob[]> {
    const all = await this.#redis.command('HVALS', this.#key('periodic'));
    return (Array.isArray(all) ? all : []).map((text) => JSON.parse(String(text)) as StoredJob);
  }

  async addPeriodic(job: StoredJob): Promise<void> {
    await this.#redis.command('HSET', this.#key('periodic'), job.id, JSON.stringify(job));
  }

  async removePeriodic(id: string): Promise<boolean> {
    return (await this.#redis.command('HDEL', this.#key('periodic'), id)) === 1;
  }

  async claim(name: string): Promise<boolean> {
    const key = this.#key(`fired:${name}`);
    return (await this.#redis.command('SET', key, '1', 'NX', 'EX', DAY_SECONDS)) === 'OK';
  }

  #key(name: string): string {
    return `${this.#namespace}:${name}`;
  }
}
