import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { PassThrough, type Readable, Transform } from 'node:stream';
import { CommandError } from '../../model/errors.ts';
import type { Become, Connection, ExecResult, ShellRequest } from '../connection.ts';
import type { PutReply, PutRequest } from '../host-writes.ts';
import {
  backupMark,
  commitScript,
  countScript,
  keepTemporary,
  noteMark,
  putCodes,
  receiveScript,
  resumeScript,
  sizeScript,
} from './put-script.ts';

/** Larger contents stream over a channel of their own; smaller ones ride in the pipelined shell. */
const shellLimit = 256 * 1024;
const commitTimeoutMs = 120_000;
const transferTimeoutMs = 6 * 3_600_000;

/**
 * Writes a file so that whoever looks sees the old or the new one, never a part: a temporary file beside
 * it, complete and with its final owner and mode, is renamed over it.
 *
 * @param become whom it is written as
 * @returns where the backup is, and what could not be kept
 * @throws CommandError saying what stood in the way; the old file is then untouched. ConnectionError.
 */
export async function putFile(
  connection: Connection,
  become: Become | undefined,
  request: PutRequest,
): Promise<PutReply> {
  const source = await openSource(request);
  const temporaryName = `.mooring-${randomBytes(8).toString('hex')}`;
  const run = (script: string, stdin?: Uint8Array) =>
    connection.shell({ ...stepRequest(script, become), ...(stdin === undefined ? {} : { stdin }) });

  if (source instanceof Uint8Array) {
    const receive = receiveScript(request.path, temporaryName);
    return replyOf(
      await run(`${receive}\n${countScript(source.length)}\n${commitScript(request)}`, source),
      connection,
      request,
    );
  }
  const size = await send(connection, become, request, source, temporaryName);
  const resume = resumeScript(request.path, temporaryName);
  return replyOf(await run(`${resume}\n${sizeScript(size)}\n${commitScript(request)}`), connection, request);
}

type Source = Uint8Array | (() => Readable);

async function openSource({ content, path }: PutRequest): Promise<Source> {
  if (content instanceof Uint8Array) {
    return content.length <= shellLimit ? content : () => streamOf(content);
  }
  if ('stream' in content) return content.stream;
  const { localFile } = content;
  const { size } = await stat(localFile).catch((error: unknown) => {
    throw new CommandError(`cannot put ${path}: ${error instanceof Error ? error.message : String(error)}`);
  });
  return size <= shellLimit ? readFile(localFile) : () => createReadStream(localFile);
}

function streamOf(bytes: Uint8Array): Readable {
  const stream = new PassThrough();
  stream.end(bytes);
  return stream;
}

/** Fills the temporary file; nothing is put in place, so a cut transfer changes nothing. */
async function send(
  connection: Connection,
  become: Become | undefined,
  request: PutRequest,
  open: () => Readable,
  temporaryName: string,
): Promise<number> {
  let size = 0;
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      size += chunk.length;
      done(null, chunk);
    },
  });
  const source = open();
  source.once('error', (error) => {
    counted.destroy(new CommandError(`cannot put ${request.path}: ${error.message}`, { cause: error }));
  });
  source.pipe(counted);
  const script = `${receiveScript(request.path, temporaryName)}\n${keepTemporary}`;
  const received = await connection.exec({
    ...stepRequest(script, become),
    ...{ stdin: counted, timeoutMs: transferTimeoutMs },
  });
  source.destroy();
  replyOf(received, connection, request);
  return size;
}

function stepRequest(script: string, become: Become | undefined): ShellRequest {
  const base = { script, timeoutMs: commitTimeoutMs, locale: 'C', kind: 'step' } as const;
  return become === undefined ? base : { ...base, become };
}

function replyOf(result: ExecResult, connection: Connection, request: PutRequest): PutReply {
  if (result.exitCode !== 0) throw failure(result, connection.spec.name, request);
  const lines = result.stdout.split('\n');
  const after = (mark: string) =>
    lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length));
  const [backupPath] = after(backupMark);
  const notes = after(noteMark);
  return {
    ...(backupPath === undefined ? {} : { backupPath }),
    ...(notes.length === 0 ? {} : { notes }),
  };
}

function failure(result: ExecResult, hostName: string, request: PutRequest): CommandError {
  const { path } = request;
  const said = result.stderr.trim();
  const what = `${hostName}: cannot write ${path}`;
  if (result.timedOut) return new CommandError(`${what}: no end within ${commitTimeoutMs / 1000} s`);
  if (/no space left|disk quota exceeded/i.test(said)) {
    const kind = /quota/i.test(said) ? 'the disk quota is used up' : 'no space left on its file system';
    return new CommandError(`${what}: ${kind}; the old file is untouched`, {
      hint: `make room there: df -h ${path.slice(0, path.lastIndexOf('/')) || '/'}`,
    });
  }
  if (result.exitCode === putCodes.invalid) {
    return new CommandError(`${what}: the validation refused the new content: ${said}`, {
      hint: 'the old file is untouched',
    });
  }
  if (result.exitCode === putCodes.noRename && /busy/i.test(said)) {
    return new CommandError(`${what}: it is a mount point (a bind-mounted file), which cannot be replaced`, {
      hint: 'unsafe_writes: true overwrites it in place, so that readers may see half of it',
    });
  }
  const hint = /permission denied|operation not permitted|only root/i.test(said)
    ? { hint: 'become may be missing' }
    : {};
  return new CommandError(
    `${what}: ${said.replace(/^.*?: (?=[A-Z])/, '') || `exit code ${result.exitCode}`}`,
    hint,
  );
}
