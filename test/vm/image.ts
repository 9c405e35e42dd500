/**
 * What the virtual machines start from, built once: Debian's stock kernel, a small initrd with the drivers of the
 * virtual disk and card, and a disk with Debian, its NFS server and client, and sshd.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashOf, type LabFile } from '../lab/files.ts';
import { buildLayer, type Layer, minimalLayer } from '../lab/layers.ts';
import { runScript } from '../lab/process.ts';
import { step } from '../lab/progress.ts';
import { inVmCache } from './paths.ts';

/** Files of one build; all below one folder. */
export interface Image {
  /** Hash of the recipe. */
  readonly key: string;
  readonly kernel: string;
  readonly initrd: string;
  /** Raw ext4; machines write to overlays over it. */
  readonly disk: string;
  /** Opens every machine, as root and as ops. */
  readonly userKey: string;
  /** The machines' SSH host key, public half. */
  readonly hostKey: string;
}

const packages = [
  ...['linux-image-amd64', 'nfs-kernel-server', 'nfs-common'],
  ...['systemd', 'systemd-sysv', 'kmod', 'procps', 'sudo', 'openssh-server', 'iproute2', 'netbase'],
  'busybox-static',
];

/** Drivers that Debian's kernel does not have built in; what they need is found by modprobe. */
const modules = ['virtio_pci', 'virtio_blk', 'virtio_net', 'ext4'];

/** What only costs time at boot, where every instruction is emulated. */
const masked = [
  ...['systemd-udevd.service', 'systemd-udev-trigger.service', 'systemd-udevd-control.socket'],
  ...['systemd-udevd-kernel.socket', 'systemd-udev-settle.service', 'getty.target', 'e2scrub_reap.service'],
  ...['systemd-logind.service', 'systemd-timesyncd.service', 'e2scrub_all.timer', 'fstrim.timer'],
  ...['apt-daily.timer', 'apt-daily-upgrade.timer', 'dpkg-db-backup.timer', 'systemd-tmpfiles-clean.timer'],
  ...['sys-kernel-debug.mount', 'sys-kernel-tracing.mount', 'sys-kernel-config.mount'],
  ...['dev-hugepages.mount', 'dev-mqueue.mount', 'sys-fs-fuse-connections.mount'],
  ...['modprobe@efi_pstore.service', 'modprobe@dm_mod.service', 'modprobe@loop.service'],
  ...['modprobe@configfs.service', 'modprobe@drm.service', 'modprobe@fuse.service'],
  ...['systemd-pstore.service', 'systemd-binfmt.service', 'proc-sys-fs-binfmt_misc.automount'],
  ...['systemd-update-utmp.service', 'systemd-update-utmp-runlevel.service', 'systemd-sysusers.service'],
  ...['systemd-random-seed.service', 'systemd-journal-flush.service', 'kmod-static-nodes.service'],
  ...['nfs-blkmap.service'],
];

const files: readonly LabFile[] = [
  { path: '/etc/systemd/system/vm-network.service', content: guestText('vm-network.service') },
  {
    path: '/etc/systemd/journald.conf.d/vm.conf',
    content: '[Journal]\nStorage=volatile\nForwardToConsole=no\n',
  },
  { path: '/etc/sudoers.d/ops', content: 'ops ALL=(ALL:ALL) NOPASSWD: ALL\n', mode: 0o440 },
  // The defaults are 90 s: after a power cut clients would wait for as long.
  { path: '/etc/nfs.conf.d/vm.conf', content: '[nfsd]\ngrace-time=10\nlease-time=10\n' },
];

/** Finds the image in the cache, or builds it. */
export async function buildImage(): Promise<Image> {
  const layer = await systemLayer();
  const key = hashOf([layer.key, assembleScript('', '', []), guestText('init')]);
  const directory = inVmCache(`image-${key}`);
  if (!existsSync(directory)) {
    const target = `${directory}.new`;
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true, mode: 0o700 });
    const inNamespace = ['unshare', '--mount', '--pid', '--fork', '--kill-child'];
    await step('assembling kernel, initrd and disk of the virtual machines', () =>
      runScript(assembleScript(target, guestFile('init'), layer.stack), inNamespace),
    );
    renameSync(target, directory);
  }
  removeOthers(key);
  return {
    key,
    kernel: `${directory}/vmlinuz`,
    initrd: `${directory}/initrd`,
    disk: `${directory}/disk.raw`,
    userKey: `${directory}/id_ed25519`,
    hostKey: `${directory}/host_ed25519.pub`,
  };
}

