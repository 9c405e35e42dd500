import { readFile } from 'node:fs/promises';
import { stageFiles } from '../../connection/index.ts';
import type { Content, StagedFile } from '../../module/index.ts';
import type { TaskTarget } from '../task-target.ts';

/** Puts files into a 0700 directory for as long as the action takes. */
export async function withStage<T>(
  target: TaskTarget,
  files: readonly StagedFile[] | undefined,
  action: (directory: string | undefined) => Promise<T>,
): Promise<T> {
  if (!files || files.length === 0) return action(undefined);
  const stage = await stageFiles(await target.connection(), target.become, files);
  try {
    return await action(stage.directory);
  } finally {
    await stage.dispose().catch(() => undefined);
  }
}

export function stageVariable(directory: string | undefined): Readonly<Record<string, string>> {
  return directory === undefined ? {} : { MOORING_STAGE: directory };
}

/** The bytes of a step's content. */
export async function bytesOf(content: Content): Promise<Uint8Array> {
  if ('text' in content) return Buffer.from(content.text);
  if ('bytes' in content) return content.bytes;
  return readFile(content.localFile);
}
