/**
 * Docker images made without Docker: Debian packages and files, packed as `docker load` reads them.
 *
 * An image has up to three layers: the minimal Debian (the same for every image), its packages, its files. Images
 * with the same packages share that layer, so a change of a file costs a second, not an apt run.
 *
 * ```ts
 * await saveImages(
 *   [{ name: 'redis:3', packages: ['redis-server'], entrypoint: ['redis-server'], ports: [6379] }],
 *   '/tmp/images.tar',
 * );
 * ```
 */

import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { hashOfFiles, type LabFile, writeFiles } from './files.ts';
import { buildLayer, type Layer, minimalLayer } from './layers.ts';
import { withLock } from './lock.ts';
import { inCache } from './paths.ts';
import { run, runScript } from './process.ts';
import { step } from './progress.ts';

export interface ImageSpec {
  /** Repository and tag, e.g. `redis:3` or `goharbor/harbor-ui:v1.5.4`. */
  readonly name: string;
  /** Debian packages (without what they only recommend). The same list in another image shares the layer. */
  readonly packages: readonly string[];
  /** Shell text run as root before the packages are installed, e.g. `useradd -u 999 mysql`. Part of the package layer. */
  readonly before?: string;
  /** Shell text run as root after the packages are installed. Part of the package layer. */
  readonly after?: string;
  /** Files and folders on top; the cheap layer. */
  readonly files?: readonly LabFile[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** `name`, `uid` or `uid:gid`; root when left out. */
  readonly user?: string;
  readonly workingDirectory?: string;
  readonly volumes?: readonly string[];
  /** TCP ports to mark as exposed. */
  readonly ports?: readonly number[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly healthcheck?: Healthcheck;
}

export interface Healthcheck {
  /** As in Docker: `['CMD', …]` or `['CMD-SHELL', text]`. */
  readonly test: readonly string[];
  readonly intervalSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly startPeriodSeconds?: number;
  readonly retries?: number;
}

/** An image as saved: its id is what `docker inspect` will say. */
export interface SavedImage {
  readonly name: string;
  readonly id: string;
}

/**
 * Builds images (package layers are built once and cached) and writes them into one archive for `docker load`.
 *
 * Needs root. The same specs always give the same image ids, as long as the cached package layers stay.
 * @param specs the images; layers they share are stored once.
 * @param archive path of the tar file to write; replaced when it exists.
 * @returns names and ids, in the order of `specs`.
 * @throws LabCommandError with apt's or the script's output.
 */
export async function saveImages(specs: readonly ImageSpec[], archive: string): Promise<SavedImage[]> {
  const staging = `${archive}.parts`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  try {
    // One after the other: package layers hold two cores busy anyway.
    const images: PackedImage[] = [];
    for (const spec of specs) images.push(await packImage(spec, staging));
    const manifest = images.map((image) => image.manifest);
    writeFileSync(join(staging, 'manifest.json'), JSON.stringify(manifest));
    await run(['tar', '-C', staging, '--sort=name', '-cf', `${archive}.new`, '.']);
    renameSync(`${archive}.new`, archive);
    return images.map(({ name, id }) => ({ name, id }));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Builds the layers of images without writing an archive, so that {@link saveImages} finds them ready. */
export async function prepareImages(specs: readonly ImageSpec[]): Promise<void> {
  for (const spec of specs) await layersOf(spec);
}

interface PackedImage extends SavedImage {
  readonly manifest: { Config: string; RepoTags: string[]; Layers: string[] };
}

/** A layer as a tar file; `digest` is the SHA-256 of the uncompressed tar, Docker's diff id. */
interface PackedLayer {
  readonly digest: string;
  readonly tar: string;
}

async function packImage(spec: ImageSpec, staging: string): Promise<PackedImage> {
  const layers = await layersOf(spec);
  for (const layer of layers) {
    const target = join(staging, layer.digest, 'layer.tar');
    if (existsSync(target)) continue;
    mkdirSync(dirname(target));
    await linkOrCopy(layer.tar, target);
  }
  const config = JSON.stringify(imageConfig(spec, layers));
  const id = createHash('sha256').update(config).digest('hex');
  writeFileSync(join(staging, `${id}.json`), config);
  return {
    name: spec.name,
    id: `sha256:${id}`,
    manifest: {
      Config: `${id}.json`,
      RepoTags: [spec.name],
      Layers: layers.map((layer) => `${layer.digest}/layer.tar`),
    },
  };
}

async function layersOf(spec: ImageSpec): Promise<PackedLayer[]> {
  const minimal = await minimalLayer();
  const layers = [await packLayer(minimal)];
  if (spec.packages.length > 0 || spec.before !== undefined || spec.after !== undefined) {
    const recipe = {
      name: 'image',
      parent: minimal,
      packages: [...spec.packages].sort(),
      ...(spec.before === undefined ? {} : { before: spec.before }),
      ...(spec.after === undefined ? {} : { after: spec.after }),
    };
    layers.push(await packLayer(await buildLayer(recipe)));
  }
  if (spec.files !== undefined && spec.files.length > 0) layers.push(await packFiles(spec.files));
  return layers;
}

async function packLayer(layer: Layer): Promise<PackedLayer> {
  const tar = inCache('layer-tars', `${layer.name}-${layer.key}.tar`);
  return pack(tar, async (target) => {
    await step(`packing layer ${layer.name}`, () => runScript(packScript(layer, target)));
  });
}

async function packFiles(files: readonly LabFile[]): Promise<PackedLayer> {
  const tar = inCache('layer-tars', `files-${hashOfFiles(files)}-2.tar`);
  return pack(tar, async (target) => {
    const tree = `${target}.tree`;
    writeFiles(tree, files);
    await runScript(
      // Without entries for folders: those of the layers below keep their owners and modes.
      `cd '${tree}'; find . ! -type d -o -empty | LC_ALL=C sort >'${target}.list'
       tar ${plainTar.join(' ')} --mtime=@0 --no-recursion -cf '${target}' --verbatim-files-from -T '${target}.list'
       cd /; rm -rf '${tree}' '${target}.list'`,
    );
  });
}

async function pack(tar: string, write: (target: string) => Promise<void>): Promise<PackedLayer> {
  const digestFile = `${tar}.sha256`;
  if (!existsSync(digestFile)) {
    await withLock(`${tar}.lock`, { purpose: 'packing a layer', wait: true }, async () => {
      if (existsSync(digestFile)) return;
      await write(`${tar}.new`);
      const hash = createHash('sha256');
      await pipeline(createReadStream(`${tar}.new`), hash);
      renameSync(`${tar}.new`, tar);
      writeFileSync(digestFile, hash.digest('hex'));
    });
  }
  return { digest: readFileSync(digestFile, 'utf8'), tar };
}

const plainTar = ['--sort=name', '--numeric-owner', '--xattrs', '--xattrs-include=security.capability'];

/** What overlayfs marks as deleted (a 0:0 device) is an empty `.wh.` file in an image; apt's leftovers stay out. */
function packScript(layer: Layer, target: string): string {
  const skip = ['./dev/*', './proc/*', './sys/*', './tmp/*', './var/lib/apt/lists/*', './var/cache/apt/*'];
  const upper = layer.stack[0];
  return `
cd '${upper}'
find . -type c ! -path './dev/*' -printf '%p\\n' >'${target}.gone'
tar --exclude-from='${target}.gone' --no-wildcards ${plainTar.join(' ')} --wildcards ${skip.map((p) => `--exclude='${p}'`).join(' ')} -cf '${target}' .
sed 's|^\\(.*\\)/\\([^/]*\\)$|\\1/.wh.\\2|' '${target}.gone' >'${target}.wh'
if [ -s '${target}.wh' ]; then
  mkdir '${target}.empty'
  while read -r name; do mkdir -p "${target}.empty/\${name%/*}"; : >"${target}.empty/$name"; done <'${target}.wh'
  tar -C '${target}.empty' --numeric-owner --no-recursion -rf '${target}' --verbatim-files-from -T '${target}.wh'
fi
rm -rf '${target}.gone' '${target}.wh' '${target}.empty'
`;
}

function imageConfig(spec: ImageSpec, layers: readonly PackedLayer[]): unknown {
  const asKeys = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, {}]));
  const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...spec.env };
  return {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    created: '2026-01-01T00:00:00Z',
    config: {
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      Entrypoint: spec.entrypoint ?? null,
      Cmd: spec.command ?? null,
      User: spec.user ?? '',
      WorkingDir: spec.workingDirectory ?? '',
      Volumes: spec.volumes === undefined ? null : asKeys(spec.volumes),
      ExposedPorts: spec.ports === undefined ? null : asKeys(spec.ports.map((port) => `${port}/tcp`)),
      Labels: spec.labels ?? null,
      ...(spec.healthcheck === undefined ? {} : { Healthcheck: healthcheckConfig(spec.healthcheck) }),
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${layer.digest}`) },
    history: layers.map(() => ({
      created: '2026-01-01T00:00:00Z',
      created_by: 'assembled from Debian packages',
    })),
  };
}

/** Docker counts in nanoseconds; 0 stands for its own default. */
function healthcheckConfig(check: Healthcheck): unknown {
  const nanoseconds = (seconds = 0) => seconds * 1_000_000_000;
  return {
    Test: check.test,
    Interval: nanoseconds(check.intervalSeconds),
    Timeout: nanoseconds(check.timeoutSeconds),
    StartPeriod: nanoseconds(check.startPeriodSeconds),
    Retries: check.retries ?? 0,
  };
}

/** Layers are big and never written to again: a hard link where the archive is on the same file system. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    linkSync(from, to);
  } catch {
    await run(['cp', from, to]);
  }
}
