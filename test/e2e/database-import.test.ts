import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { down, exec, up } from '../lab/lab.ts';
import { tryRun } from '../lab/process.ts';

// On a site of its own: a database filled from a file, and another one straight from the first.
const options = { site: 'dual-master', assumeYes: true };
const root = fileURLToPath(new URL('../..', import.meta.url));
const dump = join(root, 'test/fixtures/harbor/registry.dump.sql');
let folder: string;

const inventory = `all:
  vars:
    ansible_user: ops
    ansible_become: true
    ansible_ssh_private_key_file: /run/mooring-lab/dual-master/ssh/id_ed25519
    ansible_ssh_common_args: >-
      -o ProxyCommand="${root}/test/lab/connect dual-master %h %p"
      -o UserKnownHostsFile=/run/mooring-lab/dual-master/ssh/known_hosts
      -o StrictHostKeyChecking=yes
  hosts:
    harbor1: {ansible_host: 10.0.0.101}
    harbor2: {ansible_host: 10.0.0.102}
`;

const server = `- hosts: harbor1:harbor2
  tasks:
    - file: {path: /opt/db, state: directory}
    - copy:
        dest: /opt/db/docker-compose.yml
        content: |
          version: '2.4'
          services:
            db:
              container_name: db
              image: mysql:5.7
              environment: {MYSQL_ROOT_PASSWORD: password-of-root}
              healthcheck:
                test: ["CMD-SHELL", "MYSQL_PWD=$$MYSQL_ROOT_PASSWORD mysqladmin -h127.0.0.1 -uroot ping"]
                interval: 1s
                retries: 60
    - compose: {project_src: /opt/db, wait: true}
`;

function importPlay(host: string, params: string): string {
  return `- hosts: ${host}
  tasks:
    - mysqldump_import: {database: registry, container: db, version_table: alembic_version, version: 1.5.0, ${params}}
`;
}

async function play(text: string): Promise<{ code: number; output: string }> {
  writeFileSync(join(folder, 'play.yml'), text);
  const argv = ['bin/mooring.js', 'run', join(folder, 'play.yml'), '-i', join(folder, 'hosts.yml')];
  const result = await tryRun([
    process.execPath,
    ...argv.map((word) => word.replace(/^bin/, join(root, 'bin'))),
  ]);
  return { code: result.code, output: `${result.stdout}${result.stderr}` };
}

async function sql(host: string, query: string): Promise<string> {
  const command = `docker exec -i db sh -c 'MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql -uroot -N -B'`;
  const result = await exec(host, ['sh', '-c', `${command} <<'EOF'\n${query}\nEOF`], options);
  return result.stdout.trim();
}

const tables = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'registry';";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mooring-import-'));
  writeFileSync(join(folder, 'hosts.yml'), inventory);
  await up(options);
  expect(await play(server)).toMatchObject({ code: 0 });
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await down(options);
});

test('a truncated dump changes nothing', async () => {
  const cut = join(folder, 'cut.sql');
  const result = await tryRun(['sh', '-c', `head -n 500 ${dump} > ${cut}`]);
  expect(result.code).toBe(0);
  const run = await play(importPlay('harbor1', `src: ${cut}`));
  expect(run.code).toBe(2);
  expect(run.output).toContain('the dump is not complete');
  expect(await sql('harbor1', 'SHOW DATABASES;')).not.toMatch(/registry|mooring/);
});

test('a dump of the control node is imported once', async () => {
  const playText = importPlay('harbor1', `src: ${dump}`);
  expect((await play(playText)).output).toMatch(/ok=1 +changed=1/);
  expect(await sql('harbor1', tables)).toBe('20');
  expect((await play(playText)).output).toMatch(/ok=1 +changed=0/);
});

test('a running server of another host is streamed over, once, and equals it', async () => {
  const playText = importPlay('harbor2', 'source: {host: harbor1, container: db}');
  expect((await play(playText)).output).toMatch(/changed=1/);
  expect((await play(playText)).output).toMatch(/changed=0/);
  const checksum =
    'CHECKSUM TABLE registry.repository, registry.properties, registry.user, registry.access_log;';
  expect(await sql('harbor2', checksum)).toBe(await sql('harbor1', checksum));
});

test('tables that are missing stop an import, and forced they are set aside, not lost', async () => {
  await sql('harbor2', 'DROP TABLE registry.replication_target;');
  const source = 'source: {host: harbor1, container: db}';
  const refused = await play(importPlay('harbor2', source));
  expect(refused.output).toContain('tables are missing: replication_target');
  expect(await sql('harbor2', tables)).toBe('19');
  expect((await play(importPlay('harbor2', `${source}, force_partial: true`))).code).toBe(0);
  expect(await sql('harbor2', tables)).toBe('20');
  expect(await sql('harbor2', 'SHOW DATABASES;')).toMatch(/registry_before_\d{14}/);
});
