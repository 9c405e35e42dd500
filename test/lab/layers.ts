/**
 * Root file systems as a stack of layers, each built once and kept under the hash of its recipe.
 *
 * The bottom is a minimal Debian; a layer above it is the upper directory of an overlay in which packages were
 * installed. Hosts mount the stack as it is, images pack each layer as one layer of their own.
 */

import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { acquireSettings, debianSources, release } from './apt-sources.ts';
import { hashOf, hashOfFiles, type LabFile, writeFiles } from './files.ts';
import { withLock } from './lock.ts';
import { inCache } from './paths.ts';
import { run, runScript } from './process.ts';
import { step } from './progress.ts';

const LISTS_FRESH_MS = 3_600_000;

/** What a layer is made from; everything in it counts for its key. */
export interface LayerRecipe {
  /** Short name for progress lines and folders. */
  readonly name: string;
  readonly parent: Layer;
  /** Shell text run in the new root before the packages are installed, e.g. to fix a user's id. */
  readonly before?: string;
  /** Debian packages, installed without what they only recommend. */
  readonly packages: readonly string[];
  /** Written after the packages are in. */
  readonly files?: readonly LabFile[];
  /** Shell text run in the new root at the end. */
  readonly after?: string;
  /** Packages to fetch into apt's own cache without installing them; apt's lists are then kept too. */
  readonly prefetch?: readonly string[];
}

export interface Layer {
  readonly name: string;
  /** Hash of the recipe and of the layers below. */
  readonly key: string;
  /** Folders of the stack as overlayfs wants them, this layer first. */
  readonly stack: readonly string[];
}

/** The minimal Debian that everything stands on; built on first use. */
export async function minimalLayer(): Promise<Layer> {
  const sources = debianSources();
  const acquire = await acquireSettings();
  const key = hashOf(['minimal', '2', release, sources, acquire, DPKG_OPTIONS.join()]);
  const directory = inCache('layers', `minimal-${key}`);
  await onceBuilt(directory, 'minimal Debian', (target) => bootstrap(target, sources, acquire));
  return { name: 'minimal', key, stack: [directory] };
}

/**
 * Builds a layer unless it is there already.
 * @throws LabCommandError with the output of the step that failed; nothing half-built stays.
 */
export async function buildLayer(recipe: LayerRecipe): Promise<Layer> {
  const { parent, ...rest } = recipe;
  const key = hashOf(['1', parent.key, JSON.stringify(rest), hashOfFiles(recipe.files ?? [])]);
  const directory = inCache('layers', `${recipe.name}-${key}`);
  await onceBuilt(directory, `${recipe.name} (${recipe.packages.length} packages)`, async (target) => {
    await refreshLists(parent);
    await runScript(layerScript(recipe, target), ['unshare', '--mount', '--pid', '--fork', '--kill-child']);
    rmSync(`${target}.work`, { recursive: true, force: true });
  });
  return { name: recipe.name, key, stack: [directory, ...parent.stack] };
}

/** Mount options of an overlay over a stack; copies stay plain so that a layer can be read without the mount. */
export function overlayOptions(stack: readonly string[], upper: string, work: string): string {
  const plain = 'index=off,redirect_dir=off,metacopy=off';
  return `lowerdir=${stack.join(':')},upperdir=${upper},workdir=${work},${plain}`;
}

