// Several stand-in Harbors in one process, with databases and sessions in memory, that reach each other by the
// addresses of the recordings.

import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { adminServer, bootSettings } from '../../lab/harbor/server/adminserver.ts';
import { parseDump } from '../../lab/harbor/server/dump.ts';
import { type Fetcher, NetworkError } from '../../lab/harbor/server/fetcher.ts';
import type { Harbor } from '../../lab/harbor/server/harbor.ts';
import { jobserviceOverHttp } from '../../lab/harbor/server/job-client.ts';
import { MemoryJobStore } from '../../lab/harbor/server/jobservice/job-store.ts';
import { Jobservice } from '../../lab/harbor/server/jobservice/jobservice.ts';
import { silentLog } from '../../lab/harbor/server/log.ts';
import { MemoryTables } from '../../lab/harbor/server/memory-tables.ts';
import { registryOverHttp } from '../../lab/harbor/server/registry.ts';
import { MemorySessions } from '../../lab/harbor/server/sessions.ts';
import { settingsOverHttp } from '../../lab/harbor/server/settings-client.ts';
import { ui } from '../../lab/harbor/server/ui.ts';
import { makeRequest, type WebHandler, type WebReply } from '../../lab/harbor/server/web.ts';
import { RegistryDouble } from './registry-double.ts';

export const FIXTURES = new URL('../../fixtures/harbor/', import.meta.url);
export const UI_SECRET = 'fBeYLCHfM0a5HY4w';
export const JOBSERVICE_SECRET = 'DxuUy559wq1hX7jd';

export function fixture(name: string): string {
  return readFileSync(new URL(name, FIXTURES), 'utf8');
}

/** A private key for tokens; small, since nobody attacks it. */
export function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
}

let sharedKey: string | undefined;

export interface Faults {
  down: boolean;
  jobserviceDown: boolean;
  redisDown: boolean;
  caCertificate: string | undefined;
  privateKey: string | undefined;
  secretKey: string;
  holdLogin: () => Promise<void>;
}

export interface Node {
  readonly address: string;
  readonly harbor: Harbor;
  readonly tables: MemoryTables;
  readonly sessions: MemorySessions;
  readonly registry: RegistryDouble;
  readonly jobservice: Jobservice;
  readonly ports: Readonly<Record<number, WebHandler>>;
  /** Faults that a test switches on. */
  readonly faults: Faults;
}

export class World {
  now = new Date('2026-11-22T11:28:00Z');
  readonly #nodes = new Map<string, Node>();
  readonly #background: Promise<void>[] = [];

  readonly fetch: Fetcher = async (wanted) => {
    const url = new URL(wanted.url);
    // The doubles of the registry listen for real.
    if (url.hostname === '127.0.0.1') return realFetch(wanted);
    const node = this.#nodes.get(url.hostname);
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    const verb = wanted.method[0] + wanted.method.slice(1).toLowerCase();
    const handler = node?.ports[port];
    const dead = node === undefined || handler === undefined || url.protocol === 'https:';
    if (dead || node.faults.down || (port === 8082 && node.faults.jobserviceDown)) {
      throw new NetworkError(
        `${verb} "${wanted.url}": dial tcp ${url.hostname}:${port}: connect: connection refused`,
      );
    }
    const body = wanted.body?.toString() ?? '';
    const target = url.pathname + url.search;
    const reply = await handler(
      makeRequest({ method: wanted.method, target, headers: wanted.headers ?? {}, body }),
    );
    return {
      status: reply.status,
      headers: Object.fromEntries(reply.headers.map(([name, value]) => [name.toLowerCase(), value])),
      body: await bodyOf(reply),
    };
  };

