import { isStillTrusted } from '../host-key-check.ts';
import { connectRoute, type RouteWatch, type SshRoute } from '../ssh-connect.ts';
import type { SshSettings } from '../ssh-settings.ts';
import type { SshTransport } from '../ssh-transport.ts';
import type { KeptConnectionInfo } from './messages.ts';

/** A connection that has been silent for longer must answer before it is lent, milliseconds. */
const trustedSilenceMs = 20_000;
/** How long that answer may take, milliseconds. */
const probeMs = 5_000;

/** One connection that outlives the runs that use it. One run uses it at a time. */
export interface Kept {
  readonly key: string;
  readonly transport: SshTransport;
  /** Called when contact is lost; set by who uses it. */
  onGone: ((reason: string) => void) | undefined;
}

interface Entry extends Kept {
  readonly info: Pick<KeptConnectionInfo, 'name' | 'user' | 'host' | 'port' | 'openedMs'>;
  /** The keys of the host and of the jump hosts, with what they were judged by. */
  readonly hostKeys: readonly (readonly [SshSettings, Buffer])[];
  heardMs: number;
  isInUse: boolean;
  /** Settles when the run before has left nothing behind; false = it has. */
  settled: Promise<boolean>;
  timer: NodeJS.Timeout | undefined;
  endsMs: number | undefined;
}

export type Connect = (route: SshRoute, watch: RouteWatch) => Promise<SshTransport>;

/** The connections of a broker. */
export class KeptConnections {
  readonly #connect: Connect;
  readonly #onChange: () => void;
  readonly #entries = new Set<Entry>();
  #logins = 0;

  /** @param onChange called when a connection has gone */
  constructor(onChange: () => void, connect: Connect = connectRoute) {
    this.#onChange = onChange;
    this.#connect = connect;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0 && this.#logins === 0;
  }

  /** Lends an idle connection whose host is still trusted and still there; undefined where there is none. */
  async take(key: string): Promise<Kept | undefined> {
    for (const entry of [...this.#entries].reverse()) {
      if (entry.key !== key || entry.isInUse) continue;
      entry.isInUse = true;
      clearTimeout(entry.timer);
      entry.endsMs = undefined;
      if ((await entry.settled) && (await isGood(entry))) return entry;
      this.discard(entry);
    }
    return undefined;
  }

  /** Logs in; the new connection is lent. Throws ConnectionError. */
  async logIn(key: string, route: SshRoute): Promise<Kept> {
    const hostKeys: [SshSettings, Buffer][] = [];
    let heardMs = Date.now();
    let entry: Entry | undefined;
    const watch: RouteWatch = {
      onHostKey: (settings, hostKey) => hostKeys.push([settings, hostKey]),
      onHeard: () => {
        heardMs = Date.now();
        if (entry) entry.heardMs = heardMs;
      },
    };
    this.#logins++;
    try {
      const transport = await this.#connect(route, watch);
      entry = newEntry(key, route, transport, hostKeys);
      entry.heardMs = heardMs;
      this.#entries.add(entry);
      void transport.gone.then((reason) => {
        entry?.onGone?.(reason);
        this.#remove(entry);
      });
      return entry;
    } finally {
      this.#logins--;
    }
  }

  /**
   * Takes a connection back for the next run, or ends it after `idleMs`.
   *
   * @param settled false where the run has left something behind that cannot be ended
   */
  giveBack(kept: Kept, idleMs: number, settled: Promise<boolean>): void {
    const entry = this.#find(kept);
    if (!entry) return;
    entry.isInUse = false;
    entry.settled = settled;
    entry.endsMs = Date.now() + idleMs;
    entry.timer = setTimeout(() => this.discard(entry), idleMs);
    void settled.then((isClean) => {
      if (!isClean && !entry.isInUse) this.discard(entry);
    });
  }

  /** Ends a connection. */
  discard(kept: Kept): void {
    const entry = this.#find(kept);
    this.#remove(entry);
    kept.transport.close().catch(() => undefined);
  }

  list(): KeptConnectionInfo[] {
    return [...this.#entries].map(({ info, isInUse, endsMs }) => ({
      ...info,
      isInUse,
      ...(endsMs === undefined ? {} : { endsMs }),
    }));
  }

  /** Ends those nobody uses; returns how many. */
  endIdle(): number {
    const idle = [...this.#entries].filter((entry) => !entry.isInUse);
    for (const entry of idle) this.discard(entry);
    return idle.length;
  }

  #find(kept: Kept): Entry | undefined {
    return [...this.#entries].find((entry) => entry === kept);
  }

  #remove(entry: Entry | undefined): void {
    if (!entry || !this.#entries.delete(entry)) return;
    clearTimeout(entry.timer);
    this.#onChange();
  }
}

function newEntry(
  key: string,
  { spec, settings }: SshRoute,
  transport: SshTransport,
  hostKeys: Entry['hostKeys'],
): Entry {
  const { user, host, port } = settings;
  return {
    ...{ key, transport, hostKeys, onGone: undefined },
    info: { name: spec.name, user, host, port, openedMs: Date.now() },
    ...{ heardMs: 0, isInUse: true, settled: Promise.resolve(true), timer: undefined, endsMs: undefined },
  };
}

async function isGood(entry: Entry): Promise<boolean> {
  for (const [settings, key] of entry.hostKeys) {
    if (!(await isStillTrusted(settings, key))) return false;
  }
  if (!entry.transport.isOpen) return false;
  const isFresh = Math.abs(Date.now() - entry.heardMs) < trustedSilenceMs;
  const answer = answers(entry);
  if (isFresh) {
    // It may have died just now: nobody waits to find out, and who uses it meanwhile is told.
    void answer.then((isThere) => {
      if (!isThere) entry.transport.close().catch(() => undefined);
    });
    return true;
  }
  return answer;
}

/** Whether anything comes from the host before the time is up. */
async function answers({ transport }: Entry): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), probeMs);
  });
  const isThere = await Promise.race([transport.probe().then(() => true), late]);
  clearTimeout(timer);
  return isThere && transport.isOpen;
}
