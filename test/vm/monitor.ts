/** QEMU's machine protocol (QMP): one JSON object a line over a socket. */

import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** QEMU refused a command, went away, or did not answer in time. */
class MonitorError extends Error {
  override readonly name = 'MonitorError';
}

/** What a reply line may hold. */
interface Reply {
  readonly return?: unknown;
  readonly error?: { readonly desc?: string };
}

/**
 * Runs commands of QEMU's human monitor one after the other.
 * @param socket path of the machine's monitor socket.
 * @param timeoutMs for all of them together.
 * @throws MonitorError with QEMU's words when a command says anything: these commands are silent when all is well.
 */
export async function monitor(socket: string, commands: readonly string[], timeoutMs: number): Promise<void> {
  const connection = connect(socket);
  const timer = setTimeout(
    () =>
      connection.destroy(new MonitorError(`no answer to "${commands.join('; ')}" within ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    await converse(connection, commands);
  } finally {
    clearTimeout(timer);
    connection.destroy();
  }
}

async function converse(connection: Socket, commands: readonly string[]): Promise<void> {
  const replies = repliesOf(connection);
  const ask = async (request: object): Promise<unknown> => {
    connection.write(`${JSON.stringify(request)}\n`);
    const { value } = await replies.next();
    if (value === undefined) throw new MonitorError(`QEMU ended at ${JSON.stringify(request)}`);
    if (value.error) throw new MonitorError(value.error.desc ?? 'unknown error of QEMU');
    return value.return;
  };
  await ask({ execute: 'qmp_capabilities' });
  for (const command of commands) {
    const said = await ask({
      execute: 'human-monitor-command',
      arguments: { 'command-line': command },
    });
    if (typeof said === 'string' && said.trim() !== '') throw new MonitorError(`${command}: ${said.trim()}`);
  }
}

/** Replies without the greeting and the events in between. */
async function* repliesOf(connection: Socket): AsyncGenerator<Reply, undefined> {
  const failed = new Promise<never>((_, reject) => connection.once('error', reject));
  failed.catch(() => {});
  const lines = createInterface({ input: connection })[Symbol.asyncIterator]();
  for (;;) {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done) return undefined;
    const message: Reply = JSON.parse(value);
    if ('return' in message || 'error' in message) yield message;
  }
}
