/** What the lab's inventories name on the control node: the installer, and a Harbor to import from. */

import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { buildInstaller } from './harbor/build.ts';
import { makeSource } from './harbor/source.ts';
import { inCache, inRun } from './paths.ts';
import { step } from './progress.ts';

/**
 * Builds the installer (once), and for the site `lab` the source Harbor's files, and links them where the
 * inventory looks. The masters of the site `dual-master` have their own database and Redis, so their installer holds
 * those images too.
 *
 * @param site name of the site
 * @returns SHA-256 of the installer
 */
export async function publishSiteFiles(site: 'lab' | 'dual-master' = 'lab'): Promise<string> {
  const folder = inRun(site, 'files');
  mkdirSync(folder, { recursive: true });
  const installer = await step('Harbor offline installer (stand-in images)', () =>
    buildInstaller(inCache('harbor'), site === 'dual-master' ? { withDatabase: true } : {}),
  );
  link(installer.path, join(folder, 'harbor-offline-installer-v1.5.4.tgz'));
  if (site === 'lab') await step('a Harbor to import from', () => makeSource(folder));
  return installer.sha256;
}

function link(target: string, path: string): void {
  rmSync(path, { force: true });
  symlinkSync(target, path);
}
