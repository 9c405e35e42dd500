import type { HostAccess } from '../../../src/module/index.ts';
import type { ArchiveEntry } from './entry.ts';
import type { ArchiveKind } from './kind.ts';
import { listTar } from './tar-list.ts';
import { listZip } from './zip-list.ts';

type Listing = Promise<readonly ArchiveEntry[]>;

/** Listings by content, since each host of a play asks for the same archive. */
const known = new Map<string, Listing>();
const knownLimit = 16;

/**
 * Lists an archive of the control node.
 *
 * @param checksum its SHA-256
 * @returns undefined where this kind cannot be listed here
 * @throws CommandError where it is damaged
 */
export async function listLocal(
  host: HostAccess,
  path: string,
  kind: ArchiveKind,
  checksum: string,
): Promise<readonly ArchiveEntry[] | undefined> {
  if (kind !== 'tar' && kind !== 'tar.gz' && kind !== 'zip') return undefined;
  const key = `${kind} ${checksum}`;
  const listing = known.get(key) ?? read(host, path, kind);
  known.delete(key);
  known.set(key, listing);
  if (known.size > knownLimit) known.delete(known.keys().next().value ?? '');
  listing.catch(() => known.delete(key));
  return listing;
}

async function read(host: HostAccess, path: string, kind: 'tar' | 'tar.gz' | 'zip'): Listing {
  const stream = await host.localStream(path);
  if (kind !== 'zip') return listTar(stream, kind === 'tar.gz');
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return listZip(Buffer.concat(chunks));
}
