import { ConnectionError } from '../model/errors.ts';
import { createLimit, type Limit } from '../util/limit.ts';
import type { ConnectionSpec } from './connection.ts';
import { LoginPace } from './login-pace.ts';
import { logIn, TooManyStarts } from './ssh-login.ts';
import {
  hopSpec,
  openByCommand,
  openDirect,
  openThrough,
  type ProxySurroundings,
  type ServerStream,
} from './ssh-proxy.ts';
import { resolveSshSettings, type SshSettings } from './ssh-settings.ts';
import { type SshTransport, sshTransport } from './ssh-transport.ts';

/** Tries after a server closed before its banner, and the first pause between them, milliseconds. */
const maxStarts = 8;
const firstPauseMs = 150;
const longestPauseMs = 2_000;

/** A host and the way there, with everything that is known of both before the first packet. */
export interface SshRoute {
  readonly spec: ConnectionSpec;
  readonly settings: SshSettings;
  /** The last jump host; undefined where there is none. */
  readonly hop?: SshRoute;
  /** Where a ProxyCommand runs; default: as this process does. */
  readonly surroundings?: ProxySurroundings;
}

/** Told while a route is connected, and of what comes from the host later. */
export interface RouteWatch {
  /** The key of the host or of a jump host was accepted. */
  onHostKey(settings: SshSettings, key: Buffer): void;
  /** Something came from the host itself. */
  onHeard(): void;
}

/**
 * Connects and logs in, through jump hosts or a proxy command where the settings say so.
 *
 * @throws ConnectionError with cause and hint
 */
export async function connectSsh(spec: ConnectionSpec): Promise<SshTransport> {
  return connectRoute(sshRoute(spec));
}

/**
 * Reads all settings of a host and of the jump hosts before it.
 *
 * @throws ConnectionError on settings that cannot be understood
 */
export function sshRoute(spec: ConnectionSpec, depth = 0): SshRoute {
  if (depth > 8)
    throw new ConnectionError(`${spec.name}: more than 8 jump hosts: ProxyJump goes in a circle?`);
  const settings = resolveSshSettings(spec);
  const last = settings.proxyJump.at(-1);
  if (last === undefined || settings.proxyCommand !== undefined) return { spec, settings };
  const hop = hopSpec(last, settings.proxyJump.slice(0, -1), spec, settings.argsForHops);
  return { spec, settings, hop: sshRoute(hop, depth + 1) };
}

/**
 * Connects a route.
 *
 * @throws ConnectionError with cause and hint
 */
export async function connectRoute(route: SshRoute, watch?: RouteWatch): Promise<SshTransport> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await connectOnce(route, watch);
    } catch (error) {
      if (!(error instanceof TooManyStarts) || attempt === maxStarts) throw error;
      pace.noteRefusal();
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1));
      await pause(pauseMs * (0.5 + Math.random()));
    }
  }
}

async function connectOnce(route: SshRoute, watch: RouteWatch | undefined): Promise<SshTransport> {
  const { spec, settings } = route;
  const hop = route.hop && (await connectRoute(route.hop, watch && { ...watch, onHeard: () => undefined }));
  const limit = startsOf(`${settings.host} ${settings.port}`);
  const connect = async (onConnected: () => void): Promise<SshTransport> => {
    const server = await openServer(route, hop);
    onConnected();
    try {
      const client = await logIn(server.stream, settings, spec, (key) => watch?.onHostKey(settings, key));
      if (watch) server.stream.on('data', watch.onHeard);
      return sshTransport(client, spec.name, server);
    } catch (error) {
      server.stream.destroy();
      server.release?.();
      throw error;
    }
  };
  return limit(() => pace.run(connect));
}

async function openServer(route: SshRoute, hop: SshTransport | undefined): Promise<ServerStream> {
  const { spec, settings } = route;
  if (settings.proxyCommand !== undefined) {
    return openByCommand(settings.proxyCommand, spec, route.surroundings);
  }
  if (hop !== undefined) return openThrough(hop, settings);
  const startedMs = performance.now();
  const server = await openDirect(settings, spec);
  const roundTripMs = performance.now() - startedMs;
  pace.noteConnect(roundTripMs);
  return { ...server, roundTripMs };
}

const pace = new LoginPace();

/** Logins under way at one server; above 10 sshd starts to drop them (MaxStartups 10:30:100). */
const startsAtOnce = 8;
const limits = new Map<string, Limit>();

function startsOf(server: string): Limit {
  const limit = limits.get(server) ?? createLimit(startsAtOnce);
  limits.set(server, limit);
  return limit;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
