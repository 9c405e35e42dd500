import type { Connection, ConnectionSpec } from './connection.ts';
import { HostConnection } from './host-connection.ts';
import { localTransport } from './local-transport.ts';
import { connectSsh } from './ssh-connect.ts';

/**
 * Makes contact with a host.
 *
 * @throws ConnectionError with the cause (refused, timed out, host key, which logins were tried) and a hint
 */
export async function connect(spec: ConnectionSpec): Promise<Connection> {
  const connection = new HostConnection(spec, () =>
    spec.transport === 'local' ? Promise.resolve(localTransport()) : connectSsh(spec),
  );
  await connection.open();
  return connection;
}
