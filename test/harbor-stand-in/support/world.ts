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
import { HttpRegistry } from '../../lab/harbor/server/registry.ts';
import { MemorySessions } from '../../lab/harbor/server/sessions.ts';
import { settingsOverHttp } from '../../lab/harbor/server/settings-client.ts';
import type { Tables } from '../../lab/harbor/server/tables.ts';
import { ui } from '../../lab/harbor/server/ui.ts';
import { makeRequest, type WebHandler, type WebReply } from '../../lab/harbor/server/web.ts';
import { environment, JOBSERVICE_SECRET, UI_SECRET } from './environment.ts';
import { RegistryDouble } from './registry-double.ts';

const FIXTURES = new URL('../../fixtures/harbor/', import.meta.url);

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
  /** The secrets as the jobservice has them. */
  jobserviceSecrets: { ui: string; own: string };
}

export interface Node {
  readonly address: string;
  readonly harbor: Harbor;
  readonly tables: Tables;
  readonly sessions: MemorySessions;
  readonly registry: RegistryDouble;
  readonly jobservice: Jobservice;
  readonly ports: Readonly<Record<number, WebHandler>>;
  /** Faults that a test switches on. */
  readonly faults: Faults;
}

interface HarborParts {
  readonly address: string;
  readonly registryUrl: string;
  readonly tables: Tables;
  readonly sessions: MemorySessions;
  readonly faults: Faults;
}

function noFaults(privateKey: string, secretKey: string): Faults {
  return {
    down: false,
    jobserviceDown: false,
    redisDown: false,
    caCertificate: undefined,
    privateKey,
    secretKey,
    holdLogin: async () => undefined,
    jobserviceSecrets: { ui: UI_SECRET, own: JOBSERVICE_SECRET },
  };
}

export class World {
  now = new Date('2026-11-22T11:28:00Z');
  readonly #nodes = new Map<string, Node>();
  readonly #background: Promise<void>[] = [];
  readonly #makeTables: (dump: string) => Promise<Tables>;

  /** @param makeTables makes each Harbor's database from a dump; in memory when left out */
  constructor(makeTables?: (dump: string) => Promise<Tables>) {
    this.#makeTables = makeTables ?? (async (dump) => new MemoryTables(parseDump(dump), () => this.now));
  }

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
    const faults = noFaults(sharedKey, secretKey);
    const tables = await this.#makeTables(dump);
    const registry = new RegistryDouble(`http://${address}`, sharedKey, (event) => {
      const body = JSON.stringify({ events: [event] });
      this.#later(call(node, 8080, 'POST', '/service/notifications', {}, body).then(() => undefined));
    });
    const registryUrl = await registry.start();
    const env = environment(address, registryUrl);
    const admin = { tables, secretKey, env, capacity: async () => ({ total: 1, free: 1 }) };
    await tables.remove('properties', {});
    await bootSettings(admin);
    const sessions = new MemorySessions();
    const harbor = this.#harbor({ address, registryUrl, tables, sessions, faults });
    const jobservice = this.#jobservice(faults);
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

  #harbor({ address, registryUrl, tables, sessions, faults }: HarborParts): Harbor {
    const { fetch } = this;
    const privateKey = async () => faults.privateKey ?? noKey();
    return {
      tables,
      sessions: {
        read: async (id) => (faults.redisDown ? noRedis() : sessions.read(id)),
        write: async (id, values) => (faults.redisDown ? noRedis() : sessions.write(id, values)),
        remove: (id) => sessions.remove(id),
      },
      settings: settingsOverHttp(`http://${address}:8081`, UI_SECRET, fetch),
      registry: new HttpRegistry({ url: async () => registryUrl, fetch, privateKey, now: () => new Date() }),
      jobs: jobserviceOverHttp(async () => `http://${address}:8082`, UI_SECRET, fetch),
      fetch,
      get secretKey() {
        return faults.secretKey;
      },
      privateKey,
      uiSecret: UI_SECRET,
      jobserviceSecret: JOBSERVICE_SECRET,
      caCertificate: async () => faults.caCertificate,
      now: () => this.now,
      holdLogin: () => faults.holdLogin(),
      log: silentLog,
      background: (work) => this.#later(work),
    };
  }

  #later(work: Promise<void>): void {
    this.#background.push(work);
    work.catch(() => undefined);
  }

  #jobservice({ jobserviceSecrets }: Faults): Jobservice {
    const logs = new Map<string, string>();
    return new Jobservice({
      store: new MemoryJobStore(),
      fetch: this.fetch,
      logs: {
        begin: async (id) => void logs.set(id, ''),
        append: async (id, line) => void logs.set(id, (logs.get(id) ?? '') + line),
        read: async (id) => logs.get(id),
      },
      get uiSecret() {
        return jobserviceSecrets.ui;
      },
      get jobserviceSecret() {
        return jobserviceSecrets.own;
      },
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
