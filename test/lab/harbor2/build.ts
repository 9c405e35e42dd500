// Packs the stand-in as an image for `docker load`.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type ImageSpec, saveImages } from '../images.ts';
import { withLock } from '../lock.ts';
import { step } from '../progress.ts';

const HARBOR2_IMAGE = 'goharbor/harbor-stand-in:v2.15.2';

export interface Harbor2Image {
  /** A tar archive for `docker load`. */
  readonly archive: string;
  /** Repository and tag of what it holds. */
  readonly name: string;
}

/**
 * Builds the image, or finds the one built before from the same files. Needs root.
 *
 * @param cacheDir a folder that is kept; each content gets a folder of its own in it
 * @throws LabCommandError when packages cannot be had
 */
export async function buildHarbor2Image(cacheDir: string): Promise<Harbor2Image> {
  const program = await bundleHarbor2();
  const key = createHash('sha256')
    .update(program)
    .update(JSON.stringify(spec('')))
    .update(thisFile)
    .digest('hex');
  const folder = join(cacheDir, `harbor2-${key.slice(0, 16)}`);
  const archive = join(folder, 'harbor2.tar');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(archive))
    await withLock(
      join(folder, 'lock'),
      { purpose: 'building the image of Harbor 2', wait: true },
      async () => {
        if (existsSync(archive)) return;
        const file = join(folder, 'harbor2.mjs');
        writeFileSync(file, program);
        await step('building the image of Harbor 2', () => saveImages([spec(file)], archive));
      },
    );
  return { archive, name: HARBOR2_IMAGE };
}

/** The stand-in as one file for Debian's Node. */
export async function bundleHarbor2(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    // Debian's.
    target: 'node18',
    format: 'esm',
    write: false,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('esbuild wrote nothing');
  return file.text;
}

const thisFile = readFileSync(fileURLToPath(import.meta.url));

function spec(program: string): ImageSpec {
  return {
    name: HARBOR2_IMAGE,
    packages: ['ca-certificates', 'curl', 'nodejs'],
    files: [{ path: '/harbor/harbor2.mjs', source: program, mode: 0o644 }],
    entrypoint: ['node', '/harbor/harbor2.mjs'],
    env: { NODE_OPTIONS: '--max-old-space-size=128' },
    workingDirectory: '/data',
    volumes: ['/data'],
    ports: [80, 443],
    labels: { 'mooring.lab': 'stand-in for Harbor 2.15 from Debian packages' },
    healthcheck: {
      test: [
        'CMD-SHELL',
        'curl -ksf -o /dev/null http://127.0.0.1/api/v2.0/ping || curl -ksf -o /dev/null https://127.0.0.1/api/v2.0/ping',
      ],
      intervalSeconds: 5,
      timeoutSeconds: 5,
      startPeriodSeconds: 10,
      retries: 3,
    },
  };
}