  /** Starts a Harbor at an address of the recordings. */
  async start(address: string, dump: string, secretKey = 'not-a-secret-key'): Promise<Node> {
    // Making one takes a while; most tests need no other.
    sharedKey ??= newPrivateKey();
    const privateKey = sharedKey;
    const faults: Faults = {
      down: false,
      jobserviceDown: false,
      redisDown: false,
      caCertificate: undefined,
      privateKey,
      secretKey,
      holdLogin: async () => undefined,
    };
    const tables = new MemoryTables(parseDump(dump), () => this.now);
    const registry = new RegistryDouble(`http://${address}`, privateKey, (event) => {
      const body = JSON.stringify({ events: [event] });
      this.#later(call(node, 8080, 'POST', '/service/notifications', {}, body).then(() => undefined));
    });
    const registryUrl = await registry.start();
    const env = environment(address, registryUrl);
    const admin = { tables, secretKey, env, capacity: async () => ({ total: 1, free: 1 }) };
    await tables.remove('properties', {});
    await bootSettings(admin);
    const sessions = new MemorySessions();
    const settings = { ...settingsOverHttp(`http://${address}:8081`, UI_SECRET, this.fetch) };
    const harbor: Harbor = {
      tables,
      sessions: {
        ...bound(sessions),
        read: async (id) => (faults.redisDown ? noRedis() : sessions.read(id)),
        write: async (id, values) => (faults.redisDown ? noRedis() : sessions.write(id, values)),
      },
      settings,
      registry: registryOverHttp({
        url: async () => registryUrl,
        fetch: this.fetch,
        privateKey: async () => faults.privateKey ?? noKey(),
        now: () => new Date(),
      }),
      jobs: jobserviceOverHttp(async () => `http://${address}:8082`, UI_SECRET, this.fetch),
      fetch: this.fetch,
      get secretKey() {
        return faults.secretKey;
      },
      privateKey: async () => faults.privateKey ?? noKey(),
      uiSecret: UI_SECRET,
      jobserviceSecret: JOBSERVICE_SECRET,
      caCertificate: async () => faults.caCertificate,
      now: () => this.now,
      holdLogin: () => faults.holdLogin(),
      log: silentLog,
      background: (work) => this.#later(work),
    };
    const jobservice = this.#jobservice();
    const uiHandler = ui(harbor);
    const ports = {
      80: nginx(uiHandler),
      8080: uiHandler,
      8081: adminServer(admin),
      8082: jobservice.handler,
    };
    const node: Node = { address, harbor, tables, sessions, registry, jobservice, ports, faults };
    this.#nodes.set(address, node);
    return node;
  }

  stop(): void {
    for (const node of this.#nodes.values()) node.registry.stop();
  }

  /** Waits until all work behind the answers is done, jobs too unless they are held. */
  async settle(runJobs = true): Promise<void> {
    for (let busy = true; busy; ) {
      busy = false;
      while (this.#background.length > 0) await this.#background.shift();
      if (!runJobs) continue;
      for (const { jobservice, faults } of this.#nodes.values()) {
        if (!faults.jobserviceDown && (await jobservice.step())) busy = true;
      }
      busy ||= this.#background.length > 0;
    }
  }

  #later(work: Promise<void>): void {
    this.#background.push(work);
    work.catch(() => undefined);
  }

  #jobservice(): Jobservice {
    const logs = new Map<string, string>();
    return new Jobservice({
      store: new MemoryJobStore(),
      fetch: this.fetch,
      logs: {
        begin: async (id) => void logs.set(id, ''),
        append: async (id, line) => void logs.set(id, (logs.get(id) ?? '') + line),
        read: async (id) => logs.get(id),
      },
      uiSecret: UI_SECRET,
      jobserviceSecret: JOBSERVICE_SECRET,
      now: () => this.now,
      random: () => 0,
      log: silentLog,
    });
  }
}

