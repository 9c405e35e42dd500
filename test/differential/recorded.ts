import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './case.ts';

/** What ansible-playbook did, and the hash of what it was asked. */
export interface Answer extends Outcome {
  readonly asked: string;
}

export const recordedFile = fileURLToPath(new URL('recorded.json', import.meta.url));

/** Title of a case → Ansible's answer. */
export function readRecorded(): Record<string, Answer> {
  return existsSync(recordedFile) ? JSON.parse(readFileSync(recordedFile, 'utf8')) : {};
}
