// The installer's other files: compose files, images, schema.

import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { bundleProgram } from '../lab/harbor/build.ts';
import { harborImages } from '../lab/harbor/images.ts';
import { registrySql } from '../lab/harbor/schema.ts';
import { parseDump } from '../lab/harbor/server/dump.ts';
import { fixture } from './support/world.ts';

interface Service {
  readonly image: string;
  readonly container_name: string;
  readonly volumes: readonly string[];
  readonly restart: string;
}

function services(file: string): Record<string, Service> {
  const path = fileURLToPath(new URL(`../lab/harbor/installer/${file}`, import.meta.url));
  return parse(readFileSync(path, 'utf8')).services;
}

const CONTAINERS = {
  log: 'harbor-log',
  registry: 'registry',
  adminserver: 'harbor-adminserver',
  ui: 'harbor-ui',
  jobservice: 'harbor-jobservice',
  proxy: 'nginx',
};

describe('the compose file', () => {
  test('of HA has Harbor’s six services and their containers', () => {
    const names = Object.entries(services('ha/docker-compose.yml')).map(([name, service]) => [
      name,
      service.container_name,
    ]);
    expect(Object.fromEntries(names)).toEqual(CONTAINERS);
  });

  test('without HA has a database and a Redis more', () => {
    const names = Object.entries(services('docker-compose.yml')).map(([name, service]) => [
      name,
      service.container_name,
    ]);
    expect(Object.fromEntries(names)).toEqual({ ...CONTAINERS, mysql: 'harbor-db', redis: 'redis' });
  });

  test.each([
    ['ha/docker-compose.yml', false],
    ['docker-compose.yml', true],
  ])('%s names only images that are built', (file, withDatabase) => {
    const built = harborImages({ program: '/x', schema: '', withDatabase }).map((image) => image.name);
    expect(
      Object.values(services(file))
        .map((service) => service.image)
        .sort(),
    ).toEqual(built.sort());
  });
});

test.each(['http', 'https'])(
  'nginx over %s sends /v2/ through the ui and keeps /v1/ and the notifications shut',
  (protocol) => {
    const file = new URL(
      `../lab/harbor/installer/common/templates/nginx/nginx.${protocol}.conf`,
      import.meta.url,
    );
    const text = readFileSync(file, 'utf8').replace(/\s+/g, ' ');
    expect(text).toContain('location /v2/ { proxy_pass http://ui/registryproxy/v2/; }');
    for (const path of ['/v1/', '/service/notifications'])
      expect(text).toContain(`location ${path} { return 404; }`);
  },
);

test('the schema has the tables of a real Harbor, an administrator without password, and one project', () => {
  const tables = (text: string) => [...text.matchAll(/^CREATE TABLE `(\w+)`/gm)].map((match) => match[1]);
  expect(tables(registrySql())).toEqual(tables(fixture('registry.fresh.dump.sql')));
  const rows = (name: string) => parseDump(registrySql()).find((table) => table.name === name)?.rows ?? [];
  expect(rows('alembic_version')).toEqual([{ version_num: '1.5.0' }]);
  expect(rows('project').map((row) => row['name'])).toEqual(['library']);
  expect(rows('properties')).toEqual([]);
});

test('the program is one file that needs nothing but Node', async () => {
  const program = await bundleProgram();
  const imports = [...program.matchAll(/(?:from ?|\bimport ?)["']([@\w][^"']*)["']/g)].map(
    (match) => match[1] ?? '',
  );
  expect(imports.length).toBeGreaterThan(5);
  expect(imports.filter((name) => !isBuiltin(name))).toEqual([]);
});
