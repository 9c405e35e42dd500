// A Harbor to import from, without running one: a dump of its database, the tree of its registry, and its secretkey.
// The three belong together: what the dump names lies in the tree, and its secrets open with the key.

import { createHash } from 'node:crypto';
import { chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { encrypt, hashPassword } from './server/crypto.ts';
import { parseDump, type SqlValue } from './server/dump.ts';
import { SECRET_SETTINGS } from './server/settings.ts';
import { tarOf } from './tar.ts';

const FRESH_DUMP = fileURLToPath(new URL('../../fixtures/harbor/registry.fresh.dump.sql', import.meta.url));
const HARBOR_UID = 10_000;
const MOMENT = '2026-10-01 08:00:00';

export interface SourceOptions {
  /** Sixteen characters. */
  readonly secretkey?: string;
  readonly adminPassword?: string;
}

export interface Source {
  /** File: what mysqldump would write with `--databases registry`. */
  readonly dump: string;
  /** Folder: what lies in /data/registry, beginning with `docker/`. */
  readonly registryTree: string;
  /** The text of /data/secretkey. */
  readonly secretkey: string;
  /** The password of `admin`; it wins over harbor.cfg's after an import. */
  readonly adminPassword: string;
  /** Rows of `repository`: each of these has its tags in the tree. */
  readonly repositories: Readonly<Record<string, readonly string[]>>;
}

const IMAGES: Readonly<Record<string, readonly string[]>> = {
  'example/tomcat-web': ['app1', 'app2'],
  'library/hello': ['1.0'],
};

/**
 * Writes the source into a folder; what was there before is replaced. The same options always give the same bytes.
 *
 * @param folder gets `registry.dump.sql` and `registry/`
 */
export async function makeSource(folder: string, options: SourceOptions = {}): Promise<Source> {
  const { secretkey = 'Qm3sPzt81xKdWn0v', adminPassword = 'Imported12345' } = options;
  const [dump, registryTree] = [join(folder, 'registry.dump.sql'), join(folder, 'registry')];
  rmSync(registryTree, { recursive: true, force: true });
  mkdirSync(registryTree, { recursive: true });
  const store = new RegistryTree(registryTree);
  for (const [repository, tags] of Object.entries(IMAGES))
    for (const tag of tags) store.addImage(repository, tag);
  writeFileSync(dump, await dumpText(secretkey, adminPassword));
  return { dump, registryTree, secretkey, adminPassword, repositories: IMAGES };
}

async function dumpText(secretkey: string, adminPassword: string): Promise<string> {
  const fresh = readFileSync(FRESH_DUMP, 'utf8');
  const rowsOf = (name: string): SqlValue[][] =>
    (parseDump(fresh).find((table) => table.name === name)?.rows ?? []).map((row) => Object.values(row));
  const repositories = repositoryRows();
  const password = await hashPassword(adminPassword, SALT);
  const users = rowsOf('user').map((row) => (row[0] === 1 ? row.with(3, password).with(8, SALT) : row));
  const tables: Readonly<Record<string, SqlValue[][]>> = {
    project: [...rowsOf('project'), [2, 1, 'example', MOMENT, MOMENT, 0]],
    project_member: [...rowsOf('project_member'), [2, 2, 1, 'u', 1, MOMENT, MOMENT]],
    project_metadata: [...rowsOf('project_metadata'), [2, 2, 'public', 'true', MOMENT, MOMENT, 0]],
    properties: rowsOf('properties').map((row) => property(row, secretkey)),
    replication_target: [
      [
        1,
        'old-peer',
        'https://peer.example',
        'admin',
        sealed('target', 'Peer12345', secretkey),
        0,
        1,
        MOMENT,
        MOMENT,
      ],
    ],
    repository: repositories,
    access_log: repositories.map((row, index) => [
      index + 1,
      'admin',
      row[2] ?? 1,
      row[1] ?? '',
      'app1',
      '',
      'push',
      MOMENT,
    ]),
    user: users,
  };
  return Object.entries(tables).reduce((text, [name, rows]) => withRows(text, name, rows), fresh);
}

function repositoryRows(): SqlValue[][] {
  const projectOf = (repository: string): number => (repository.startsWith('example/') ? 2 : 1);
  return Object.keys(IMAGES).map((name, index) => [
    index + 1,
    name,
    projectOf(name),
    `imported ${name}`,
    3,
    0,
    MOMENT,
    MOMENT,
  ]);
}

const SALT = 'x7q2m9c4r1v8k5t0b3n6w2h9d4f7j1sl';

const SECRETS: Readonly<Record<string, string>> = {
  email_password: 'abc',
  ldap_search_password: '',
  mysql_password: 'root123',
  admin_initial_password: 'Harbor12345',
  clair_db_password: 'password',
  uaa_client_secret: 'secret',
};

// The addresses inside a Harbor of containers, in place of the loopback ones of the recording.
const ADDRESSES: Readonly<Record<string, string>> = {
  ext_endpoint: 'http://old-harbor.example',
  mysql_host: 'mysql',
  registry_url: 'http://registry:5000',
  ui_url: 'http://ui:8080',
  jobservice_url: 'http://jobservice:8080',
  token_service_url: 'http://ui:8080/service/token',
};

function property(row: readonly SqlValue[], secretkey: string): SqlValue[] {
  const name = String(row[1]);
  const value = SECRET_SETTINGS.includes(name)
    ? sealed(name, SECRETS[name] ?? '', secretkey)
    : (ADDRESSES[name] ?? row[2]);
  return [row[0] ?? null, name, value ?? ''];
}

// The same each time, so that the dump is: a changed dump is another one to whoever imported it.
function sealed(name: string, text: string, secretkey: string): string {
  return encrypt(text, secretkey, createHash('sha256').update(name).digest().subarray(0, 16));
}

// Puts rows where mysqldump has them: between LOCK and UNLOCK.
function withRows(dump: string, table: string, rows: readonly (readonly SqlValue[])[]): string {
  const tuples = rows.map((row) => `(${row.map(literal).join(',')})`).join(',\n');
  const insert = `INSERT INTO \`${table}\` VALUES\n${tuples};\n`;
  const keys = String.raw`(/\*!40000 ALTER TABLE \`${table}\` DISABLE KEYS \*/;\n)?`;
  const block = new RegExp(
    `(LOCK TABLES \`${table}\` WRITE;\\n${keys})(?:INSERT INTO [\\s\\S]*?;\\n)?(?=/\\*!40000|UNLOCK)`,
  );
  if (!block.test(dump)) throw new Error(`the dump has no table ${table}`);
  return dump.replace(block, (_, start: string) => start + insert);
}

function literal(value: SqlValue): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : `'${value.replace(/['\\]/g, '\\$&')}'`;
}

