import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { putFile, removePath } from '../../connection/index.ts';
import { CommandError } from '../../model/errors.ts';
import type { PutStep, RemoveStep, SaveStep } from '../../module/index.ts';
import { quoteWord } from '../../util/shell.ts';
import { limitedTimeout, type StepContext, type StepEnd } from './context.ts';
import { bytesOf } from './stage.ts';

/** Writes a file on the host. */
export async function putStep(step: PutStep, context: StepContext): Promise<StepEnd> {
  const { path, mode, owner, group, validate, backup, unsafeWrites } = step;
  const content = 'localFile' in step.content ? step.content : await bytesOf(step.content);
  const reply = await putFile(await context.target.connection(), context.target.become, {
    path,
    content,
    ...(mode === undefined ? {} : { mode }),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...(validate === undefined ? {} : { validate }),
    ...(backup === undefined ? {} : { backup }),
    ...(unsafeWrites === undefined ? {} : { unsafeWrites }),
  });
  return reply.backupPath === undefined ? {} : { backupPath: reply.backupPath };
}

/** Removes a path of the host. */
export async function removeStep(step: RemoveStep, context: StepContext): Promise<StepEnd> {
  const { connection, become } = context.target;
  await removePath(await connection(), become, step.path, { recursive: step.recursive ?? false });
  return {};
}

/** Writes a file on the control node: beside its place first, then renamed. */
export async function saveStep(step: SaveStep, context: StepContext): Promise<StepEnd> {
  const temporary = `${step.localPath}.mooring-${process.pid}`;
  const mode = step.mode === undefined ? undefined : Number.parseInt(step.mode, 8);
  await mkdir(dirname(step.localPath), { recursive: true });
  try {
    // What is not for all to read never is, not even for a moment.
    if (mode !== undefined) await writeFile(temporary, '', { mode: 0o600 });
    if (step.content) await writeFile(temporary, await bytesOf(step.content));
    else await download(step.remotePath ?? '', temporary, context);
    if (mode !== undefined) await chmod(temporary, mode);
    await rename(temporary, step.localPath);
  } finally {
    await rm(temporary, { force: true });
  }
  return {};
}

async function download(remotePath: string, localPath: string, context: StepContext): Promise<void> {
  const { become } = context.target;
  const connection = await context.target.connection();
  const stream = await connection.execStream({
    script: `exec cat < ${quoteWord(remotePath)}`,
    timeoutMs: limitedTimeout(context, 3_600_000),
    locale: 'C',
    kind: 'read',
    ...(become ? { become } : {}),
  });
  stream.stdin.end();
  await pipeline(stream.stdout, createWriteStream(localPath));
  const result = await stream.done;
  if (result.exitCode !== 0) throw new CommandError(`cannot read ${remotePath}: ${result.stderr.trim()}`);
}
