/**
 * NFS for hosts whose kernel has none: nfs-ganesha behind nfs-server.service and /etc/exports, and a mount.nfs that
 * serves the file system through FUSE. Both appear with the packages nfs-kernel-server and nfs-common and go with them.
 */

import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LabFile } from './files.ts';
import { buildLayer, type Layer, minimalLayer } from './layers.ts';
import { tryRun } from './process.ts';

const HOME = '/usr/lib/mooring-lab';

const here = (name: string) => fileURLToPath(new URL(`nfs/${name}`, import.meta.url));

/** Units of the NFS packages that fail without the kernel's NFS. */
const skippedUnits = [
  ...['proc-fs-nfsd.mount', 'run-rpc_pipefs.mount', 'var-lib-nfs-rpc_pipefs.mount', 'nfsdcld.service'],
  ...['nfs-idmapd.service', 'nfs-blkmap.service', 'rpc-gssd.service', 'rpc-svcgssd.service'],
];

let probed: Promise<boolean> | undefined;

/** Whether this kernel has an NFS client and an NFS server, found out by using them. */
export function kernelHasNfs(): Promise<boolean> {
  probed ??= tryRun(['unshare', '--mount', '--net', 'sh', '-s'], { input: PROBE }).then(
    ({ code }) => code === 0,
  );
  return probed;
}

const PROBE = `
modprobe -q nfsd; modprobe -q nfsv4
grep -qw nfs4 /proc/filesystems || exit 1
mount -t tmpfs tmpfs /mnt && mkdir /mnt/nfsd && mount -t nfsd nfsd /mnt/nfsd && test -e /mnt/nfsd/threads
`;

/** Puts the substitutes over the hosts' root file system. */
export async function nfsSubstituteLayer(host: Layer): Promise<Layer> {
  const client = await buildNfsClient();
  return buildLayer({
    name: 'nfs-substitute',
    parent: host,
    // What the server is linked with; the server itself is only unpacked, so that it does not look installed.
    packages: [
      'libntirpc4.3',
      'libwbclient0',
      'liburcu8',
      'libnfsidmap1',
      'libgssapi-krb5-2',
      'libacl1',
      'libblkid1',
    ],
    files: [
      { path: `${HOME}/mount.nfs`, source: client, mode: 0o755 },
      ...['exportfs', 'ganesha-config', 'ganesha-reload', 'ganesha-start', 'after-dpkg'].map(program),
      dropIn('nfs-server.service', 'nfs-server.conf'),
      dropIn('nfs-mountd.service', 'nfs-mountd.conf'),
      ...skippedUnits.map((unit) => dropIn(unit, 'needs-kernel-nfs.conf')),
      { path: '/etc/dpkg/dpkg.cfg.d/mooring-lab', content: `post-invoke=${HOME}/after-dpkg\n` },
    ],
    after: `
mkdir -p ${HOME}/diverted ${HOME}/ganesha
for target in /sbin/mount.nfs /usr/sbin/exportfs; do
  dpkg-divert --quiet --local --no-rename --divert "${HOME}/diverted/\${target##*/}" --add "$target"
done
cd /tmp
apt-get -q download nfs-ganesha nfs-ganesha-vfs
for package in *.deb; do dpkg -x "$package" ${HOME}/ganesha; done
`,
  });
}

/**
 * Compiles mount.nfs in a layer of its own; no compiler comes to the hosts or to this machine.
 * @returns path of the program.
 */
export async function buildNfsClient(): Promise<string> {
  const sources = readdirSync(here('client')).sort();
  const flags = '-O2 -Wall -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DFUSE_USE_VERSION=314 -I/usr/include/fuse3';
  const layer = await buildLayer({
    name: 'nfs-client',
    parent: await minimalLayer(),
    packages: ['gcc', 'libc6-dev', 'libfuse3-dev'],
    files: sources.map((name) => ({ path: `/src/${name}`, source: here(`client/${name}`) })),
    after: `gcc ${flags} /src/*.c -o /mount.nfs -l:libfuse3.a -lpthread -ldl`,
  });
  return `${layer.stack[0]}/mount.nfs`;
}

function program(name: string): LabFile {
  return { path: `${HOME}/${name}`, source: here(`server/${name}`), mode: 0o755 };
}

function dropIn(unit: string, file: string): LabFile {
  return { path: `/etc/systemd/system/${unit}.d/mooring-lab.conf`, source: here(`server/${file}`) };
}
