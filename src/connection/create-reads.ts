import type { Become, Connection } from './connection.ts';
import type { Facts, PlacedReads } from './host-reads.ts';
import { captureLimit } from './output-capture.ts';
import { groupKind, userKind } from './reads/account.ts';
import { checksumKind } from './reads/checksum.ts';
import { ReadCollector } from './reads/collector.ts';
import { contentKind } from './reads/content.ts';
import { gatherFacts } from './reads/facts.ts';
import { readLargeFile } from './reads/large-file.ts';
import { listKind } from './reads/list.ts';
import { packageKind } from './reads/package.ts';
import { placeOf, sharedDevices } from './reads/place.ts';
import { statKind } from './reads/stat.ts';
import { unitKind } from './reads/unit.ts';

/**
 * The typed reads over a connection. Those of one kind asked for in the same tick become one process on the
 * host, and all of a tick go out in one write. A step sent over the connection sends waiting reads first.
 *
 * @param become whom the reads run as
 */
export function createReads(connection: Connection, become?: Become): PlacedReads {
  const collector = new ReadCollector(connection, become);
  const stat = collector.asker(statKind);
  const checksum = collector.asker(checksumKind);
  const content = collector.asker(contentKind(async (path) => (await stat({ path, follow: true }))?.size));
  const list = collector.asker(listKind);
  const user = collector.asker(userKind);
  const group = collector.asker(groupKind);
  let facts: Promise<Facts> | undefined;
  return {
    stat: async (path, options = {}) => {
      const query = { path, follow: options.follow ?? false };
      if (!options.checksum) return (await stat(query)) ?? undefined;
      const [found, sum] = await Promise.all([stat(query), checksum(query)]);
      return found === null ? undefined : { ...found, ...(sum === '' ? {} : { checksum: sum }) };
    },
    typeOf: async (path) => (await stat({ path, follow: true }))?.type,
    content: async (path, options = {}) => {
      const maxBytes = options.maxBytes ?? captureLimit;
      if (maxBytes > captureLimit) return readLargeFile(connection, become, path, maxBytes);
      return (await content({ path, maxBytes })) ?? undefined;
    },
    list: async (path) => (await list(path)) ?? undefined,
    package: collector.asker(packageKind),
    unit: collector.asker(unitKind),
    user: async (name) => (await user(name)) ?? undefined,
    group: async (name) => (await group(name)) ?? undefined,
    facts: () => {
      facts ??= gatherFacts(collector.run, connection.spec.name).finally(() => {
        facts = undefined;
      });
      return facts;
    },
    place: (path) => placeOf(path, (each) => stat({ path: each, follow: false })),
    sharedDevices: async () =>
      sharedDevices(
        (await content({ path: '/proc/self/mountinfo', maxBytes: captureLimit }))?.toString() ?? '',
      ),
  };
}
