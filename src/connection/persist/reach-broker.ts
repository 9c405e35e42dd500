import { spawn } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { Keep } from '../connection.ts';
import { brokerSocketPath } from './broker-place.ts';

/** How long a new broker may take until it listens, milliseconds. */
const startMs = 10_000;
const maxTries = 3;

/** Brokers that are being started, by their sockets. False = it could not be. */
const starting = new Map<string, Promise<boolean>>();

/**
 * A socket to the broker, which is started where there is none; undefined where it cannot be.
 *
 * @param program the command line that starts one
 * @throws ConnectionError where its folder is not safe
 */
export async function reachBroker(program: Keep['program']): Promise<Socket | undefined> {
  const path = brokerSocketPath();
  for (let attempt = 1; attempt <= maxTries; attempt++) {
    const socket = await connectTo(path);
    if (socket) return socket;
    if (!(await startOnce(path, program))) return undefined;
  }
  return undefined;
}

/** A socket to a broker that is there already. */
export function connectTo(path: string): Promise<Socket | undefined> {
  if (!isOurs(path)) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const socket = connect({ path, noDelay: true });
    const fail = () => resolve(undefined);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

/** Folder and socket are looked at: what is not this user's own is never spoken to. */
function isOurs(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isSocket() === true && stat.uid === process.geteuid?.() && (stat.mode & 0o077) === 0;
}

/** All hosts of a run that find no broker start one together; a failure is not tried again. */
function startOnce(path: string, program: Keep['program']): Promise<boolean> {
  const known = starting.get(path);
  if (known !== undefined) return known;
  const start = startBroker(program);
  starting.set(path, start);
  void start.then((isThere) => {
    if (isThere) starting.delete(path);
  });
  return start;
}

/** In a session of its own: neither Ctrl-C nor the end of the terminal reaches it. */
function startBroker([command = '', ...words]: Keep['program']): Promise<boolean> {
  const child = spawn(command, words, {
    ...{ cwd: '/', detached: true, env: brokerEnvironment() },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return new Promise((resolve) => {
    const settle = (isThere: boolean) => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.unref();
      resolve(isThere);
    };
    const timer = setTimeout(() => settle(false), startMs);
    child.once('error', () => settle(false));
    child.once('close', () => settle(false));
    // It says a word when it listens, and nothing after that.
    child.stdout.once('data', () => settle(true));
  });
}

/** What a run has in its environment may be secret, and would stay as long as the broker. */
function brokerEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'LANG', 'TZ', 'XDG_RUNTIME_DIR', 'XDG_CACHE_HOME'];
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.includes(name)));
}
