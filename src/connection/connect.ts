import type { Connection, ConnectionSpec } from './connection.ts';
import { HostConnection } from './host-connection.ts';
import { localTransport } from './local-transport.ts';
import { connectKept } from './persist/connect-kept.ts';
import { connectSsh } from './ssh-connect.ts';
import type { Transport } from './transport.ts';

/**
 * Makes contact with a host.
 *
 * @throws ConnectionError with the cause (refused, timed out, host key, which logins were tried) and a hint
 */
export async function connect(spec: ConnectionSpec): Promise<Connection> {
  const connection = new HostConnection(spec, () => openTransport(spec));
  await connection.open();
  return connection;
}

async function openTransport(spec: ConnectionSpec): Promise<Transport> {
  if (spec.transport === 'local') return localTransport();
  return spec.keep ? connectKept(spec, spec.keep) : connectSsh(spec);
}
