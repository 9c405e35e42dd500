// What happened to the real Harbor between the recorded exchanges, and was not recorded itself: pushes by other
// clients, peers that were switched off, edits of the database by hand. Each entry happens before its exchange.

import { push } from './images.ts';
import { basic, call, type Node, type World } from './world.ts';

interface Scene {
  readonly world: World;
  readonly a: Node;
  readonly b: Node;
}

type Event = (scene: Scene) => Promise<void> | void;

const ADMIN = { authorization: basic('admin', 'Harbor12345'), 'content-type': 'application/json' };

/** Pushes one after the other, each until the peer has it. */
async function pushAll({ world, a }: Scene, repository: string, tags: readonly string[]): Promise<void> {
  for (const tag of tags) {
    push(a, repository, tag);
    await world.settle();
  }
}

async function at({ world }: Scene, time: string): Promise<void> {
  world.now = new Date(`2026-11-22T${time}Z`);
  await world.settle();
}

export const HISTORY: Readonly<Record<string, Event>> = {
  // A name of 255 characters cannot be deleted by the API.
  'targets#1': ({ a }) => void a.tables.update('project', { project_id: 9 }, { deleted: 1 }),
  // Nor can policies without trigger.
  'registry-v2-and-token#9': async ({ a }) => {
    for (const id of [3, 4]) await a.tables.update('replication_policy', { id }, { deleted: 1 });
  },
  'replication#3': (scene) => pushAll(scene, 'example/tomcat-web', ['app1']),
  'replication-delete#1': async (scene) => {
    await pushAll(scene, 'example/timing', ['t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7', 't8', 't9']);
    await pushAll(scene, 'example/tomcat-web', ['app2']);
  },
  'replication-delete#11': (scene) => pushAll(scene, 'example/tomcat-web', ['same1', 'same2']),
  // The order in which a registry lists tags is its own affair.
  'replication-delete#14': ({ b }) => {
    const known = b.registry.tags.get('example/timing') ?? new Map<string, string>();
    const order = ['t6', 't8', 't0', 't4', 't3', 't5', 't1', 't9', 't7', 't2'];
    b.registry.tags.set('example/timing', new Map(order.map((tag) => [tag, known.get(tag) ?? ''])));
  },
  'replication-delete#21': async (scene) => {
    await pushAll(scene, 'example/tomcat-web', ['reg1']);
    scene.a.registry.tags.get('example/tomcat-web')?.delete('reg1');
  },
  'replication-jobs#17': (scene) => pushAll(scene, 'example/tomcat-web', ['trans']),
  'replication-jobs#22': ({ world }) => world.settle(),
  'replication-failures#1': async (scene) => {
    scene.b.faults.down = true;
    await pushAll(scene, 'example/tomcat-web', ['down1']);
  },
  'replication-failures#8': (scene) => pushAll(scene, 'example/tomcat-web', ['down2']),
  'repositories#1': async (scene) => {
    scene.b.faults.down = false;
    await scene.world.settle();
    await pushAll(scene, 'library/alpha', ['1.0', 'latest']);
    await pushAll(scene, 'library/beta/deep', ['1']);
    await pushAll(scene, 'oldpub/gamma', ['1']);
  },
  'repositories#55': async ({ world, a }) => {
    push(a, 'library/skopeo', 'v2s2', 'skopeo/1.9.3');
    // An OCI manifest: the tag is there, but Harbor cannot read what it names.
    a.registry.tags.set('library/skopeo-oci', new Map([['v1', 'sha256:an OCI manifest']]));
    await world.settle();
  },
  'system#1': async ({ world, a }) => {
    await call(a, 80, 'DELETE', '/api/projects/12', ADMIN);
    await call(a, 80, 'DELETE', '/api/targets/10', ADMIN);
    await world.settle();
  },
  'system#12': ({ a }) => {
    a.faults.caCertificate = 'certificate';
  },
  'system#14': ({ a }) => {
    a.faults.caCertificate = undefined;
  },
  'replication-failures#10': async (scene) => {
    scene.b.faults.down = true;
    scene.world.now = new Date('2026-11-22T11:41:49Z');
    await pushAll(scene, 'example/tomcat-web', ['lost1']);
    for (const time of ['11:42:20', '11:43:17']) await at(scene, time);
    scene.b.faults.down = false;
  },
  // An afternoon of races: what matters of them is how many jobs they left.
  'replication-filters-and-schedule#1': async (scene) => {
    const { a } = scene;
    for (const repository of ['example/onc', 'example/race']) {
      push(a, repository, '1', 'curl/7.88.1');
      const row = {
        name: repository,
        project_id: 3,
        description: '',
        creation_time: '2026-11-22 11:47:49',
        update_time: '2026-11-22 11:47:49',
      };
      await a.tables.insert('repository', row);
    }
    const time = '2026-11-22 11:47:49';
    const job = { policy_id: 1, repository: 'example/race', operation: 'transfer', tags: '1' };
    for (let id = 38; id <= 100; id += 1) {
      const status = id <= 40 ? 'error' : 'finished';
      await a.tables.insert('replication_job', {
        ...job,
        id,
        status,
        creation_time: time,
        update_time: time,
      });
    }
  },
  'replication-filters-and-schedule#2': async (scene) => {
    await pushAll(scene, 'filt/tomcat-web', ['app1', 'dev1']);
    await pushAll(scene, 'filt/nginx', ['app1']);
    await pushAll(scene, 'filt/deep/tomcat', ['app9']);
  },
  'replication-failures#13': async (scene) => {
    scene.a.faults.jobserviceDown = true;
    await pushAll(scene, 'example/tomcat-web', ['nojs']);
  },
  'replication-failures#18': ({ a }) => {
    a.faults.jobserviceDown = false;
  },
  'registry-v2-and-token#24': async (scene) => {
    for (const number of [0, 1, 7, 8]) await pushAll(scene, `filt/ua${number}`, ['x']);
  },
  'replication-filters-and-schedule#21': async (scene) => {
    await at(scene, '12:00:26');
    await at(scene, '12:00:34');
  },
  'replication-failures#30': (scene) => pushAll(scene, 'example/tomcat-web', ['badpw']),
  'replication-failures#32': ({ b }) => {
    b.faults.down = true;
  },
  'replication-failures#34': async (scene) => {
    scene.b.faults.down = false;
    await at(scene, '12:01:30');
  },
};

/** Lists of jobs that ended in the same second: their order in the recording is MySQL's whim. */
export const ANY_ORDER = new Set(['replication-delete#17', 'replication-delete#18']);

/** Exchanges that are not replayed, with the reason. */
export const NOT_REPLAYED: ReadonlyMap<string, string> = new Map([
  ...keys('conventions', [118, 120], 'answered by nginx; its template is tested with the installer'),
  ...keys('conventions', [121, 122], 'two requests at once; the lock has a test of its own'),
  ...keys('push-docker-like', [1, 3, 4, 5, 6, 7, 8, 9, 10, 11], 'answered by the registry'),
  ...keys('registry-v2-and-token', [1, 2, 3, 4, 5, 6, 21, 22, 23, 27], 'answered by the registry'),
  ...keys('replication-delete', [20], 'answered by the registry'),
  ...keys('repositories', [24, 41, 42], 'the registry makes schema 1 manifests'),
]);

function keys(topic: string, seqs: readonly number[], reason: string): [string, string][] {
  return seqs.map((seq) => [`${topic}#${seq}`, reason]);
}

/** Exchanges after which the jobs do not run yet. */
export const JOBS_HELD = new Set([17, 18, 19, 20, 21].map((seq) => `replication-jobs#${seq}`));
