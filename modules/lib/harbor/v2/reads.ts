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
import { failedPing } from '../ping.ts';
import { configurationItems, toMember, toProject, toUser } from '../same.ts';
import { type Fields, fields, moment, number, records, text } from '../shapes.ts';
import { repositoryPath } from './paths.ts';
import { toEndpoint, toFlatRegistry } from './registries.ts';
import { toRobot } from './robots.ts';
import { roles } from './roles.ts';
import { toRule } from './rules.ts';
import { toRun } from './runs.ts';

const base = '/api/v2.0';
const pageSize = 100;

/** What 2.x says of itself to a user. */
export async function serverOfV2(http: HarborHttp): Promise<ServerInfo> {
  const info = fields(await http.json(`${base}/systeminfo`));
  return {
    generation: '2',
    version: text(info['harbor_version']),
    readOnly: info['read_only'] === true,
    authMode: text(info['auth_mode']),
  };
}

/** The reads of Harbor 2.x, under /api/v2.0. */
export class HarborV2 implements HarborReads {
  readonly generation = '2';
  readonly server: ServerInfo;
  readonly #http: HarborHttp;

  constructor(http: HarborHttp, server: ServerInfo) {
    this.#http = http;
    this.server = server;
  }

  async health(): Promise<readonly Component[]> {
    // Always 200: only the body tells.
    const { components } = fields(await this.#http.json(`${base}/health`));
    return records(components).map(({ name, status, error }) => ({
      name: text(name),
      healthy: status === 'healthy',
      ...(text(error) === '' ? {} : { error: text(error) }),
    }));
  }

  async projects(): Promise<readonly Project[]> {
    return (await this.#list('/projects', { with_detail: 'true' })).map(toProject);
  }

  async project(name: string): Promise<Project | undefined> {
    // A name of digits alone would be taken for a number.
    const headers = { 'x-is-resource-name': 'true' };
    const found = await this.#http.find(`${base}/projects/${encodeURIComponent(name)}`, { headers });
    return found === undefined ? undefined : toProject(fields(found));
  }

  async members(projectId: number): Promise<readonly Member[]> {
    return (await this.#list(`/projects/${projectId}/members`)).map((member) => toMember(member, roles));
  }

  async quota(projectId: number): Promise<Quota | undefined> {
    const [quota] = await this.#list('/quotas', { reference: 'project', reference_id: String(projectId) });
    if (quota === undefined) return undefined;
    return {
      id: number(quota['id']),
      storageLimit: number(fields(quota['hard'])['storage']),
      storageUsed: number(fields(quota['used'])['storage']),
    };
  }

  async repositories(project: Project): Promise<readonly Repository[]> {
    const found = await this.#list(`/projects/${encodeURIComponent(project.name)}/repositories`);
    return found.map(({ name }) => ({ name: text(name) }));
  }

  async tags(repository: string): Promise<readonly Tag[]> {
    const path = `${base}${repositoryPath(repository)}/artifacts`;
    const artifacts = await this.#http.list(path, { with_tag: 'true' }, { pageSize, mayBeAbsent: true });
    return artifacts.flatMap(({ digest, tags }) =>
      records(tags).map(({ name }) => ({ name: text(name), digest: text(digest) })),
    );
  }

  async endpoints(): Promise<readonly Endpoint[]> {
    return (await this.#list('/registries')).map(toEndpoint);
  }

  async pingStored(endpointId: number): Promise<Ping> {
    return this.#ping({ id: endpointId });
  }

  async pingWith(endpoint: EndpointSettings, password: string): Promise<Ping> {
    return this.#ping({ type: 'harbor', ...toFlatRegistry(endpoint, password) });
  }

  async rules(): Promise<readonly Rule[]> {
    return (await this.#list('/replication/policies')).map(toRule);
  }

  async runs(ruleId: number, since = 0): Promise<readonly Run[]> {
    const started = (execution: Fields): number => moment(execution['start_time']) ?? 0;
    const found = await this.#http.list(
      `${base}/replication/executions`,
      { policy_id: ruleId, sort: '-id' },
      { pageSize, enough: (page) => page.some((execution) => started(execution) < since) },
    );
    // A run that starts meanwhile moves the others to the next page.
    const byId = new Map(found.map((execution) => [number(execution['id']), toRun(execution)]));
    return [...byId.values()].filter((run) => run.startedAt >= since);
  }

  async users(): Promise<readonly User[]> {
    return (await this.#list('/users')).map(toUser);
  }

  async passwordFits(username: string, password: string): Promise<boolean> {
    const path = `${base}/users/current`;
    const response = await this.#http.ask(path, { once: true, login: { username, password } });
    if (response.status === 200 || response.status === 401) return response.status === 200;
    // A robot with the right secret: it is told that it is no user.
    if (response.status === 412) return true;
    throw this.#http.refusal('GET', path, response);
  }

  /** The server lists those of the system and of each project apart. */
  async robots(only?: 'system' | Project): Promise<readonly Robot[]> {
    const ofProject = typeof only === 'object';
    const robots = ofProject ? [] : (await this.#list('/robots')).map(toRobot);
    const projects = ofProject ? [only] : only === 'system' ? [] : await this.projects();
    for (const { id } of projects) {
      robots.push(...(await this.#list('/robots', { q: `Level=project,ProjectID=${id}` })).map(toRobot));
    }
    return robots;
  }

  async configuration(): Promise<Readonly<Record<string, ConfigurationItem>>> {
    return configurationItems(fields(await this.#http.json(`${base}/configurations`)));
  }

  #list(path: string, values: Readonly<Record<string, string>> = {}): Promise<Fields[]> {
    return this.#http.list(`${base}${path}`, values, { pageSize });
  }

  async #ping(body: Fields): Promise<Ping> {
    const path = `${base}/registries/ping`;
    const response = await this.#http.post(path, body);
    if (response.status === 200) return { reached: true };
    // Where the peer does not answer at all, the server hides its reason behind a 500.
    if (response.status === 400 || response.status === 500) return failedPing(response);
    throw this.#http.refusal('POST', path, response);
  }
}
