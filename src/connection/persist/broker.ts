import { randomBytes } from 'node:crypto';
import { type BigIntStats, linkSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { BrokerSession } from './broker-session.ts';
import { type Connect, KeptConnections } from './kept-connections.ts';

/** How long a broker that nobody has used yet stays, milliseconds. */
const firstUseMs = 10_000;
const backlog = 4_096;
const maxTries = 5;

/**
 * Serves kept connections on a socket until none is left and nobody uses it.
 *
 * @param onReady called when runs may connect, also where another broker is already there
 */
export async function serveKeptConnections(
  path: string,
  onReady: () => void,
  connectHost?: Connect,
): Promise<void> {
  const broker = new Broker(connectHost);
  const isFirst = await listen(broker.server, path);
  onReady();
  if (!isFirst) return;
  const { ino } = lstatSync(path);
  await broker.idle();
  // First the name: whoever comes now starts a new broker. Another one may have it by now.
  if (lstatSync(path, { throwIfNoEntry: false })?.ino === ino) rmSync(path, { force: true });
  await broker.close();
}

class Broker {
  readonly server: Server;
  readonly #connections: KeptConnections;
  readonly #salt = randomBytes(32).toString('base64');
  #sessions = 0;
  #isUsed = false;
  #onIdle: () => void = () => undefined;

  constructor(connectHost: Connect | undefined) {
    this.#connections = new KeptConnections(() => this.#look(), connectHost);
    this.server = createServer({ noDelay: true }, (socket) => {
      this.#sessions++;
      this.#isUsed = true;
      new BrokerSession(socket, this.#connections, this.#salt, () => {
        this.#sessions--;
        this.#look();
      });
    });
  }

  /** Settles when there is nothing left to do. */
  async idle(): Promise<void> {
    const timer = setTimeout(() => {
      this.#isUsed = true;
      this.#look();
    }, firstUseMs);
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
    clearTimeout(timer);
  }

  /** Who got in at the last moment is still served. */
  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  #look(): void {
    if (this.#isUsed && this.#sessions === 0 && this.#connections.isEmpty) this.#onIdle();
  }
}

/**
 * Listens, and then gives the socket its name, in the place of one that nobody listens on. Naming is one step that
 * fails where the name is taken. False where another broker has it.
 */
async function listen(server: Server, path: string): Promise<boolean> {
  const temporary = `${path}.${process.pid}`;
  await bind(server, temporary);
  try {
    for (let attempt = 1; ; attempt++) {
      const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
      if (stat === undefined && link(temporary, path)) return true;
      if (attempt === maxTries || (await isServed(path))) break;
      if (stat) removeStale(path, stat);
    }
  } finally {
    rmSync(temporary, { force: true });
  }
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return false;
}

function bind(server: Server, path: string): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const before = process.umask(0o177);
    server.listen({ path, backlog }, () => {
      server.off('error', reject);
      resolve();
    });
    process.umask(before);
  });
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Renaming takes exactly one file away: where it is not the stale one, another broker was faster. */
function removeStale(path: string, { ino, ctimeNs }: BigIntStats): void {
  const aside = `${path}.${process.pid}.old`;
  try {
    renameSync(path, aside);
    const taken = lstatSync(aside, { bigint: true });
    // The number may be in use again by then.
    if (taken.ino !== ino || taken.birthtimeNs > ctimeNs) linkSync(aside, path);
    rmSync(aside);
  } catch {
    // Somebody else was at it as well: the next try shows what is there now.
  }
}
