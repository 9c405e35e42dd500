import type { Duplex, Readable, Writable } from 'node:stream';
import { ConnectionError } from '../model/errors.ts';

/** How a channel ended. */
export interface ChannelEnd {
  readonly code?: number;
  /** Without `SIG`, e.g. `KILL`. */
  readonly signal?: string;
  /** Contact with the host was lost: nothing is known of the process. */
  readonly lost: boolean;
}

/** One process on the host with its three streams. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles once, never rejects. */
  readonly closed: Promise<ChannelEnd>;
  close(): void;
}

/** What differs between ssh and local: starting processes, and TCP from the host. */
export interface Transport {
  /** Starts a command line by the login shell. Throws ConnectionError. */
  open(command: string): Promise<Channel>;
  openTcp(address: string, port: number): Promise<Duplex>;
  /** False once contact is lost or close() was called. */
  readonly isOpen: boolean;
  /** To the host and back, milliseconds; undefined where nobody measured it: kept connections, ways through others. */
  readonly roundTripMs?: number | undefined;
  close(): Promise<void>;
  /** Instead of close() where nothing answers any more: whatever keeps it open must end it. */
  abandon?(): Promise<void>;
}

/** A channel was refused although the connection works: sshd's MaxSessions, most likely. */
export class ChannelRefused extends ConnectionError {}
