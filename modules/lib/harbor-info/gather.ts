import type { Value, ValueMap } from '../../../src/module/index.ts';
import type { HarborReads } from '../harbor/api.ts';
import type { Endpoint, Project, Robot, Rule, Run, User } from '../harbor/model.ts';

export const subsets = [
  'health',
  'projects',
  'members',
  'quotas',
  'repositories',
  'endpoints',
  'rules',
  'runs',
  'users',
  'robots',
  'configuration',
] as const;

export interface Wanted {
  readonly gather: readonly (typeof subsets)[number][];
  readonly projects?: readonly string[] | undefined;
  /** Seconds since 1970. */
  readonly since: number;
}

/** What a Harbor holds, as values to register. */
export async function gather(harbor: HarborReads, wanted: Wanted): Promise<ValueMap> {
  const { server, generation } = harbor;
  const has = (...names: Wanted['gather']): boolean => names.some((name) => wanted.gather.includes(name));
  const projects = has('projects', 'members', 'quotas', 'repositories')
    ? await readProjects(harbor, wanted)
    : [];
  return {
    generation,
    version: server.version,
    read_only: server.readOnly,
    auth_mode: server.authMode,
    ...(has('health') ? await health(harbor) : {}),
    ...(has('projects', 'members', 'quotas') ? await projectValues(harbor, projects, wanted) : {}),
    ...(has('repositories') ? await repositoryValues(harbor, projects) : {}),
    ...(has('endpoints', 'rules', 'runs') ? await replicationValues(harbor, wanted) : {}),
    ...(has('users') ? { users: (await harbor.users()).map(userValues) } : {}),
    ...(has('robots') ? { robots: (await harbor.robots()).map(robotValues) } : {}),
    ...(has('configuration') ? { configuration: await configuration(harbor) } : {}),
  };
}

async function readProjects(harbor: HarborReads, { projects: names }: Wanted): Promise<readonly Project[]> {
  if (names === undefined) return harbor.projects();
  const found: Project[] = [];
  for (const name of names) {
    const project = await harbor.project(name);
    if (project !== undefined) found.push(project);
  }
  return found;
}

async function health(harbor: HarborReads): Promise<ValueMap> {
  const components = await harbor.health();
  return {
    healthy: components.every(({ healthy }) => healthy),
    components: components.map((component) => ({ ...component })),
  };
}

async function projectValues(
  harbor: HarborReads,
  projects: readonly Project[],
  { gather: names, projects: asked }: Wanted,
): Promise<ValueMap> {
  const values: ValueMap[] = [];
  for (const { id, name, repositoryCount, metadata } of projects) {
    const members = names.includes('members') ? await harbor.members(id) : undefined;
    const quota = names.includes('quotas') ? await harbor.quota(id) : undefined;
    values.push({
      id,
      name,
      repository_count: repositoryCount,
      metadata,
      ...(members ? { members: members.map((member) => ({ ...member })) } : {}),
      ...(quota ? { storage_limit: quota.storageLimit, storage_used: quota.storageUsed } : {}),
    });
  }
  const missing = (asked ?? []).filter((name) => !projects.some((project) => project.name === name));
  return { projects: values, missing_projects: missing };
}

async function repositoryValues(harbor: HarborReads, projects: readonly Project[]): Promise<ValueMap> {
  const repositories: ValueMap[] = [];
  const images: [string, Value][] = [];
  for (const project of projects) {
    for (const { name } of await harbor.repositories(project)) {
      const tags = await harbor.tags(name);
      repositories.push({ name, tags: Object.fromEntries(tags.map((tag) => [tag.name, tag.digest])) });
      images.push(...tags.map((tag): [string, Value] => [`${name}:${tag.name}`, tag.digest]));
    }
  }
  return { repositories, images: Object.fromEntries(images) };
}

async function replicationValues(harbor: HarborReads, wanted: Wanted): Promise<ValueMap> {
  const names = wanted.gather;
  const endpoints = await harbor.endpoints();
  const rules = names.includes('rules') || names.includes('runs') ? await harbor.rules() : [];
  const chosen = rules.filter(
    ({ projects }) =>
      wanted.projects === undefined ||
      projects.length === 0 ||
      projects.some((name) => wanted.projects?.includes(name)),
  );
  const runs: { readonly rule: string; readonly run: Run }[] = [];
  for (const { id, name } of names.includes('runs') ? chosen : []) {
    const found = await harbor.runs(id, wanted.since * 1000);
    runs.push(...found.map((run) => ({ rule: name, run })));
  }
  runs.sort((a, b) => b.run.startedAt - a.run.startedAt || b.run.id - a.run.id);
  return {
    ...(names.includes('endpoints') ? { endpoints: endpoints.map(endpointValues) } : {}),
    ...(names.includes('rules') ? { rules: chosen.map((rule) => ruleValues(rule, endpoints)) } : {}),
    ...(names.includes('runs') ? { runs: runs.map(({ rule, run }) => runValues(rule, run)) } : {}),
  };
}

/** One by one, so that nothing the server adds one day slips through. */
function endpointValues({ id, name, url, username, insecure }: Endpoint): ValueMap {
  return { id, name, url, username, insecure };
}

function ruleValues(rule: Rule, endpoints: readonly Endpoint[]): ValueMap {
  const { id, name, description, enabled, direction, projects, repository, tag, labels, trigger } = rule;
  return {
    id,
    name,
    description,
    enabled,
    direction,
    endpoint: endpoints.find((endpoint) => endpoint.id === rule.endpointId)?.name ?? null,
    projects,
    repository: repository ?? null,
    tag: tag ?? null,
    labels: labels ?? [],
    trigger: { ...trigger },
    replicate_deletion: rule.replicateDeletion,
    override: rule.override,
    speed: rule.speed,
    broken: rule.broken ?? null,
  };
}

function runValues(rule: string, run: Run): ValueMap {
  const seconds = (time: number | undefined): number | null =>
    time === undefined ? null : Math.floor(time / 1000);
  return {
    id: run.id,
    rule,
    status: run.status,
    server_status: run.serverStatus,
    operation: run.operation ?? null,
    repository: run.repository ?? null,
    started_at: seconds(run.startedAt),
    updated_at: seconds(run.updatedAt),
    ended_at: seconds(run.endedAt),
    message: run.message ?? null,
  };
}

function userValues({ id, name, email, realName, comment, administrator }: User): ValueMap {
  return { id, name, email, real_name: realName, comment, administrator };
}

function robotValues(robot: Robot): ValueMap {
  const { id, fullName, description, level, duration, disabled, expiresAt, permissions } = robot;
  return {
    id,
    name: fullName,
    description,
    level,
    duration,
    disabled,
    expires_at: expiresAt,
    permissions: permissions.map(({ namespace, access }) => ({
      namespace,
      access: access.map((one) => ({ ...one })),
    })),
  };
}

/** Values only, and none of what is a secret by its name (2.x does not return those, 1.5 one or two empty). */
async function configuration(harbor: HarborReads): Promise<ValueMap> {
  const items = Object.entries(await harbor.configuration());
  const shown = items.filter(([key]) => !/password|secret|_pwd$|token$/.test(key));
  return Object.fromEntries(shown.map(([key, { value }]) => [key, value]));
}
