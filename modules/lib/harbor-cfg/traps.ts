import type { Value } from '../../../src/module/index.ts';

/** Keys and values of the file as it is going to be. */
export type Effective = ReadonlyMap<string, Value>;

/** What Harbor's own scripts refuse late, or do not notice at all. */
export interface Findings {
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

/**
 * Traps of harbor.cfg, 1.4 and 1.5.
 *
 * @param ha several nodes share database, Redis and storage
 */
export function traps1(effective: Effective, ha: boolean): Findings {
  const at = (key: string): string => String(effective.get(key) ?? '');
  const faults = hostnameFaults(at('hostname'));
  const warnings: string[] = [];
  if (at('customize_crt') === 'off') {
    warnings.push('customize_crt = off signs tokens with a key that everyone who has Harbor has');
  }
  if (ha) {
    if (at('db_host') === '' || at('db_host') === 'mysql') {
      faults.push(
        'db_host: "mysql" is the container of a single Harbor; with ha it must be the common database',
      );
    }
    const redis = at('redis_url');
    if (redis === '' || /^redis(:|$)/.test(redis)) {
      faults.push('redis_url: "redis:6379" is a host that is not there with ha; it must be the common Redis');
    }
    if (redis.includes(',')) {
      warnings.push('redis_url with weight, password or database: the registry of 1.5 takes host:port only');
    }
    for (const key of ['db_host', 'redis_url']) {
      if (loopback.test(at(key).split(':')[0] ?? ''))
        faults.push(`${key}: with ha it cannot be this machine itself`);
    }
  }
  const redis = at('redis_url');
  if (redis !== '' && !/^[^:,\s]+:\d+(,.*)?$/.test(redis)) {
    faults.push(`redis_url: must be host:port, not "${redis}"`);
  }
  return { faults, warnings };
}

/** Traps of harbor.yml, 2.x. */
export function traps2(effective: Effective, ha: boolean): Findings {
  const at = (key: string): string => String(effective.get(key) ?? '');
  const faults = at('external_url') === '' ? hostnameFaults(at('hostname')) : [];
  for (const key of ['https.certificate', 'https.private_key']) {
    if (at(key).startsWith('/your/')) faults.push(`${key}: still the example's value "${at(key)}"`);
  }
  if (ha) {
    const database = at('external_database.harbor.host');
    if (database === '' || database === 'harbor_db_host' || database === 'postgresql') {
      faults.push('external_database.harbor.host: with ha it must be the common database');
    }
    const redis = at('external_redis.host');
    if (redis === '' || /^redis(:|$)/.test(redis)) {
      faults.push('external_redis.host: with ha it must be the common Redis');
    }
  }
  return { faults, warnings: [] };
}

function hostnameFaults(hostname: string): string[] {
  if (hostname === '' || hostname === 'reg.mydomain.com') {
    return ['hostname: must be the name clients use; Harbor refuses the example\'s "reg.mydomain.com"'];
  }
  if (loopback.test(hostname)) return [`hostname: "${hostname}" is another machine for every client`];
  return /^[A-Za-z0-9.:[\]-]+$/.test(hostname) && !hostname.includes('://')
    ? []
    : [`hostname: must be a name or an address alone, not "${hostname}"`];
}
