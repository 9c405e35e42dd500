/**
 * A connection that is far away: everything takes its time to the host and back, and round trips are counted
 * as the longest chain of "asked after an answer had come", so the count does not hang on how fast the
 * machine is.
 *
 *   const far = distantConnection(new HostConnection(spec, async () => localTransport()), { roundTripMs: 40 });
 *   …
 *   far.roundTrips()
 */
import type {
  Become,
  Connection,
  ExecRequest,
  ExecResult,
  ExecStream,
  ShellRequest,
} from '../../src/connection/connection.ts';
import { flushReads } from '../../src/connection/step-barrier.ts';

/** Opening a channel and starting a shell on it, before it takes its first request. */
const openingTrips = 2;

export interface DistantConnection extends Connection {
  /** Since it was made: the opening of channels included, connecting not. */
  roundTrips(): number;
}

export function distantConnection(
  near: Connection,
  options: { readonly roundTripMs: number },
): DistantConnection {
  const half = options.roundTripMs / 2;
  const shells = new Map<string, Promise<void>>();
  let reached = 0;

  /** Sends after the way there, answers after the way back, and counts what the answer makes known. */
  const farAway = async <T>(trips: number, ask: () => Promise<T>): Promise<T> => {
    const level = reached + trips;
    await pause(half + (trips - 1) * options.roundTripMs);
    try {
      return await ask();
    } finally {
      await pause(half);
      reached = Math.max(reached, level);
    }
  };
  const opened = (become: Become | undefined, use: string): Promise<void> => {
    const key = `${use} ${become?.method} ${become?.user}`;
    const opening = shells.get(key) ?? farAway(openingTrips, async () => undefined);
    shells.set(key, opening);
    return opening;
  };
  const shell = async (request: ShellRequest): Promise<ExecResult> => {
    await opened(request.become, 'reads');
    return farAway(1, () => near.shell(request));
  };
  const shared = async (request: ExecRequest): Promise<ExecResult> => {
    await opened(request.become, 'commands');
    return farAway(1, () => near.exec(request));
  };
  let spares: Promise<void>[] = [];
  const exec = async (request: ExecRequest): Promise<ExecResult> => {
    const spare = spares.shift();
    await (spare ?? farAway(openingTrips, async () => undefined));
    const trips = spare && request.become ? 2 : 1;
    return farAway(trips, () => near.exec(request));
  };
  const connection: DistantConnection = {
    spec: near.spec,
    get counters() {
      return near.counters;
    },
    shell: (request) => {
      if (request.kind === 'step') flushReads(connection);
      return shell(request);
    },
    exec: (request: ExecRequest) => {
      if (request.kind === 'step') flushReads(connection);
      return request.shared ? shared(request) : exec(request);
    },
    execStream: (request): Promise<ExecStream> => {
      if (request.kind === 'step') flushReads(connection);
      return farAway(openingTrips + 1, () => near.execStream(request));
    },
    prepare: (wanted) => {
      near.prepare?.(wanted);
      void opened(wanted.become, 'reads');
      const missing = Array.from({ length: Math.max(0, wanted.commands - spares.length) });
      spares = [...spares, ...missing.map(() => farAway(openingTrips, async () => undefined))];
    },
    openTcp: (address, port) => farAway(1, () => near.openTcp(address, port)),
    close: () => near.close(),
    roundTrips: () => reached,
  };
  return connection;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
