import { ConnectionError } from '../model/errors.ts';
import { createLimit, type Limit } from '../util/limit.ts';
import type { ConnectionSpec } from './connection.ts';
import { LoginPace } from './login-pace.ts';
import { logIn, TooManyStarts } from './ssh-login.ts';
import { hopSpec, openByCommand, openDirect, openThrough, type ServerStream } from './ssh-proxy.ts';
import { resolveSshSettings, type SshSettings } from './ssh-settings.ts';
import { sshTransport } from './ssh-transport.ts';
import type { Transport } from './transport.ts';

/** Tries after a server closed before its banner, and the first pause between them, milliseconds. */
const maxStarts = 8;
const firstPauseMs = 150;
const longestPauseMs = 2_000;

/**
 * Connects and logs in, through jump hosts or a proxy command where the settings say so.
 *
 * @throws ConnectionError with cause and hint
 */
export async function connectSsh(spec: ConnectionSpec, depth = 0): Promise<Transport> {
  if (depth > 8)
    throw new ConnectionError(`${spec.name}: more than 8 jump hosts: ProxyJump goes in a circle?`);
  const settings = resolveSshSettings(spec);
  for (let attempt = 1; ; attempt++) {
    try {
      return await connectOnce(spec, settings, depth);
    } catch (error) {
      if (!(error instanceof TooManyStarts) || attempt === maxStarts) throw error;
      pace.noteRefusal();
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1));
      await pause(pauseMs * (0.5 + Math.random()));
    }
  }
}

async function connectOnce(spec: ConnectionSpec, settings: SshSettings, depth: number): Promise<Transport> {
  const hop = await openHop(spec, settings, depth);
  const limit = startsOf(`${settings.host} ${settings.port}`);
  const connect = async (onConnected: () => void): Promise<Transport> => {
    const server = await openServer(spec, settings, hop);
    onConnected();
    try {
      const client = await logIn(server.stream, settings, spec);
      return sshTransport(client, spec.name, server.release);
    } catch (error) {
      server.stream.destroy();
      server.release();
      throw error;
    }
  };
  return limit(() => pace.run(connect));
}

/** The last jump host, connected; undefined where there is none. */
async function openHop(
  spec: ConnectionSpec,
  settings: SshSettings,
  depth: number,
): Promise<Transport | undefined> {
  const last = settings.proxyJump.at(-1);
  if (last === undefined || settings.proxyCommand !== undefined) return undefined;
  const hop = hopSpec(last, settings.proxyJump.slice(0, -1), spec, settings.argsForHops);
  return connectSsh(hop, depth + 1);
}

async function openServer(
  spec: ConnectionSpec,
  settings: SshSettings,
  hop: Transport | undefined,
): Promise<ServerStream> {
  if (settings.proxyCommand !== undefined) return openByCommand(settings.proxyCommand, spec);
  if (hop !== undefined) return openThrough(hop, settings);
  const startedMs = performance.now();
  const server = await openDirect(settings, spec);
  pace.noteConnect(performance.now() - startedMs);
  return server;
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
