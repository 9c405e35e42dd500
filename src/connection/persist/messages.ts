import { CommandError, ConnectionError } from '../../model/errors.ts';
import type { SshRoute } from '../ssh-connect.ts';
import { type ChannelEnd, ChannelRefused } from '../transport.ts';
import type { Frame } from './frames.ts';

/** Another number = the other side is of another version: it is left alone. */
export const protocolVersion = 1;

/** What a run says to the broker. */
export type RunMessage =
  /** Lend me the connection of this key; it is kept for `idleMs` after I gave it back. */
  | { readonly kind: 'attach'; readonly key: string; readonly idleMs: number }
  /** The only message with secrets; `mayAsk` = the run can ask a human. */
  | { readonly kind: 'login'; readonly route: SshRoute; readonly mayAsk: boolean }
  | { readonly kind: 'answer'; readonly id: number; readonly text?: string; readonly error?: ErrorText }
  | { readonly kind: 'exec'; readonly command: string }
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number }
  | { readonly kind: 'close' }
  /** I am done with it; `isUsable` false = nothing answers on it any more. */
  | { readonly kind: 'release'; readonly isUsable: boolean }
  | { readonly kind: 'list' }
  | { readonly kind: 'end' };

/** What the broker says to a run. */
export type BrokerMessage =
  | { readonly kind: 'hello'; readonly protocol: number; readonly salt: string; readonly pid: number }
  | { readonly kind: 'attached' }
  | { readonly kind: 'login-needed' }
  | { readonly kind: 'failed'; readonly error: ErrorText }
  | { readonly kind: 'ask'; readonly id: number; readonly prompt: string }
  | { readonly kind: 'opened' }
  | { readonly kind: 'refused'; readonly error: ErrorText }
  | { readonly kind: 'closed'; readonly end: ChannelEnd }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'list'; readonly connections: readonly KeptConnectionInfo[] }
  | { readonly kind: 'ended'; readonly count: number };

/** One kept connection, for people. */
export interface KeptConnectionInfo {
  /** Inventory name. */
  readonly name: string;
  readonly user: string;
  readonly host: string;
  readonly port: number;
  readonly isInUse: boolean;
  /** Since when it is open, milliseconds since 1970. */
  readonly openedMs: number;
  /** When it ends unless it is used before; undefined while it is in use. */
  readonly endsMs?: number;
}

/** An error on its way through the socket. */
export interface ErrorText {
  readonly type: string;
  readonly message: string;
  readonly hint?: string;
}

/** The message of a control frame; both ends are of one version, so its shape is taken as it is. */
export function messageOf<M extends RunMessage | BrokerMessage>(frame: Frame): M {
  return JSON.parse(frame.payload.toString('utf8')) as M;
}

const errorTypes = { ChannelRefused, CommandError, ConnectionError } as const;

export function errorText(error: unknown): ErrorText {
  if (!(error instanceof Error)) return { type: 'Error', message: String(error) };
  const [type = 'Error'] = Object.entries(errorTypes).find(([, kind]) => error instanceof kind) ?? [];
  const hint = 'hint' in error && typeof error.hint === 'string' ? { hint: error.hint } : {};
  return { type, message: error.message, ...hint };
}

export function errorOf({ type, message, hint }: ErrorText): Error {
  const options = hint === undefined ? {} : { hint };
  for (const [name, kind] of Object.entries(errorTypes)) {
    if (name === type) return new kind(message, options);
  }
  return new Error(message);
}
