import { endKeptConnections, type KeptConnectionInfo, listKeptConnections } from '../connection/index.ts';
import { exitCodes } from './exit-codes.ts';

export interface ConnectionsArguments {
  readonly close: boolean;
  readonly output: 'human' | 'json';
}

/**
 * `mooring connections`: what `--persist` keeps open, or the end of it.
 *
 * @returns the exit code
 */
export async function connectionsCommand({ close, output }: ConnectionsArguments): Promise<number> {
  const closed = close ? await endKeptConnections() : undefined;
  const connections = await listKeptConnections();
  const write = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  if (output === 'json') {
    write(JSON.stringify({ ...(closed === undefined ? {} : { closed }), connections }));
    return exitCodes.ok;
  }
  if (closed !== undefined) write(`${closed} closed`);
  for (const connection of connections) write(lineOf(connection));
  if (connections.length === 0 && closed === undefined) write('no connection is kept open');
  return exitCodes.ok;
}

function lineOf(connection: KeptConnectionInfo): string {
  const { name, user, host, port, openedMs, endsMs } = connection;
  const seconds = (milliseconds: number): number => Math.max(0, Math.round(milliseconds / 1000));
  const age = `open for ${seconds(Date.now() - openedMs)} s`;
  const state = endsMs === undefined ? 'in use' : `ends in ${seconds(endsMs - Date.now())} s`;
  return `${name}: ${user}@${host} port ${port}, ${age}, ${state}`;
}
