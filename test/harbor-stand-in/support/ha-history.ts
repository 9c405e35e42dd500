// The recordings of a copy in which one thing after the other was wrong: keys, storage, registry, Redis.

import { encrypt } from '../../lab/harbor/server/crypto.ts';
import { syncRegistry } from '../../lab/harbor/server/sync.ts';
import { push } from './images.ts';
import { allRecordings } from './recordings.ts';
import { fixture, type Node, newPrivateKey, type World } from './world.ts';

export interface HaScene {
  readonly world: World;
  readonly b: Node;
  /** The copy. */
  readonly c: Node;
}

const REPOSITORIES: Readonly<Record<string, number>> = {
  'example/race': 7,
  'library/alpha': 2,
  'library/beta/deep': 1,
  'oldpub/gamma': 1,
};

/** Starts the copy from the dump, brought back to the hour of the recordings. */
export async function startCopy(world: World): Promise<Node> {
  const dump = fixture('registry.dump.sql').replace(
    /(CREATE TABLE `replication_job`[\s\S]*?AUTO_INCREMENT=)\d+/,
    (_, start) => `${start}63`,
  );
  const c = await world.start('127.0.2.3', dump);
  const { tables } = c;
  await tables.update(
    'replication_target',
    { id: 1 },
    { password: encrypt('Harbor12345', c.faults.secretKey) },
  );
  await tables.update('project', { name: 'filt' }, { deleted: 1 });
  for (const row of await tables.select('repository')) {
    if (row.repository_id >= 9) await tables.remove('repository', { repository_id: row.repository_id });
  }
  for (const job of await tables.select('replication_job')) {
    if (job.id > 62) await tables.remove('replication_job', { id: job.id });
  }
  fill(c, 'ha-facts#2');
  return c;
}

function fill(c: Node, tags: string): void {
  for (const [repository, count] of Object.entries(REPOSITORIES)) {
    for (let number = count; number > 0; number -= 1) push(c, repository, String(number), 'copied by hand');
  }
  for (const tag of [...tagsOf(tags)].reverse()) push(c, 'example/tomcat-web', tag, 'copied by hand');
  c.registry.tags.set('library/skopeo-oci', new Map([['v1', 'sha256:an OCI manifest']]));
}

function tagsOf(key: string): string[] {
  const recording = allRecordings().find(({ topic, seq }) => `${topic}#${seq}` === key);
  return JSON.parse(recording?.response.body ?? '[]').map((tag: { name: string }) => tag.name);
}

export const HA_HISTORY: Readonly<Record<string, (scene: HaScene) => Promise<void> | void>> = {
  'ha-facts#4': ({ c }) => c.registry.trust(newPrivateKey()),
  'ha-facts#18': ({ c }) => {
    c.faults.privateKey = undefined;
  },
  'ha-facts#21': ({ c }) => {
    c.faults.privateKey = newPrivateKey();
    c.registry.trust(c.faults.privateKey);
    c.faults.secretKey = 'another-good-key';
  },
  'ha-facts#23': async ({ c }) => {
    await c.tables.insert('repository', { name: 'example/onc', project_id: 3, description: '' });
  },
  'ha-facts#25': async ({ world, c }) => {
    push(c, 'example/tomcat-web', 'sk');
    await world.settle();
  },
  'ha-facts#29': async ({ c }) => {
    c.registry.tags.clear();
    await syncRegistry(c.harbor);
  },
  'ha-facts#32': ({ c }) => {
    c.faults.secretKey = 'not-a-secret-key';
    fill(c, 'ha-facts#33');
  },
  'ha-facts#36': ({ c }) => {
    c.registry.down = true;
  },
  // The database of before, with its numbers.
  'ha-facts#41': ({ c }) => {
    c.registry.down = false;
  },
  'ha-facts#42': ({ c }) => {
    c.faults.redisDown = true;
  },
  'ha-facts#50': ({ c }) => {
    c.faults.redisDown = false;
  },
};

export const HA_NOT_REPLAYED: ReadonlyMap<string, string> = new Map([
  ...[15, 16, 61].map((seq) => [`ha-facts#${seq}`, 'answered by the registry'] as const),
  ['ha-facts#52', 'which of two jobs comes first is chance'],
  ['ha-facts#53', 'answered by nginx while no ui runs'],
  ...[54, 55, 56, 57, 58, 59, 60, 62, 63].map(
    (seq) =>
      [`ha-facts#${seq}`, 'several processes with different secrets; tested one by one beside'] as const,
  ),
]);
