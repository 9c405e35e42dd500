import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { type Fault, formatPosition } from '../../src/model/index.ts';

const made: string[] = [];

afterAll(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** Writes files below a new directory, which is removed after the test file; returns its path. */
export function writeFiles(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'mooring-load-'));
  made.push(directory);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

/** One line per fault, `file:line:col code`, with the directory taken off. */
export function listFaults(faults: readonly Fault[], directory: string): string[] {
  return faults.map((fault) => {
    const place = fault.position ? formatPosition(fault.position) : '-';
    return `${place.replace(`${directory}/`, '')} ${fault.code}`;
  });
}
