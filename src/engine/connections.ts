import type { Become, Connection, ConnectionSpec } from '../connection/connection.ts';
import type { PlacedReads } from '../connection/host-reads.ts';
import { connect, createReads, holdReads } from '../connection/index.ts';

/** The connections of a run: one for each way of reaching a host, opened when first needed. */
export class Connections {
  readonly #open: (spec: ConnectionSpec) => Promise<Connection>;
  readonly #connections = new Map<string, Promise<Connection>>();
  /** Keys of attempts that failed and that nobody has asked about yet. */
  readonly #refused = new Set<string>();
  readonly #reads = new WeakMap<Connection, Map<string, PlacedReads>>();

  constructor(open: (spec: ConnectionSpec) => Promise<Connection> = connect) {
    this.#open = open;
  }

  /** The open connection for a spec. Throws ConnectionError; the next call then tries again. */
  get(spec: ConnectionSpec): Promise<Connection> {
    const key = connectionKey(spec);
    const known = this.#connections.get(key);
    if (known !== undefined) {
      if (this.#refused.delete(key)) this.#connections.delete(key);
      return known;
    }
    const opening = this.#open(spec);
    this.#connections.set(key, opening);
    opening.catch(() => this.#connections.delete(key));
    return opening;
  }

  /** Opens a connection that is about to be asked for. A failure is kept for whoever asks, once. */
  async openAhead(spec: ConnectionSpec): Promise<void> {
    const key = connectionKey(spec);
    if (this.#connections.has(key)) return;
    const opening = this.#open(spec);
    this.#connections.set(key, opening);
    await opening.catch(() => this.#refused.add(key));
  }

  /** Lets the reads of a host wait for what the action is going to ask: they go out together. */
  async collecting<T>(spec: ConnectionSpec, action: () => Promise<T>): Promise<T> {
    const hold = this.#connections.get(connectionKey(spec))?.then(holdReads);
    try {
      return await action();
    } finally {
      hold?.then((release) => release()).catch(() => undefined);
    }
  }

  /** False where there is no connection of this spec, or the attempt to open it failed. */
  isOpen(spec: ConnectionSpec): boolean {
    const key = connectionKey(spec);
    return this.#connections.has(key) && !this.#refused.has(key);
  }

  /** Typed reads as a user; the same object for the same user, so that its facts are gathered once. */
  reads(connection: Connection, become: Become | undefined): PlacedReads {
    const byUser = this.#reads.get(connection) ?? new Map<string, PlacedReads>();
    this.#reads.set(connection, byUser);
    const key = become ? `${become.method}:${become.user}` : '';
    const reads = byUser.get(key) ?? createReads(connection, become);
    byUser.set(key, reads);
    return reads;
  }

  /** Closes the connection of a spec, if open; the next `get` is a new login. */
  async reset(spec: ConnectionSpec): Promise<void> {
    const key = connectionKey(spec);
    const opening = this.#connections.get(key);
    this.#connections.delete(key);
    await opening?.then((connection) => connection.close({ forGood: true })).catch(() => undefined);
  }

  async close(): Promise<void> {
    const all = [...this.#connections.values()];
    this.#connections.clear();
    await Promise.all(
      all.map((opening) => opening.then((connection) => connection.close()).catch(() => undefined)),
    );
  }
}

const keys = new WeakMap<ConnectionSpec, string>();

/** The same text for specs that share a connection. */
export function connectionKey(spec: ConnectionSpec): string {
  const known = keys.get(spec);
  if (known !== undefined) return known;
  const { transport, address, port, user, privateKeyFile, sshArgs, password, keep } = spec;
  const parts = [transport, address, port, user, privateKeyFile, sshArgs, password, keep?.idleMs];
  const key = JSON.stringify(parts);
  keys.set(spec, key);
  return key;
}
