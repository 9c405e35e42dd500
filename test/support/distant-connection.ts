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
  const shells = new Map<string, Promise<number>>();
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
  /** A channel counts from when something is asked through it. */
  const opening = async (): Promise<number> => {
    const level = reached + openingTrips;
    await pause(openingTrips * options.roundTripMs);
    return level;
  };
  const wait = async (opened: Promise<number>): Promise<void> => {
    reached = Math.max(reached, await opened);
  };
  const opened = (become: Become | undefined, use: string): Promise<number> => {
    const key = `${use} ${become?.method} ${become?.user}`;
    const known = shells.get(key) ?? opening();
    shells.set(key, known);
    return known;
  };
  const shell = async (request: ShellRequest): Promise<ExecResult> => {
    await wait(opened(request.become, 'reads'));
    return farAway(1, () => near.shell(request));
  };
  const shared = async (request: ExecRequest): Promise<ExecResult> => {
    await wait(opened(request.become, 'commands'));
    return farAway(1, () => near.exec(request));
  };
  const spares = new Map<string, Promise<number>[]>();
  const sparesOf = (become: Become | undefined): Promise<number>[] => {
    const key = `${become?.method} ${become?.user}`;
    const known = spares.get(key) ?? [];
    spares.set(key, known);
    return known;
  };
  const exec = async (request: ExecRequest): Promise<ExecResult> => {
    const own = sparesOf(request.become).shift();
    const spare = own ?? sparesOf(undefined).shift();
    await wait(spare ?? opening());
    const trips = spare && !own ? 2 : 1;
    const level = reached + trips;
    return farAway(trips, () => near.exec(withBehind(request, level)));
  };
  /** What is asked behind a command travels with it. */
  const withBehind = (request: ExecRequest, level: number): ExecRequest => {
    const { behind } = request;
    if (!behind || !request.durable) return request;
    return {
      ...request,
      behind: (inChannel) =>
        behind({ ...inChannel, shell: (asked) => answered(level, inChannel.shell(asked)) }),
    };
  };
  const answered = async <T>(level: number, reply: Promise<T>): Promise<T> => {
    const answer = await reply;
    await pause(half);
    reached = Math.max(reached, level);
    return answer;
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
      const present = sparesOf(wanted.become);
      while (present.length < wanted.commands) present.push(opening());
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
