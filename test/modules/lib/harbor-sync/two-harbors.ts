// Two stand-ins of Harbor 1.5 that replicate to each other, and playbooks run against them by the engine: over
// HTTP through a host, as in earnest.

import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { HarborLogin } from '../../../../modules/lib/harbor/login.ts';
import { harborRequests } from '../../../../modules/lib/harbor/requests.ts';
import type { Value } from '../../../../src/model/index.ts';
import type { HttpRequest } from '../../../../src/module/index.ts';
import { type RunYamlOptions, runYaml, type YamlRun } from '../../../engine/run-yaml.ts';
import { push } from '../../../harbor-stand-in/support/images.ts';
import { basic, call, fixture, type Node, World } from '../../../harbor-stand-in/support/world.ts';
import { serve } from '../../../lab/harbor/server/serve.ts';

const password = 'Harbor12345';
const addresses = { a: '127.0.2.1', b: '127.0.2.2' } as const;

export type Name = keyof typeof addresses;

export function loginOf(name: Name): HarborLogin {
  const url = `http://${addresses[name]}`;
  return { url, username: 'admin', password, validate_certs: true, via: 'host', api: 'auto', timeout: 30 };
}

export class TwoHarbors {
  readonly world = new World();
  readonly #nodes = new Map<Name, Node>();
  readonly #servers = new Map<string, Server>();
  #work: Promise<void> = Promise.resolve();
  /** Jobs wait while it is set. */
  held = false;
  /** Called with each request before it is answered. */
  onRequest: (line: string) => void = () => undefined;

  /** Both with a project `example` and nothing in it. */
  static async start(): Promise<TwoHarbors> {
    const pair = new TwoHarbors();
    pair.world.now = new Date();
    for (const name of ['a', 'b'] as const) await pair.#start(name);
    return pair;
  }

  async stop(): Promise<void> {
    for (const server of this.#servers.values()) {
      server.closeAllConnections();
      server.close();
    }
    await this.#work;
    this.world.stop();
  }

  node(name: Name): Node {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`no Harbor ${name}`);
    return node;
  }

  /** An image, known by its content: the same content has the same digest. A docker daemon pushes it unless said. */
  async push(name: Name, image: string, content: string, agent = 'docker/18.06.1-ce'): Promise<void> {
    const { registry } = this.node(name);
    const [repository = '', tag = ''] = image.split(':');
    push(this.node(name), `scratch/${content}`, '1', 'nobody');
    const digest = registry.tags.get(`scratch/${content}`)?.get('1') ?? '';
    const payload = registry.manifests.get(digest)?.payload ?? '';
    registry.tags.delete(`scratch/${content}`);
    registry.put(repository, tag, digest, payload);
    registry.event('push', repository, tag, agent, 'admin');
    await this.world.settle(!this.held);
  }

  /** A rule with its endpoint from one to the other, made as harbor_replication makes it. */
  async link(from: Name, to: Name, repository?: string): Promise<void> {
    const requests = harborRequests('1.5', loginOf(from));
    const endpoint = { name: to, url: loginOf(to).url, username: 'admin', insecure: true };
    if ((await this.ask(from, '/api/targets')) === null) {
      await this.send(from, requests.createEndpoint(endpoint, password));
    }
    const [project] = (await this.ask(from, '/api/projects?name=example')) as { project_id: number }[];
    const example = { id: project?.project_id ?? 0, name: 'example', repositoryCount: 0, metadata: {} };
    const rule = {
      name: `to-${to}${repository === undefined ? '' : `-${repository}`}`,
      description: '',
      enabled: true,
      direction: 'push',
      projects: ['example'],
      trigger: { kind: 'immediate' },
      replicateDeletion: true,
      override: true,
      speed: 0,
      ...(repository === undefined ? {} : { repository }),
    } as const;
    await this.send(from, requests.createRule(rule, 1, [example], false));
  }

  /** `example/app1:1.0` → content, of what a Docker client would find. */
  images(name: Name): Record<string, string> {
    const found = [...this.node(name).registry.tags].flatMap(([repository, tags]) =>
      [...tags].map(([tag, digest]) => [`${repository}:${tag}`, contentOf(digest)]),
    );
    return Object.fromEntries(found.sort());
  }

  async ask(name: Name, path: string): Promise<unknown> {
    const { body } = await call(this.node(name), 80, 'GET', path, {
      authorization: basic('admin', password),
    });
    return JSON.parse(body.toString());
  }

  async send(name: Name, request: HttpRequest): Promise<void> {
    const { pathname, search } = new URL(request.url);
    const headers = { ...request.headers, authorization: basic('admin', password) };
    const text = typeof request.body === 'string' ? request.body : '';
    const { reply } = await call(this.node(name), 80, request.method, pathname + search, headers, text);
    if (reply.status >= 300) throw new Error(`${request.method} ${pathname}: ${reply.status}`);
    await this.world.settle(!this.held);
  }

  /** Runs one task through the engine; `values` of its result are under `result`. */
  run(module: string, params: Record<string, Value>, options: RunYamlOptions = {}): Promise<YamlRun> {
    const { url, password: secret } = loginOf('a');
    const task = { name: 'task', [module]: { url, password: secret, ...params } };
    return runYaml(JSON.stringify([{ hosts: 'all', gather_facts: false, tasks: [task] }]), {
      speculate: false,
      openTcp: (address, port) => {
        const server = this.#servers.get(`${address}:${port}`);
        return connect((server?.address() as AddressInfo | undefined)?.port ?? 1, '127.0.0.1');
      },
      ...options,
    });
  }

  async #start(name: Name): Promise<void> {
    const address = addresses[name];
    const node = await this.world.start(address, fixture('registry.fresh.dump.sql'));
    this.#nodes.set(name, node);
    const { 80: answer } = node.ports;
    const server = await serve(
      async (request) => {
        this.onRequest(`${name} ${request.method} ${request.target}`);
        if (node.faults.down) request.stream?.destroy();
        const reply = await answer?.(request);
        this.#settleLater();
        if (reply === undefined) throw new Error('nothing listens');
        return reply;
      },
      0,
      '127.0.0.1',
    );
    this.#servers.set(`${address}:80`, server);
    await this.send(name, harborRequests('1.5', loginOf(name)).createProject('example', {}));
  }

  /** Work behind the answers goes on while a client asks. */
  #settleLater(): void {
    this.#work = this.#work.then(() => this.world.settle(!this.held));
    this.#work.catch(() => undefined);
  }
}

/** The digest of a stand-in's image holds its name. */
function contentOf(digest: string): string {
  const name = Buffer.from(digest.replace('sha256:', ''), 'hex').toString();
  return name.replace(/^scratch\//, '').replace(/:1\0*$/, '');
}
