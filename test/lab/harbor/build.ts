// Builds harbor-offline-installer-v1.5.4.tgz with the layout of the real one.

import { createHash } from 'node:crypto';
import {
  cpSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type ImageSpec, saveImages } from '../images.ts';
import { withLock } from '../lock.ts';
import { runScript } from '../process.ts';
import { step } from '../progress.ts';
import { harborImages } from './images.ts';
import { registrySql } from './schema.ts';

const INSTALLER_NAME = 'harbor-offline-installer-v1.5.4.tgz';
const IMAGES_NAME = 'harbor.v1.5.4.tar.gz';
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export interface InstallerOptions {
  /** Also the images of the database and Redis, for an installation without HA. Left out by default. */
  readonly withDatabase?: boolean;
}

export interface Installer {
  readonly path: string;
  readonly sha256: string;
}

/**
 * Builds the installer, or finds the one built before from the same files.
 *
 * @param cacheDir a folder that is kept; each content gets a folder of its own in it
 * @throws LabCommandError when packages cannot be had
 */
export async function buildInstaller(cacheDir: string, options: InstallerOptions = {}): Promise<Installer> {
  const program = await bundleProgram();
  const key = contentKey(program, options);
  const folder = join(cacheDir, `harbor-${key}`);
  const path = join(folder, INSTALLER_NAME);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(`${path}.sha256`)) {
    await withLock(
      join(folder, 'lock'),
      { purpose: 'building the Harbor installer', wait: true },
      async () => {
        if (!existsSync(`${path}.sha256`))
          await step('building the Harbor installer', () => assemble(folder, program, options));
      },
    );
  }
  return { path, sha256: readFileSync(`${path}.sha256`, 'utf8') };
}

/** The three services as one file for Debian's Node. */
export async function bundleProgram(): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(import.meta.resolve('./server/main.ts'))],
    bundle: true,
    platform: 'node',
    target: 'node18',
    format: 'esm',
    minify: true,
    write: false,
    // Parts of mysql2 are CommonJS.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const [file] = result.outputFiles;
  if (file === undefined) throw new Error('esbuild wrote nothing');
  return file.text;
}

async function assemble(folder: string, program: string, options: InstallerOptions): Promise<void> {
  const staging = join(folder, 'staging');
  rmSync(staging, { recursive: true, force: true });
  const root = join(staging, 'harbor');
  cpSync(here('installer'), root, { recursive: true });
  for (const name of ['LICENSE', 'NOTICE']) writeFileSync(join(root, name), notice);
  writeFileSync(join(root, 'ha', 'registry.sql'), registrySql());
  await saveImages(specs(staging, program, options), join(staging, 'images.tar'));
  const tar = '--owner=0 --group=0 --sort=name --mtime=@0';
  await runScript(
    `cd '${staging}'; gzip -1 -n <images.tar >'harbor/${IMAGES_NAME}'
     tar ${tar} -c harbor | gzip -1 -n >'${INSTALLER_NAME}.new'`,
  );
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(staging, `${INSTALLER_NAME}.new`)), hash);
  renameSync(join(staging, `${INSTALLER_NAME}.new`), join(folder, INSTALLER_NAME));
  rmSync(staging, { recursive: true, force: true });
  writeFileSync(join(folder, `${INSTALLER_NAME}.sha256`), hash.digest('hex'));
}

const notice =
  'A stand-in for Harbor 1.5.4 for the lab of this project, under the Apache License 2.0 like the project.\n';

function specs(staging: string, program: string, options: InstallerOptions): ImageSpec[] {
  const file = join(staging, 'harbor.mjs');
  writeFileSync(file, program);
  return harborImages({ program: file, schema: registrySql(), withDatabase: options.withDatabase === true });
}

function contentKey(program: string, options: InstallerOptions): string {
  const hash = createHash('sha256').update(program).update(registrySql()).update(JSON.stringify(options));
  for (const folder of ['installer', 'start'])
    for (const file of filesUnder(here(folder))) hash.update(file).update(readFileSync(file));
  for (const file of ['images.ts', '../images.ts', '../docker-images.ts'])
    hash.update(readFileSync(here(file)));
  return hash.digest('hex').slice(0, 16);
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesUnder(path) : [path]));
}
