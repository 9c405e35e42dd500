/** The root file system of the hosts: Debian with systemd, sshd, sudo and Docker, as an operator would be handed it. */

import { fileURLToPath } from 'node:url';
import type { LabFile } from './files.ts';
import { buildLayer, type Layer, minimalLayer } from './layers.ts';

/** What a playbook would wait for a slow mirror for: fetched once, so that apt in a host finds it in its own cache. */
const prefetched = [
  'nfs-kernel-server',
  'nfs-common',
  'curl',
  'rsync',
  'haproxy',
  'keepalived',
  'mariadb-client',
];

const packages = [
  ...['systemd', 'systemd-sysv', 'dbus', 'libpam-systemd', 'kmod', 'procps', 'cron', 'less'],
  ...['openssh-server', 'sudo', 'ca-certificates', 'openssl', 'python3'],
  ...['iproute2', 'iptables', 'nftables', 'iputils-ping', 'netbase'],
  ...['docker.io', 'docker-compose'],
];

/** Timers and sockets that would disturb a test (apt's lock taken by apt-daily) or cannot work in a container. */
const masked = [
  ...[
    'apt-daily.timer',
    'apt-daily-upgrade.timer',
    'dpkg-db-backup.timer',
    'e2scrub_all.timer',
    'fstrim.timer',
  ],
  ...['systemd-udevd.service', 'systemd-resolved.service', 'getty.target', 'console-getty.service'],
  ...['systemd-journald-audit.socket', 'sys-kernel-debug.mount', 'sys-kernel-tracing.mount'],
  ...['sys-kernel-config.mount', 'sys-fs-fuse-connections.mount', 'dev-hugepages.mount'],
];

/** Builds the hosts' root file system, or finds it in the cache. */
export async function baseLayer(): Promise<Layer> {
  return buildLayer({
    name: 'host',
    parent: await minimalLayer(),
    packages,
    prefetch: prefetched,
    files: [
      unit('mooring-lab-network.service'),
      unit('mooring-lab-cgroups.service'),
      { path: '/etc/sudoers.d/ops', content: 'ops ALL=(ALL:ALL) NOPASSWD: ALL\n', mode: 0o440 },
    ],
    after: `
useradd --create-home --shell /bin/bash ops
install -d -m 700 /root/.ssh
install -d -m 700 -o ops -g ops /home/ops/.ssh
rm -f /etc/ssh/ssh_host_*
rm -f /var/lib/dbus/machine-id
: >/etc/machine-id
: >/etc/fstab
systemctl enable mooring-lab-network.service mooring-lab-cgroups.service
systemctl mask ${masked.join(' ')}
`,
  });
}

function unit(name: string): LabFile {
  return {
    path: `/etc/systemd/system/${name}`,
    source: fileURLToPath(new URL(`units/${name}`, import.meta.url)),
  };
}
