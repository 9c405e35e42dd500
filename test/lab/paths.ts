/** Where the lab keeps things. Nothing of it lies inside the repository. */

import { join } from 'node:path';

/** Built once and kept: layers, images, keys, the disks of the hosts. */
const cacheDirectory = process.env['MOORING_LAB_DIR'] ?? '/var/cache/mooring-lab';

/** What exists only while a lab is up: process ids, sockets, and the keys under fixed names for inventories. */
export const runDirectory = '/run/mooring-lab';

/** A path under the cache directory. */
export function inCache(...parts: readonly string[]): string {
  return join(cacheDirectory, ...parts);
}

/** A path of one site under the run directory. */
export function inRun(site: string, ...parts: readonly string[]): string {
  return join(runDirectory, site, ...parts);
}
