/** The images a site would pull from a registry, built from Debian packages and loaded into every host's Docker. */

import { fileURLToPath } from 'node:url';
import type { ImageSpec } from './images.ts';

const here = (name: string) => fileURLToPath(new URL(`docker/${name}`, import.meta.url));

/** MariaDB under MySQL's name, with the entrypoint, the user id and the tools of the image it stands in for. */
const mysql: ImageSpec = {
  name: 'mysql:5.7',
  before: 'groupadd -g 999 mysql; useradd -r -u 999 -g mysql -d /var/lib/mysql -s /usr/sbin/nologin mysql',
  packages: ['mariadb-server', 'mariadb-client'],
  // Debian's data directory and server settings (loopback only, utf8mb4) stay out: defaults as compiled, like MySQL's.
  after:
    'rm -rf /var/lib/mysql/* /etc/mysql/debian.cnf /etc/mysql/mariadb.conf.d/50-server.cnf; chown mysql:mysql /var/lib/mysql',
  files: [
    { path: '/usr/local/bin/docker-entrypoint.sh', source: here('mysql-entrypoint'), mode: 0o755 },
    { path: '/etc/mysql/mariadb.conf.d/90-docker.cnf', content: mysqlSettings() },
  ],
  entrypoint: ['docker-entrypoint.sh'],
  command: ['mysqld'],
  volumes: ['/var/lib/mysql'],
  ports: [3306],
  labels: { 'mooring.lab': 'MariaDB from Debian packages, in place of MySQL' },
};

const redis: ImageSpec = {
  name: 'redis:3',
  before: 'groupadd -g 999 redis; useradd -r -u 999 -g redis -d /data -s /usr/sbin/nologin redis',
  packages: ['redis-server', 'redis-tools'],
  files: [
    { path: '/usr/local/bin/docker-entrypoint.sh', source: here('redis-entrypoint'), mode: 0o755 },
    { path: '/data/.keep', content: '', uid: 999, gid: 999 },
  ],
  // The image listens on every address, as the one it stands in for does.
  entrypoint: ['docker-entrypoint.sh'],
  command: ['redis-server', '--bind', '0.0.0.0', '--protected-mode', 'no'],
  workingDirectory: '/data',
  volumes: ['/data'],
  ports: [6379],
  labels: { 'mooring.lab': 'Redis from Debian packages' },
};

/** What every host has in its Docker before a playbook comes. */
export const preloadedImages: readonly ImageSpec[] = [mysql, redis];

function mysqlSettings(): string {
  const settings = [
    'bind-address = 0.0.0.0',
    'skip-name-resolve',
    'innodb-buffer-pool-size = 64M',
    'skip-log-bin',
  ];
  return `[mariadbd]\n${settings.join('\n')}\n`;
}
