import { CommandError } from '../../model/errors.ts';
import { quoteWord } from '../../util/shell.ts';
import type { Become, Connection } from '../connection.ts';

const timeoutMs = 600_000;

/** Bytes of a file larger than captured output may be, over a channel of its own; undefined = absent. */
export async function readLargeFile(
  connection: Connection,
  become: Become | undefined,
  path: string,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const quoted = quoteWord(path);
  const command = await connection.execStream({
    script: `[ -e ${quoted} ] || exit 41; [ -f ${quoted} ] || exit 42; cat -- ${quoted}`,
    ...{ timeoutMs, locale: 'C', kind: 'read' },
    ...(become === undefined ? {} : { become }),
  });
  command.stdin.end();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of command.stdout) {
    size += chunk.length;
    if (size > maxBytes) {
      command.kill();
      await command.done.catch(() => undefined);
      throw new CommandError(`cannot read ${path}: it is larger than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  const { exitCode, stderr } = await command.done;
  if (exitCode === 41) return undefined;
  if (exitCode === 42) throw new CommandError(`cannot read ${path}: it is not a regular file`);
  if (exitCode !== 0) throw new CommandError(`cannot read ${path}: ${stderr.trim()}`);
  return Buffer.concat(chunks);
}