async function systemLayer(): Promise<Layer> {
  return buildLayer({
    name: 'vm',
    parent: await minimalLayer(),
    packages,
    files,
    // The machines have an initrd of their own; Debian's would take longer to build than all the rest.
    before: `
dpkg-divert --quiet --rename --add /usr/sbin/update-initramfs
ln -s /bin/true /usr/sbin/update-initramfs
`,
    after: `
useradd --create-home --shell /bin/bash ops
install -d -m 700 /root/.ssh
install -d -m 700 -o ops -g ops /home/ops/.ssh
rm -f /etc/ssh/ssh_host_* /etc/machine-id
: >/etc/machine-id
: >/etc/fstab
systemctl enable vm-network.service
systemctl mask ${masked.join(' ')}
systemctl set-default multi-user.target
`,
  });
}

/** Runs in a mount namespace of its own, so that no mount is left whatever happens. */
function assembleScript(target: string, init: string, stack: readonly string[]): string {
  return `
target='${target}'
root="$target/root" initrd="$target/initrd.d"
mkdir -p "$root" "$target/upper" "$target/work" "$initrd/bin" "$initrd/modules"
mkdir -p "$initrd/proc" "$initrd/sys" "$initrd/dev" "$initrd/root"
mount -t overlay overlay -o 'lowerdir=${stack.join(':')}',upperdir="$target/upper",workdir="$target/work" "$root"

release=$(ls "$root/lib/modules")
cp "$root/boot/vmlinuz-$release" "$target/vmlinuz"
install -m 755 '${init}' "$initrd/init"
cp "$root/bin/busybox" "$initrd/bin/busybox"
for module in ${modules.join(' ')}; do
  chroot "$root" modprobe --set-version "$release" --show-depends "$module"
done | sed -n 's/^insmod \\([^ ]*\\).*/\\1/p' | awk '!seen[$0]++' | while read -r file; do
  cp "$root$file" "$initrd/modules/"
  echo "\${file##*/}" >>"$initrd/modules/list"
done
(cd "$initrd" && find . | ./bin/busybox cpio -o -H newc | gzip -1) >"$target/initrd"

ssh-keygen -q -t ed25519 -N '' -C mooring-vm -f "$target/id_ed25519"
ssh-keygen -q -t ed25519 -N '' -C mooring-vm -f "$target/host_ed25519"
install -m 600 "$target/host_ed25519" "$root/etc/ssh/ssh_host_ed25519_key"
install -m 644 "$target/host_ed25519.pub" "$root/etc/ssh/ssh_host_ed25519_key.pub"
install -m 600 "$target/id_ed25519.pub" "$root/root/.ssh/authorized_keys"
install -m 600 -o "$(stat -c %u "$root/home/ops")" -g "$(stat -c %g "$root/home/ops")" \
  "$target/id_ed25519.pub" "$root/home/ops/.ssh/authorized_keys"

truncate -s 3G "$target/disk.raw"
mkfs.ext4 -q -F -m 0 -d "$root" "$target/disk.raw"
umount "$root"
rm -rf "$root" "$initrd" "$target/upper" "$target/work"
`;
}

/** By text, not by path, so that every clone of the repository has the same key. */
function guestText(name: string): string {
  return readFileSync(guestFile(name), 'utf8');
}

function guestFile(name: string): string {
  return fileURLToPath(new URL(`guest/${name}`, import.meta.url));
}

/** Images of older recipes, and the states saved from them, are of no use any more. */
function removeOthers(key: string): void {
  for (const name of readdirSync(inVmCache())) {
    const isOld = /^(image|saved)-/.test(name) && !basename(name).includes(key);
    if (isOld) rmSync(inVmCache(name), { recursive: true, force: true });
  }
}
