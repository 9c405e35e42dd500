// One replication task: src/controller/replication/transfer/image/transfer.go.

import { readManifest } from '../images.ts';
import type { Side } from './sides.ts';

export interface Job {
  readonly operation: 'copy' | 'deletion' | 'tag deletion';
  readonly source: { readonly repository: string };
  readonly destination: { readonly repository: string };
  /** Tags, or digests of what has none. */
  readonly references: readonly string[];
  readonly override: boolean;
}

type Log = (level: 'INFO' | 'WARNING' | 'ERROR', text: string) => void;

/** Does the task. Throws for the first thing that fails, after it has tried all of them. */
export async function transfer(job: Job, from: Side, to: Side, log: Log): Promise<void> {
  const repository = job.destination.repository;
  let failure: unknown;
  for (const reference of job.references) {
    try {
      if (job.operation === 'copy')
        await copy(from, to, job.source.repository, repository, reference, job.override, log);
      else if (job.operation === 'tag deletion') await to.deleteTag(repository, reference);
      else await remove(to, repository, reference, log);
    } catch (error) {
      log('ERROR', error instanceof Error ? error.message : String(error));
      failure = error;
    }
  }
  if (failure !== undefined) throw failure;
}

async function copy(
  from: Side,
  to: Side,
  source: string,
  destination: string,
  reference: string,
  override: boolean,
  log: Log,
): Promise<void> {
  const name = `${destination}:${reference}`;
  log('INFO', `copying ${source}:${reference}(source registry) to ${name}(destination registry)...`);
  const manifest = await from.manifest(source, reference);
  if (manifest === undefined) throw new Error(`artifact ${source}:${reference} not found`);
  const present = await to.manifest(destination, reference);
  if (present?.digest === manifest.digest) {
    log('INFO', `the artifact ${name} already exists on the destination registry, skip`);
    return;
  }
  if (present !== undefined && !override) {
    const why = 'exists on the destination registry, but the "override" is set to false, skip';
    log('WARNING', `the same name artifact ${name} ${why}`);
    return;
  }
  const { blobs, children } = readManifest(manifest);
  // A digest always means the same, so that there is nothing to protect.
  for (const child of children) await copy(from, to, source, destination, child, true, log);
  for (const { digest } of blobs) {
    if (await to.hasBlob(destination, digest)) continue;
    await to.writeBlob(destination, digest, await from.readBlob(source, digest));
  }
  await to.putManifest(destination, reference, manifest);
  log('INFO', `copy ${source}:${reference}(source registry) to ${name}(destination registry) completed`);
}

// Deleting by tag takes the whole artifact, with tags that only the destination knows.
async function remove(to: Side, repository: string, reference: string, log: Log): Promise<void> {
  if ((await to.manifest(repository, reference)) === undefined) {
    log('INFO', `the artifact ${repository}:${reference} doesn't exist on the destination registry, skip`);
    return;
  }
  await to.deleteArtifact(repository, reference);
  log('INFO', `the manifest of artifact ${repository}:${reference} is deleted`);
}
