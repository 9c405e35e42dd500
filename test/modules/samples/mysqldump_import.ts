import type { ModuleSample } from '../../support/module-sample.ts';

const info = {
  sha256: 'f'.repeat(64),
  tables: ['a'],
  databases: ['registry'],
  uses: 1,
  complete: true,
  unsupported: [],
};
const client = {
  command: 'docker exec -i -e MYSQL_PWD db mysql',
  env: { MYSQL_PWD: 'secret-of-the-database' },
  needs: [],
};
const source = { end: { script: 'cat -- /srv/registry.dump' }, text: '/srv/registry.dump', info };
const current = { state: { exists: false, tables: [] }, source, client, now: 0 };

export const samples: readonly ModuleSample[] = [
  {
    params: {
      database: 'registry',
      src: '/srv/registry.dump',
      remote_src: true,
      container: 'db',
      login_password: 'secret-of-the-database',
    },
    current,
    converged: {
      ...current,
      state: { exists: true, tables: ['a'], marker: { sha256: info.sha256, finished: true } },
    },
  },
];
