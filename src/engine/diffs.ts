import { readFile, stat } from 'node:fs/promises';
import type { Diff } from '../model/result.ts';
import type { Content, PutStep, Step } from '../module/index.ts';

/** Above this many bytes a difference is not kept: nobody reads it, and it would fill the event stream. */
const maxBytes = 256 * 1024;

/** What steps would change, as text before and after. */
export async function diffsOf(steps: readonly Step[]): Promise<readonly Diff[]> {
  const diffs: Diff[] = [];
  for (const step of steps) {
    if (step.kind === 'put' && !step.diff) diffs.push(...(await diffOfPut(step)));
    diffs.push(...(step.diff ?? []));
  }
  return diffs;
}

async function diffOfPut(step: PutStep): Promise<readonly Diff[]> {
  if (step.before === null) return [];
  const before = step.before ?? '';
  const after = await textOf(step.content);
  if (after === undefined || before.length > maxBytes) return [];
  if (before === after) return [];
  if (!step.secret) return [{ header: step.path, before, after }];
  return [
    { header: step.path, before: before === '' ? '' : '(secret, as before)\n', after: '(secret, new)\n' },
  ];
}

async function textOf(content: Content): Promise<string | undefined> {
  if ('text' in content) return content.text.length > maxBytes ? undefined : content.text;
  const bytes = 'bytes' in content ? content.bytes : await smallFile(content.localFile);
  if (bytes === undefined || bytes.length > maxBytes || bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

async function smallFile(path: string): Promise<Uint8Array | undefined> {
  const { size } = await stat(path);
  return size > maxBytes ? undefined : readFile(path);
}
