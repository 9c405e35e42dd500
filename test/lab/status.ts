/** What is up, and what in it stands in for something else. */

import { isRunning } from './host.ts';
import { networkIsUp } from './network.ts';
import { kernelHasNfs } from './nfs-substitute.ts';
import { say } from './progress.ts';
import type { Site } from './site.ts';

/** Says for each host whether it runs, and names the substitutes. */
export async function printStatus(site: Site): Promise<void> {
  if (!networkIsUp(site)) {
    say(`site ${site.name} is down`);
    return;
  }
  for (const host of site.hosts) {
    say(`${host.name} ${host.address} ${isRunning(site, host) ? 'up' : 'off'}`);
  }
  for (const line of await substitutes()) say(`substitute: ${line}`);
}

async function substitutes(): Promise<string[]> {
  const nfs =
    'NFS: this kernel has none; the server is nfs-ganesha following /etc/exports, the client a FUSE mount (fuse.nfs)';
  return [
    'images mysql:5.7 and redis:3: made from Debian packages (MariaDB, Redis)',
    ...((await kernelHasNfs()) ? [] : [nfs]),
  ];
}