/** Writes images as docker-registry's file system driver stores them. */
class RegistryTree {
  readonly #root: string;

  constructor(folder: string) {
    this.#root = join(folder, 'docker/registry/v2');
  }

  addImage(repository: string, tag: string): void {
    const tar = tarOf([{ name: 'README', content: `${repository}:${tag}\n` }]);
    const layer = gzipSync(tar);
    const config = JSON.stringify({
      architecture: 'amd64',
      author: 'the lab',
      config: { Cmd: ['/README'], Labels: null },
      created: '2026-10-01T08:00:00Z',
      docker_version: '18.06.1-ce',
      history: [{ created: '2026-10-01T08:00:00Z', created_by: 'made without Docker' }],
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    });
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: described('application/vnd.docker.container.image.v1+json', config),
      layers: [described('application/vnd.docker.image.rootfs.diff.tar.gzip', layer)],
    });
    for (const blob of [layer, config, manifest]) this.#blob(blob);
    const name = `repositories/${repository}`;
    for (const blob of [layer, config]) this.#link(`${name}/_layers/${pathOf(blob)}`, blob);
    this.#link(`${name}/_manifests/revisions/${pathOf(manifest)}`, manifest);
    this.#link(`${name}/_manifests/tags/${tag}/current`, manifest);
    this.#link(`${name}/_manifests/tags/${tag}/index/${pathOf(manifest)}`, manifest);
    this.#folder(join(this.#root, name, '_uploads'));
  }

  #blob(content: Buffer | string): void {
    const [, hex = ''] = digestOf(content).split(':');
    this.#write(`blobs/sha256/${hex.slice(0, 2)}/${hex}/data`, content);
  }

  #link(path: string, content: Buffer | string): void {
    this.#write(`${path}/link`, digestOf(content));
  }

  #write(path: string, content: Buffer | string): void {
    const target = join(this.#root, path);
    this.#folder(dirname(target));
    writeFileSync(target, content);
    own(target);
  }

  #folder(path: string): void {
    const first = mkdirSync(path, { recursive: true });
    for (let folder = path; first !== undefined && folder.length >= first.length; folder = dirname(folder))
      own(folder);
  }
}

function own(path: string): void {
  if (process.getuid?.() === 0) chownSync(path, HARBOR_UID, HARBOR_UID);
}

function digestOf(content: Buffer | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function pathOf(content: Buffer | string): string {
  return digestOf(content).replace(':', '/');
}

function described(mediaType: string, content: Buffer | string): object {
  return { mediaType, size: Buffer.byteLength(content), digest: digestOf(content) };
}
