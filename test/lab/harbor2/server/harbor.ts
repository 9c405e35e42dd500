// What every part of the stand-in shares.

import type { BlobStore } from './blobs.ts';
import type { WebReply, WebRequest } from './http.ts';
import type { Login, Who } from './login.ts';
import type { Replication } from './replication/replication.ts';
import type { State } from './state.ts';

export interface Harbor {
  readonly state: State;
  readonly blobs: BlobStore;
  readonly login: Login;
  readonly replication: Replication;
  /** As in /systeminfo and in tokens' realms: `http://10.0.0.101`. */
  readonly url: () => string;
  readonly settings: Settings;
  /** The moment, as Harbor writes it. */
  readonly now: () => string;
}

/** How this Harbor behaves; tests change it while it runs. */
export interface Settings {
  /** As /systeminfo says it: `v2.15.2-080b0220`. */
  version: string;
  /** Milliseconds a user is locked, and kept waiting, after a wrong password. */
  lockMs: number;
  /** Milliseconds before each of the two repeats of a failed replication task. */
  retryPausesMs: readonly number[];
  /** So many of the next replication tasks fail once started, as on a broken line. */
  failingTasks: number;
  /** Milliseconds each replication task takes at least. */
  taskMs: number;
  /** Components that /health calls unhealthy, with the reason. */
  unhealthy: Readonly<Record<string, string>>;
  /** The configuration comes from the environment: nothing in it can be changed. */
  configurationFixed: boolean;
}

/** One call of the API. */
export interface Call {
  readonly harbor: Harbor;
  readonly request: WebRequest;
  /** The parts of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly who: Who;
}

export type Handler = (call: Call) => WebReply | Promise<WebReply>;

/** Handlers by method and path, written as in the API's description. */
export type Routes = Readonly<Record<string, Handler>>;
