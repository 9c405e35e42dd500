/** How this machine logs in to a lab host: the lab's own key, host keys checked, through the lab's network. */

import { fileURLToPath } from 'node:url';
import { identityFile, knownHostsFile } from './keys.ts';
import type { LabHost, Site } from './site.ts';

/** The argv of an ssh that runs `command` (or opens a shell) as user `ops`, who may sudo. */
export function sshArgv(site: Site, host: LabHost, ...command: readonly string[]): string[] {
  const connect = fileURLToPath(new URL('connect', import.meta.url));
  const options = [
    `ProxyCommand=${connect} ${site.name} %h %p`,
    `UserKnownHostsFile=${knownHostsFile(site)}`,
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
    'IdentitiesOnly=yes',
    'BatchMode=yes',
    'ConnectTimeout=10',
  ];
  return [
    ...['ssh', '-F', '/dev/null', '-i', identityFile(site)],
    ...options.flatMap((option) => ['-o', option]),
    `ops@${host.address}`,
    ...command,
  ];
}