/** Sends a request to one of a node's services. */
export async function call(
  node: Node,
  port: number,
  method: string,
  target: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Promise<{ readonly reply: WebReply; readonly body: Buffer }> {
  const handler = node.ports[port];
  if (handler === undefined) throw new Error(`nothing listens on ${port}`);
  const reply = await handler(makeRequest({ method, target, headers, body }));
  return { reply, body: method === 'HEAD' ? Buffer.alloc(0) : await bodyOf(reply) };
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

// What the proxy's configuration does: /v2/ goes to the ui under another name, /v1/ nowhere.
function nginx(uiHandler: WebHandler): WebHandler {
  return async (request) => {
    if (!request.target.startsWith('/v2/')) return uiHandler(request);
    const target = `/registryproxy${request.target}`;
    const inner = makeRequest({ ...request, target, text: request.text });
    const text = await request.text();
    const { Readable } = await import('node:stream');
    return uiHandler({ ...inner, stream: Readable.from(text === '' ? [] : [Buffer.from(text)]) });
  };
}

async function bodyOf(reply: WebReply): Promise<Buffer> {
  if (typeof reply.body === 'string') return Buffer.from(reply.body);
  if (Buffer.isBuffer(reply.body)) return reply.body;
  const chunks: Buffer[] = [];
  for await (const chunk of reply.body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function bound(sessions: MemorySessions): { remove: MemorySessions['remove'] } {
  return { remove: (id) => sessions.remove(id) };
}

function noRedis(): never {
  throw new Error('dial tcp: connection refused');
}

function noKey(): never {
  throw new Error('key file does not exist');
}

async function realFetch(wanted: Parameters<Fetcher>[0]): ReturnType<Fetcher> {
  const { fetchOverNetwork } = await import('../../lab/harbor/server/fetcher.ts');
  return fetchOverNetwork(wanted);
}

export function environment(address: string, registryUrl: string): Record<string, string> {
  return {
    EXT_ENDPOINT: `http://${address}`,
    AUTH_MODE: 'db_auth',
    SELF_REGISTRATION: 'on',
    DATABASE_TYPE: 'mysql',
    MYSQL_HOST: address,
    MYSQL_PORT: '3306',
    MYSQL_USR: 'root',
    MYSQL_PWD: 'root123',
    MYSQL_DATABASE: 'registry',
    LDAP_URL: 'ldaps://ldap.mydomain.com',
    LDAP_BASE_DN: 'ou=people,dc=mydomain,dc=com',
    LDAP_UID: 'uid',
    LDAP_SCOPE: '2',
    LDAP_TIMEOUT: '5',
    LDAP_VERIFY_CERT: 'true',
    LDAP_GROUP_BASEDN: 'ou=group,dc=mydomain,dc=com',
    LDAP_GROUP_FILTER: 'objectclass=group',
    LDAP_GROUP_GID: 'cn',
    LDAP_GROUP_SCOPE: '2',
    EMAIL_HOST: 'smtp.mydomain.com',
    EMAIL_PORT: '25',
    EMAIL_USR: 'sample_admin@mydomain.com',
    EMAIL_PWD: 'abc',
    EMAIL_SSL: 'false',
    EMAIL_FROM: 'admin <sample_admin@mydomain.com>',
    EMAIL_INSECURE: 'false',
    REGISTRY_URL: registryUrl,
    TOKEN_EXPIRATION: '30',
    CFG_EXPIRATION: '5',
    MAX_JOB_WORKERS: '50',
    PROJECT_CREATION_RESTRICTION: 'everyone',
    HARBOR_ADMIN_PASSWORD: 'Harbor12345',
    ADMIRAL_URL: 'NA',
    WITH_NOTARY: 'false',
    WITH_CLAIR: 'false',
    CLAIR_DB_PASSWORD: 'password',
    CLAIR_DB_HOST: 'postgres',
    CLAIR_DB_PORT: '5432',
    CLAIR_DB_USERNAME: 'postgres',
    CLAIR_DB: 'postgres',
    UAA_ENDPOINT: 'uaa.mydomain.org',
    UAA_CLIENTID: 'id',
    UAA_CLIENTSECRET: 'secret',
    UAA_VERIFY_CERT: 'true',
    UI_URL: `http://${address}:8080`,
    JOBSERVICE_URL: `http://${address}:8082`,
    TOKEN_SERVICE_URL: `http://${address}:8080/service/token`,
    CLAIR_URL: 'http://clair:6060',
    NOTARY_URL: 'http://notary-server:4443',
    REGISTRY_STORAGE_PROVIDER_NAME: 'filesystem',
    READ_ONLY: 'false',
    UI_SECRET,
    JOBSERVICE_SECRET: JOBSERVICE_SECRET,
  };
}
