// The images of the stand-in, under the names of Harbor's: one Debian layer with Node, registry, nginx and rsyslog,
// and small layers with what each of them runs.

import { fileURLToPath } from 'node:url';
import { preloadedImages } from '../docker-images.ts';
import type { LabFile } from '../files.ts';
import type { Healthcheck, ImageSpec } from '../images.ts';

const VERSION = 'v1.5.4';

export interface ImageOptions {
  /** The file with the bundled services. */
  readonly program: string;
  /** The text of registry.sql. */
  readonly schema: string;
  /** Also the database and Redis of an installation without HA; they are most of the archive. */
  readonly withDatabase: boolean;
}

/** What goes into harbor.v1.5.4.tar.gz. */
export function harborImages({ program, schema, withDatabase }: ImageOptions): ImageSpec[] {
  const services = ['adminserver', 'ui', 'jobservice'].map((name) => serviceImage(name, program));
  return [logImage, registryImage, nginxImage, ...services, ...(withDatabase ? databaseImages(schema) : [])];
}

const PACKAGES = [
  'ca-certificates',
  'curl',
  'docker-registry',
  'logrotate',
  'nginx-light',
  'nodejs',
  'rsyslog',
];
// Debian's package starts as its own user; Harbor's images use 10000 everywhere.
const BEFORE = 'groupadd -r -g 10000 harbor; useradd --no-log-init -r -g 10000 -u 10000 harbor';
// nginx writes to the container's own output; the rest of Debian's settings is not used.
const AFTER =
  'ln -sf /dev/stdout /var/log/nginx/access.log; ln -sf /dev/stderr /var/log/nginx/error.log; rm -rf /etc/nginx/* /etc/docker/registry /etc/rsyslog.d/*';

const LABELS = { 'mooring.lab': 'stand-in for Harbor 1.5.4 from Debian packages' };

function base(name: string, files: readonly LabFile[], test: string): ImageSpec {
  const entrypoint = ['/usr/local/bin/start'];
  return {
    name,
    packages: PACKAGES,
    before: BEFORE,
    after: AFTER,
    files,
    entrypoint,
    labels: LABELS,
    healthcheck: every(test),
  };
}

// Often, so that a start is seen soon; Harbor's own images leave Docker's thirty seconds.
function every(test: string): Healthcheck {
  return {
    test: ['CMD-SHELL', test],
    intervalSeconds: 5,
    timeoutSeconds: 5,
    startPeriodSeconds: 60,
    retries: 3,
  };
}

function start(script: string): LabFile {
  return {
    path: '/usr/local/bin/start',
    source: fileURLToPath(new URL(`start/${script}`, import.meta.url)),
    mode: 0o755,
  };
}

function serviceImage(name: string, program: string): ImageSpec {
  const files: LabFile[] = [start('service'), { path: '/harbor/harbor.mjs', source: program, mode: 0o644 }];
  const alive = { adminserver: '/api/ping', ui: '/api/ping', jobservice: '/api/v1/stats' }[name];
  // Any answer means that the jobservice is up; only the ui knows its secret.
  const option = name === 'jobservice' ? '' : '--fail ';
  return {
    ...base(
      `vmware/harbor-${name}:${VERSION}`,
      files,
      `curl ${option}-s -o /dev/null http://127.0.0.1:8080${alive}`,
    ),
    env: { HARBOR_SERVICE: name, NODE_OPTIONS: '--max-old-space-size=96' },
    workingDirectory: '/harbor',
    ports: [8080],
  };
}

const registryImage: ImageSpec = {
  ...base(
    `vmware/registry-photon:v2.6.2-${VERSION}`,
    [start('registry')],
    'curl -s -o /dev/null http://127.0.0.1:5000/',
  ),
  command: ['/etc/registry/config.yml'],
  ports: [5000],
};

const nginxImage: ImageSpec = {
  ...base(
    `vmware/nginx-photon:${VERSION}`,
    [start('nginx')],
    'curl --fail -k -s -o /dev/null http://127.0.0.1/',
  ),
  ports: [80, 443],
};

const logImage: ImageSpec = {
  ...base(
    `vmware/harbor-log:${VERSION}`,
    [
      start('log'),
      { path: '/etc/rsyslog.conf', source: fileURLToPath(new URL('start/rsyslog.conf', import.meta.url)) },
    ],
    "grep -q ':2912 ' /proc/net/tcp /proc/net/tcp6",
  ),
  ports: [10514],
};

function databaseImages(schema: string): ImageSpec[] {
  const [mysql, redis] = ['mysql:', 'redis:'].map((name) =>
    preloadedImages.find((image) => image.name.startsWith(name)),
  );
  if (mysql === undefined || redis === undefined) throw new Error('the lab has no images of MySQL and Redis');
  const files: LabFile[] = [
    ...(mysql.files ?? []),
    start('database'),
    { path: '/docker-entrypoint-initdb.d/registry.sql', content: schema },
  ];
  return [
    {
      ...mysql,
      name: `vmware/harbor-db:${VERSION}`,
      files,
      entrypoint: ['/usr/local/bin/start'],
      healthcheck: every(
        '[ -d /var/lib/mysql/registry ] && mariadb-admin --user=root --password="$MYSQL_ROOT_PASSWORD" ping',
      ),
    },
    { ...redis, name: `vmware/redis-photon:${VERSION}`, healthcheck: every('redis-cli ping') },
  ];
}
