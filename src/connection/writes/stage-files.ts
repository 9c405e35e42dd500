import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { CommandError, InternalError } from '../../model/errors.ts';
import type { Become, Connection } from '../connection.ts';
import { makeRoomHint, placeScript } from '../spool-scripts.ts';
import { putFile } from './put-file.ts';
import { removePath } from './remove-path.ts';

/** A file for one step; its name may not hold a slash. */
export interface FileToStage {
  readonly name: string;
  readonly content:
    | { readonly text: string }
    | { readonly bytes: Uint8Array }
    | { readonly localFile: string };
  /** Octal text, default 0600. */
  readonly mode?: string;
}

export interface Stage {
  /** Absolute path on the host. */
  readonly directory: string;
  /** Removes it with all that is in it. */
  dispose(): Promise<void>;
}

const timeoutMs = 30_000;

/**
 * Puts files into a fresh directory that only its owner can enter, under the user's TMPDIR or /tmp.
 *
 * @param become whose directory it is
 * @throws CommandError where there is no room or no right to make it; ConnectionError
 */
export async function stageFiles(
  connection: Connection,
  become: Become | undefined,
  files: readonly FileToStage[],
): Promise<Stage> {
  const directory = await makeDirectory(connection, become);
  const dispose = () => removePath(connection, become, directory, { recursive: true });
  try {
    await Promise.all(files.map((file) => putFile(connection, become, toPut(file, directory))));
  } catch (error) {
    await dispose().catch(() => undefined);
    throw error;
  }
  return { directory, dispose };
}

async function makeDirectory(connection: Connection, become: Become | undefined): Promise<string> {
  const name = `mooring-${randomBytes(12).toString('hex')}`;
  const result = await connection.shell({
    // mkdir fails where anything is there already, a link included: nobody can slip one in.
    script: `umask 077; ${placeScript(name)} && mkdir -- "$d" && printf %s "$d"`,
    ...{ timeoutMs, locale: 'C', kind: 'step' },
    ...(become === undefined ? {} : { become }),
  });
  if (result.exitCode === 0) return result.stdout;
  const said = result.stderr.trim().split('\n').at(-1) ?? '';
  const isFull = /no space left|quota exceeded/i.test(said);
  throw new CommandError(
    `${connection.spec.name}: cannot make a temporary directory: ${isFull ? 'no space left' : said}`,
    { hint: makeRoomHint },
  );
}

function toPut(file: FileToStage, directory: string) {
  if (file.name === '' || file.name.includes('/')) throw new InternalError(`"${file.name}" cannot be staged`);
  const { content } = file;
  const bytes = 'text' in content ? Buffer.from(content.text) : 'bytes' in content ? content.bytes : content;
  return { path: posix.join(directory, file.name), content: bytes, mode: file.mode ?? '0600' };
}
