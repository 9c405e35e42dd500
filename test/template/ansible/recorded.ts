import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Value } from '../../../src/model/value.ts';

/** What an expression gave. */
export type Answer = { readonly value: Value } | { readonly error: true };

export const recordedFile = fileURLToPath(new URL('recorded.json', import.meta.url));

/** Expression → Ansible's answer. */
export function readAnswers(): Readonly<Record<string, Answer>> {
  return existsSync(recordedFile) ? JSON.parse(readFileSync(recordedFile, 'utf8')) : {};
}
