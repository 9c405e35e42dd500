// Sessions as Beego's Redis provider keeps them: one key a session, gone after an hour.

import { randomBytes } from 'node:crypto';
import type { Redis } from './redis.ts';

export const SESSION_COOKIE = 'beegosessionID';
const LIFETIME_SECONDS = 3600;

export interface SessionValues {
  readonly username?: string;
  readonly isSysAdmin?: boolean;
}

/** Every method throws where the store cannot be reached. */
export interface Sessions {
  read(id: string): Promise<SessionValues | undefined>;
  write(id: string, values: SessionValues): Promise<void>;
  remove(id: string): Promise<void>;
}

export function newSessionId(): string {
  return randomBytes(16).toString('hex');
}

/** The session id in a Cookie header. */
export function sessionIdOf(cookie: string | undefined): string | undefined {
  return new RegExp(`(?:^|;\\s*)${SESSION_COOKIE}=([^;]+)`).exec(cookie ?? '')?.[1];
}

/** The Set-Cookie header for a new session. */
export function sessionCookie(id: string): readonly [string, string] {
  return ['Set-Cookie', `${SESSION_COOKIE}=${id}; Path=/; HttpOnly`];
}

export class MemorySessions implements Sessions {
  readonly #values = new Map<string, SessionValues>();

  get size(): number {
    return this.#values.size;
  }

  async read(id: string): Promise<SessionValues | undefined> {
    return this.#values.get(id);
  }

  async write(id: string, values: SessionValues): Promise<void> {
    this.#values.set(id, values);
  }

  async remove(id: string): Promise<void> {
    this.#values.delete(id);
  }
}

export class RedisSessions implements Sessions {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async read(id: string): Promise<SessionValues | undefined> {
    const stored = await this.#redis.command('GET', id);
    return typeof stored === 'string' ? (JSON.parse(stored) as SessionValues) : undefined;
  }

  async write(id: string, values: SessionValues): Promise<void> {
    await this.#redis.command('SET', id, JSON.stringify(values), 'EX', LIFETIME_SECONDS);
  }

  async remove(id: string): Promise<void> {
    await this.#redis.command('DEL', id);
  }
}
