import type { Plan, RequestStep } from '../../../src/module/index.ts';
import type { HarborRequests } from '../harbor/api.ts';
import type { Generation, Project } from '../harbor/model.ts';
import { differing, type Fields, fieldsDiff } from './fields.ts';
import { memberSteps, membersFault, wantedMembers } from './project-members.ts';
import type { ProjectCurrent, ProjectParams } from './project-params.ts';
import { addressOf, requestStep } from './requests.ts';
import { parseSize, sizeText } from './sizes.ts';

const severities: Readonly<Record<Generation, readonly string[]>> = {
  '1.5': ['negligible', 'low', 'medium', 'high'],
  '2': ['none', 'low', 'medium', 'high', 'critical'],
};

/** Bytes of the column that 1.5 writes `NAME#ID` to when it removes a project. */
const nameColumn = 255;

/** The highest number a project of 1.5 can get has so many digits. */
const idDigits = 10;

/** What makes the project as desired, or why that cannot be. */
export function planProject(params: ProjectParams, current: ProjectCurrent, requests: HarborRequests): Plan {
  const { project } = current;
  const values = { project: project ? { id: project.id, name: project.name } : null };
  const failure = params.state === 'present' ? presentFault(params, current) : absentFault(params, current);
  if (failure !== undefined) return { steps: [], failure, values };
  if (params.state === 'absent') {
    if (!project) return { steps: [], values };
    const diff = fieldsDiff(headerOf(params), currentFields(project, current.generation), undefined);
    return {
      steps: [requestStep(`remove project ${params.name}`, requests.deleteProject(project), diff)],
      values,
    };
  }
  if (!project) return { ...createPlan(params, current, requests), values };
  const steps = [
    ...metadataSteps(params, current, project, requests),
    ...quotaSteps(params, current, requests),
    ...memberSteps(params, current, project.id, requests),
  ];
  return { steps, values, ...warningsOf(params, current) };
}

function createPlan(params: ProjectParams, current: ProjectCurrent, requests: HarborRequests): Plan {
  const desired = desiredFields(params);
  const limit = params.storage_limit === undefined ? undefined : parseSize(params.storage_limit);
  const request = requests.createProject(params.name, toMetadata(desired, current.generation), limit);
  const quota = limit === undefined ? {} : { storage_limit: sizeText(limit) };
  const diff = fieldsDiff(headerOf(params), undefined, { name: params.name, ...desired, ...quota });
  const step = requestStep(`create project ${params.name}`, request, diff);
  // Members need the project's number.
  const members = wantedMembers(params).map(({ name, role }) => `${name} (${role})`);
  if (params.members === undefined) return { steps: [step] };
  const then = members.length > 0 ? `its members follow: ${members.join(', ')}` : 'its members follow';
  return { steps: [step], replan: true, message: then };
}

function metadataSteps(
  params: ProjectParams,
  current: ProjectCurrent,
  project: Project,
  requests: HarborRequests,
): RequestStep[] {
  const desired = desiredFields(params);
  const now = currentFields(project, current.generation);
  const names = differing(now, desired);
  if (names.length === 0) return [];
  const changed = Object.fromEntries(names.map((name) => [name, desired[name]]));
  const request = requests.updateProject(project, toMetadata(changed, current.generation));
  const diff = fieldsDiff(headerOf(params), now, desired);
  return [requestStep(`change ${names.join(', ')} of project ${params.name}`, request, diff)];
}

function quotaSteps(
  params: ProjectParams,
  { quota }: ProjectCurrent,
  requests: HarborRequests,
): RequestStep[] {
  if (params.storage_limit === undefined || !quota) return [];
  const limit = parseSize(params.storage_limit);
  if (limit === quota.storageLimit) return [];
  const diff = fieldsDiff(
    headerOf(params),
    { storage_limit: sizeText(quota.storageLimit) },
    { storage_limit: sizeText(limit) },
  );
  const summary = `set the quota of project ${params.name} to ${sizeText(limit)}`;
  return [requestStep(summary, requests.updateQuota(quota, limit), diff)];
}

function presentFault(params: ProjectParams, current: ProjectCurrent): string | undefined {
  const { generation, project, quota } = current;
  const { name, severity, storage_limit: limit } = params;
  if (severity !== undefined && !severities[generation].includes(severity)) {
    return `Harbor ${generation} has no severity ${severity}: use one of ${severities[generation].join(', ')}`;
  }
  if (limit !== undefined && generation === '1.5') return 'Harbor 1.5 has no quotas: leave storage_limit out';
  if (limit !== undefined && parseSize(limit) === 0) {
    return 'storage_limit must be at least one byte, or unlimited';
  }
  if (limit !== undefined && project && !quota) {
    return `${addressOf(params)} keeps no quota for project ${name}: is quota_per_project_enable on there?`;
  }
  const fault = membersFault(params, generation);
  if (fault !== undefined || project || generation !== '1.5') return fault;
  const longest = nameColumn - 1 - idDigits;
  if (name.length <= longest) return undefined;
  return `Harbor 1.5 could never remove a project with a name of ${name.length} characters: use at most ${longest}`;
}

function absentFault(params: ProjectParams, current: ProjectCurrent): string | undefined {
  const { generation, project, rules } = current;
  if (!project) return undefined;
  if (project.repositoryCount > 0) {
    const count = project.repositoryCount;
    return `project ${params.name} is not empty: it holds ${count} ${count === 1 ? 'repository' : 'repositories'}. Remove them first`;
  }
  if (rules.length > 0) {
    return `project ${params.name} is used by the replication rule ${rules.join(', ')}: remove that first`;
  }
  const renamed = `${params.name}#${project.id}`;
  if (generation !== '1.5' || renamed.length <= nameColumn) return undefined;
  return `Harbor 1.5 cannot remove project ${params.name}: with its number its name is longer than ${nameColumn} characters`;
}

function warningsOf(params: ProjectParams, { quota }: ProjectCurrent): { readonly warnings?: string[] } {
  const limit = params.storage_limit === undefined ? -1 : parseSize(params.storage_limit);
  if (!quota || limit < 0 || quota.storageUsed <= limit) return {};
  const used = sizeText(quota.storageUsed);
  return {
    warnings: [`project ${params.name} uses ${used}, more than its quota: nothing can be pushed to it`],
  };
}

function desiredFields(params: ProjectParams): Fields {
  const { content_trust, prevent_vulnerable, severity, scan_on_push } = params;
  return { public: params.public, content_trust, prevent_vulnerable, severity, scan_on_push };
}

/** What is not in the metadata is off. */
function currentFields({ metadata }: Project, generation: Generation): Fields {
  const keys = keysOf(generation);
  return Object.fromEntries(
    Object.entries(keys).map(([name, key]) => {
      const text = metadata[key]?.toLowerCase();
      return [name, name === 'severity' ? text : text === 'true'];
    }),
  );
}

function toMetadata(fields: Fields, generation: Generation): Record<string, string> {
  const keys = keysOf(generation);
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => {
      const key = keys[name];
      return key === undefined || value === undefined ? [] : [[key, String(value)]];
    }),
  );
}

/** Harbor's own names of the fields. */
function keysOf(generation: Generation): Readonly<Record<string, string>> {
  return {
    public: 'public',
    content_trust: generation === '1.5' ? 'enable_content_trust' : 'enable_content_trust_cosign',
    prevent_vulnerable: 'prevent_vul',
    severity: 'severity',
    scan_on_push: 'auto_scan',
  };
}

function headerOf(params: ProjectParams): string {
  return `project ${params.name} of ${addressOf(params)}`;
}
