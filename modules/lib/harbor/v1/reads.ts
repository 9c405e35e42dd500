import type { HarborReads, Ping } from '../api.ts';
import type { HarborHttp } from '../http.ts';
import type {
  Component,
  ConfigurationItem,
  Endpoint,
  EndpointSettings,
  Member,
  Project,
  Quota,
  Repository,
  Robot,
  Rule,
  Run,
  ServerInfo,
  Tag,
  User,
} from '../model.ts';
import { normalEndpoint } from '../normal.ts';
import { failedPing } from '../ping.ts';
import { configurationItems, toMember, toProject, toUser } from '../same.ts';
import { type Fields, fields, number, records, text } from '../shapes.ts';
import { roles } from './roles.ts';
import { toRule } from './rules.ts';
import { toRun } from './runs.ts';

const pageSize = 500;

/** What 1.5 says of itself to everybody. */
export function serverOfV1(systemInfo: Fields): ServerInfo {
  return {
    generation: '1.5',
    version: text(systemInfo['harbor_version']),
    readOnly: systemInfo['read_only'] === true,
    authMode: text(systemInfo['auth_mode']),
  };
}

/** The reads of Harbor 1.5, under /api. */
export class HarborV1 implements HarborReads {
  readonly generation = '1.5';
  readonly server: ServerInfo;
  readonly #http: HarborHttp;

  constructor(http: HarborHttp, server: ServerInfo) {
    this.#http = http;
    this.server = server;
  }

  /** 1.5 has no health API: these answers need what they are named after. */
  async health(): Promise<readonly Component[]> {
    return Promise.all([
      this.#component('ui', '/api/ping'),
      this.#component('database', '/api/statistics'),
      this.#component('registry', '/api/repositories/top?count=1'),
    ]);
  }

  async projects(): Promise<readonly Project[]> {
    return (await this.#http.list('/api/projects', {}, { pageSize })).map(toProject);
  }

  async project(name: string): Promise<Project | undefined> {
    // `name` matches parts of names too.
    const found = (await this.#http.list('/api/projects', { name }, { pageSize })).map(toProject);
    return found.find((project) => project.name === name);
  }

  async members(projectId: number): Promise<readonly Member[]> {
    return records(await this.#http.json(`/api/projects/${projectId}/members`)).map((member) =>
      toMember(member, roles),
    );
  }

  async quota(): Promise<Quota | undefined> {
    return undefined;
  }

  async repositories(project: Project): Promise<readonly Repository[]> {
    const found = await this.#http.list('/api/repositories', { project_id: project.id }, { pageSize });
    return found.map(({ name }) => ({ name: text(name) }));
  }

  async tags(repository: string): Promise<readonly Tag[]> {
    const found = await this.#http.find(`/api/repositories/${repository}/tags`);
    return records(found).map(({ name, digest }) => ({ name: text(name), digest: text(digest) }));
  }

  async endpoints(): Promise<readonly Endpoint[]> {
    return records(await this.#http.json('/api/targets')).map(toEndpoint);
  }

  async pingStored(endpointId: number): Promise<Ping> {
    return this.#ping({ id: endpointId });
  }

  async pingWith(endpoint: EndpointSettings, password: string): Promise<Ping> {
    const { url, username, insecure } = normalEndpoint(endpoint);
    return this.#ping({ endpoint: url, username, password, insecure });
  }

  async rules(): Promise<readonly Rule[]> {
    return (await this.#http.list('/api/policies/replication', {}, { pageSize })).map(toRule);
  }

  async runs(ruleId: number, since = 0): Promise<readonly Run[]> {
    // The server's times have no fractions.
    const start = Math.floor(since / 1000);
    const found = await this.#http.list(
      '/api/jobs/replication',
      { policy_id: ruleId, ...(start > 0 ? { start_time: start } : {}) },
      { pageSize },
    );
    // Ordered by their last change: a job that changes meanwhile may stand on two pages.
    const byId = new Map(found.map((job) => [number(job['id']), toRun(job)]));
    return [...byId.values()]
      .filter((run) => run.startedAt >= start * 1000)
      .sort((a, b) => b.startedAt - a.startedAt || b.id - a.id);
  }

  /** All but `admin`, which 1.5 does not list. */
  async users(): Promise<readonly User[]> {
    return (await this.#http.list('/api/users', {}, { pageSize })).map(toUser);
  }

  async passwordFits(username: string, password: string): Promise<boolean> {
    const path = '/api/users/current';
    const response = await this.#http.ask(path, { once: true, login: { username, password } });
    if (response.status === 200 || response.status === 401) return response.status === 200;
    throw this.#http.refusal('GET', path, response);
  }

  async robots(): Promise<readonly Robot[]> {
    return [];
  }

  async configuration(): Promise<Readonly<Record<string, ConfigurationItem>>> {
    return configurationItems(fields(await this.#http.json('/api/configurations')));
  }

  async #ping(body: Fields): Promise<Ping> {
    const path = '/api/targets/ping';
    const response = await this.#http.post(path, body);
    if (response.status === 200) return { reached: true };
    if (response.status === 400) return failedPing(response);
    throw this.#http.refusal('POST', path, response);
  }

  async #component(name: string, path: string): Promise<Component> {
    const response = await this.#http.ask(path);
    if (response.status === 200) return { name, healthy: true };
    return { name, healthy: false, error: this.#http.refusal('GET', path, response).message };
  }
}

function toEndpoint(target: Fields): Endpoint {
  return {
    id: number(target['id']),
    name: text(target['name']),
    url: text(target['endpoint']),
    username: text(target['username']),
    insecure: target['insecure'] === true,
  };
}
