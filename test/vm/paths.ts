/** Where the virtual machines keep things. Nothing of it lies inside the repository. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inCache } from '../lab/paths.ts';

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A path of what is built once and kept. */
export function inVmCache(...parts: readonly string[]): string {
  return inCache('vm', ...parts);
}

/** A path of what exists only while the test runs: disks, sockets, keys under fixed names for the inventory. */
export function inVmRun(...parts: readonly string[]): string {
  return join('/run/mooring-vm', ...parts);
}

/** Disks in use: copies of some hundred MB, so not where memory may be the file system. */
export function inVmDisks(...parts: readonly string[]): string {
  return inVmCache('running', ...parts);
}
