/** /var/lib/docker as a fresh host has it: the images loaded once, by a Docker daemon without a network, then copied. */

import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { preloadedImages } from './docker-images.ts';
import { hashOf, hashOfFiles } from './files.ts';
import { saveImages } from './images.ts';
import { type Layer, overlayOptions } from './layers.ts';
import { withLock } from './lock.ts';
import { inCache } from './paths.ts';
import { runScript } from './process.ts';
import { step } from './progress.ts';

/**
 * Prepares the template, or finds it in the cache.
 * @param host the hosts' root file system, whose Docker loads the images.
 * @returns its folder.
 */
export async function dockerTemplate(host: Layer): Promise<string> {
  const specs = preloadedImages.map((spec) => JSON.stringify(spec) + hashOfFiles(spec.files ?? []));
  const directory = inCache('docker', hashOf(['1', host.key, ...specs]));
  if (existsSync(directory)) return directory;
  mkdirSync(inCache('docker'), { recursive: true });
  await withLock(`${directory}.lock`, { purpose: 'preparing Docker', wait: true }, async () => {
    if (existsSync(directory)) return;
    const archive = `${directory}.tar`;
    await saveImages(preloadedImages, archive);
    rmSync(`${directory}.new`, { recursive: true, force: true });
    await step('loading the images into Docker', () => loadImages(host, archive, `${directory}.new`));
    rmSync(archive);
    renameSync(`${directory}.new`, directory);
  });
  return directory;
}

/**
 * Copies the template for a host. Files of image layers are never written to by Docker, so they are hard links.
 * @param target a folder that does not exist yet.
 */
export async function copyDockerTemplate(template: string, target: string): Promise<void> {
  await runScript(`
mkdir -m 710 '${target}'
cd '${template}'
find . -mindepth 1 -maxdepth 1 ! -name overlay2 -exec cp -a -t '${target}' {} +
cp -al overlay2 '${target}/'`);
}

async function loadImages(host: Layer, archive: string, target: string): Promise<void> {
  mkdirSync(target);
  const scratch = `${target}.scratch`;
  await runScript(
    `
mkdir -p '${scratch}/upper' '${scratch}/work' '${scratch}/root'
root='${scratch}/root'
mount -t overlay overlay -o '${overlayOptions(host.stack, `${scratch}/upper`, `${scratch}/work`)}' "$root"
mkdir -p "$root/var/lib/docker"
mount --bind '${target}' "$root/var/lib/docker"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
chroot "$root" dockerd --bridge=none --iptables=false --ip6tables=false >'${target}.log' 2>&1 </dev/null &
daemon=$!
tries=0
until chroot "$root" docker info >/dev/null 2>&1; do
  tries=$((tries + 1))
  if [ $tries -gt 150 ] || ! kill -0 $daemon; then tail -n 20 '${target}.log' >&2; exit 1; fi
  sleep 0.2
done
chroot "$root" docker load -q <'${archive}'
kill $daemon
wait $daemon || :
rm -f '${target}.log'`,
    // The namespaces end with the script, and with them every mount and process of the daemon.
    ['unshare', '--mount', '--net', '--pid', '--fork', '--kill-child'],
  );
  rmSync(scratch, { recursive: true, force: true });
}