/** Settings of dpkg in everything built here: no fsync, no documentation. Hosts keep them, which makes apt quick. */
const DPKG_OPTIONS = [
  'force-unsafe-io',
  'path-exclude=/usr/share/doc/*',
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/locale/*',
];

async function onceBuilt(
  directory: string,
  what: string,
  build: (target: string) => Promise<void>,
): Promise<void> {
  if (existsSync(directory)) return;
  await withLock(`${directory}.lock`, { purpose: `building ${what}`, wait: true }, async () => {
    if (existsSync(directory)) return;
    const target = `${directory}.new`;
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    await step(`building ${what}`, () => build(target));
    renameSync(target, directory);
  });
}

async function bootstrap(target: string, sources: string, acquire: string): Promise<void> {
  mkdirSync(inCache('debs'), { recursive: true });
  const sourcesFile = inCache('debian.sources');
  const aptFile = inCache('apt.conf');
  writeFileSync(sourcesFile, sources);
  writeFileSync(aptFile, `${acquire}Acquire::Languages "none";\n`);
  await run([
    'mmdebstrap',
    '--variant=minbase',
    '--quiet',
    `--aptopt=${aptFile}`,
    ...DPKG_OPTIONS.map((option) => `--dpkgopt=${option}`),
    '--customize-hook=: >"$1/etc/resolv.conf"; echo host >"$1/etc/hostname"',
    release,
    target,
    sourcesFile,
  ]);
}

let refreshing: Promise<void> | undefined;

/** Brings apt's lists up to date, once for all layers of this run. */
function refreshLists(minimal: Layer): Promise<void> {
  refreshing ??= withLock(inCache('lists.lock'), { purpose: 'apt-get update', wait: true }, async () => {
    const stamp = inCache('lists.stamp');
    if (existsSync(stamp) && Date.now() - statSync(stamp).mtimeMs < LISTS_FRESH_MS) return;
    const scratch = inCache('lists.scratch');
    const recipe = { name: 'lists', parent: minimal, packages: [], after: 'apt-get -q update' };
    await step('fetching package lists', () =>
      runScript(layerScript(recipe, scratch), ['unshare', '--mount', '--pid', '--fork', '--kill-child']),
    );
    rmSync(scratch, { recursive: true, force: true });
    rmSync(`${scratch}.work`, { recursive: true, force: true });
    writeFileSync(stamp, '');
  });
  return refreshing;
}

/** The build of one layer, run in a mount and pid namespace of its own: whatever happens, no mount is left. */
function layerScript(recipe: LayerRecipe, target: string): string {
  return `
root='${target}.root' debs='${target}.debs'
rm -rf "$root" "$debs" '${target}.work'
mkdir -p '${target}' '${target}.work' "$root" "$debs/partial" '${inCache('lists')}/partial'
trap 'rm -rf "$debs" "${target}.files"' EXIT
find '${inCache('debs')}' -name '*.deb' -exec cp -l -t "$debs" {} +
mount -t overlay overlay -o '${overlayOptions(recipe.parent.stack, target, `${target}.work`)}' "$root"
mkdir -p "$root/var/cache/apt/archives" "$root/var/lib/apt/lists"
mount --bind "$debs" "$root/var/cache/apt/archives"
mount --bind '${inCache('lists')}' "$root/var/lib/apt/lists"
mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
printf '#!/bin/sh\\nexit 101\\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
in_root() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@" </dev/null; }
${inRoot(recipe.before)}
${aptInstall(recipe.packages)}
find "$debs" -name '*.deb' -links 1 -exec cp -l -f -t '${inCache('debs')}' {} +
${stageFiles(recipe.files ?? [], `${target}.files`) ? `tar -C '${target}.files' -c . | tar -C "$root" -x --no-overwrite-dir` : ''}
${inRoot(recipe.after)}
${recipe.prefetch === undefined ? '' : prefetch(recipe.prefetch)}
rm -f "$root/usr/sbin/policy-rc.d"
umount -R "$root/dev"
umount "$root/var/cache/apt/archives" "$root/var/lib/apt/lists" "$root/etc/resolv.conf" "$root/proc" "$root/tmp"
${recipe.prefetch === undefined ? '' : keepAptState}
umount "$root"
rmdir "$root"
`;
}

function inRoot(script: string | undefined): string {
  return script === undefined ? '' : `in_root sh -euc ${quote(script)}`;
}

function aptInstall(packages: readonly string[], option = ''): string {
  if (packages.length === 0) return '';
  const apt = 'apt-get -q install -y --no-install-recommends -o APT::Keep-Downloaded-Packages=true';
  return `in_root ${apt} ${option} ${packages.map(quote).join(' ')}`;
}

/** Leaves exactly the packages asked for, and what they need beyond the installed ones, in apt's cache. */
function prefetch(packages: readonly string[]): string {
  return `rm -f "$debs"/*.deb\n${aptInstall(packages, '--download-only')}`;
}

const keepAptState = `
cp -a '${inCache('lists')}/.' "$root/var/lib/apt/lists/"
cp "$debs"/*.deb "$root/var/cache/apt/archives/"`;

function stageFiles(files: readonly LabFile[], directory: string): boolean {
  if (files.length === 0) return false;
  rmSync(directory, { recursive: true, force: true });
  writeFiles(directory, files);
  return true;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
