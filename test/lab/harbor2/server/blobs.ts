// The bytes of blobs and manifests.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface BlobStore {
  has(digest: string): boolean;
  /** Undefined where there is no such blob. */
  read(digest: string): Buffer | undefined;
  /** Returns the digest. */
  write(bytes: Buffer): string;
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function blobsInMemory(): BlobStore {
  const blobs = new Map<string, Buffer>();
  return {
    has: (digest) => blobs.has(digest),
    read: (digest) => blobs.get(digest),
    write(bytes) {
      const digest = digestOf(bytes);
      blobs.set(digest, bytes);
      return digest;
    },
  };
}

/** One file for each blob. */
export function blobsInFolder(folder: string): BlobStore {
  mkdirSync(folder, { recursive: true });
  const fileOf = (digest: string): string => join(folder, digest.replace(':', '-'));
  return {
    has: (digest) => existsSync(fileOf(digest)),
    read: (digest) => (existsSync(fileOf(digest)) ? readFileSync(fileOf(digest)) : undefined),
    write(bytes) {
      const digest = digestOf(bytes);
      const file = fileOf(digest);
      if (!existsSync(file)) {
        writeFileSync(`${file}.new`, bytes);
        renameSync(`${file}.new`, file);
      }
      return digest;
    },
  };
}
