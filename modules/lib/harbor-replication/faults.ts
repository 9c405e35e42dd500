import { ParamsError } from '../../../src/module/index.ts';
import type { HarborRequests } from '../harbor/api.ts';
import type { Generation, Rule } from '../harbor/model.ts';
import type { Current } from './current.ts';
import { desiredEndpoint, desiredRule } from './desired.ts';
import type { ReplicationParams } from './params.ts';
import { normalUrl } from './url.ts';

type Here = Pick<Current, 'generation' | 'version' | 'rules' | 'endpoints'>;

/**
 * What is wrong before any endpoint or project was asked: params that this Harbor cannot take, and what is
 * there already and stands in the way. Harbor 1.5 stores a rule before it finds fault with it, so nothing may
 * be left for it to find.
 */
export function firstFault(
  params: ReplicationParams,
  here: Here,
  requests: HarborRequests,
): string | undefined {
  const broken = namedRules(params, here).find((rule) => rule.broken !== undefined);
  if (broken) return brokenText(broken);
  if (params.state === 'absent') return undefined;
  return (
    remoteFault(params, here) ??
    limitFault(params, here) ??
    projectsFault(params, here.generation) ??
    refusal(params, here, requests) ??
    duplicateFault(namedRules(params, here)) ??
    takenFault(params, here)
  );
}

export function namedRules({ name }: ReplicationParams, { rules }: Pick<Current, 'rules'>): readonly Rule[] {
  return rules.filter((rule) => rule.name === name);
}

function brokenText(rule: Rule): string {
  return `rule "${rule.name}" (id ${rule.id}) cannot be used, changed or removed: ${rule.broken}. Harbor’s API has no cure, and keeps its project and endpoint from being removed too: someone with access to Harbor’s database must mark this row of the table replication_policy as deleted. Until then take another name for the rule`;
}

function remoteFault({ url, remote }: ReplicationParams, here: Here): string | undefined {
  if (!remote) return 'remote is needed: the other Harbor, with name and url';
  if (remote.url === undefined) return 'remote.url is needed: the address of the other Harbor';
  if (normalUrl(remote.url) === normalUrl(url)) return `remote.url ${remote.url} is this Harbor itself`;
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(here.version) ?? [];
  if (remote.ca !== undefined && major === '2' && Number(minor) < 15) {
    return `remote.ca is of Harbor 2.15 and later, this is ${here.version}: set remote.insecure: true, or have Harbor trust the CA`;
  }
  if (here.endpoints.some((endpoint) => endpoint.name === remote.name)) return undefined;
  const missing = (['username', 'password'] as const).find((key) => (remote[key] ?? '') === '');
  return missing && `remote.${missing} is needed to make the endpoint "${remote.name}"`;
}

function limitFault(
  { name, description = '', remote }: ReplicationParams,
  { generation }: Here,
): string | undefined {
  const limits: readonly (readonly [string, string, number])[] = [
    ['name', name, 256],
    ['remote.name', remote?.name ?? '', 64],
    ['remote.url', remote?.url ?? '', generation === '1.5' ? 64 : 256],
    ['remote.password', remote?.password ?? '', generation === '1.5' ? 48 : 4096],
  ];
  for (const [param, text, limit] of limits) {
    const length = [...text].length;
    if (length > limit) return `${param} is too long: ${length} characters, ${limit} are the limit`;
  }
  if (generation === '2') return undefined;
  const texts = { name, description, 'remote.name': remote?.name ?? '' };
  const [astral] = Object.entries(texts).find(([, text]) => /[\u{10000}-\u{10ffff}]/u.test(text)) ?? [];
  return (
    astral && `${astral} has a character that the database of Harbor 1.5 cannot store (such as an emoji)`
  );
}

function projectsFault({ projects }: ReplicationParams, generation: Generation): string | undefined {
  if (projects.length === 0) return 'projects is needed: what to replicate';
  const invalid = projects.find((name) => name.length > 255 || !/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(name));
  if (invalid !== undefined) {
    return `"${invalid}" is no name of a project: lower case letters and digits, with single . _ - between them`;
  }
  const count = new Set(projects).size;
  if (generation === '1.5' && count > 1) {
    return `a rule of Harbor 1.5 has one project, not ${count}: make one rule for each`;
  }
  return undefined;
}

/** What the client refuses to ask this generation for. */
function refusal(params: ReplicationParams, here: Here, requests: HarborRequests): string | undefined {
  const { cron, trigger, remote } = params;
  if (trigger === 'scheduled' && cron === undefined) return 'cron is needed for trigger: scheduled';
  if (trigger !== 'scheduled' && cron !== undefined)
    return `cron goes with trigger: scheduled, not ${trigger}`;
  const endpoint = here.endpoints.find(({ name }) => name === remote?.name);
  try {
    requests.normalRule(desiredRule(params, namedRules(params, here)[0]));
    requests.createEndpoint(desiredEndpoint(params, endpoint), remote?.password ?? '');
    return undefined;
  } catch (error) {
    if (!(error instanceof ParamsError)) throw error;
    return error.hint === undefined ? error.message : `${error.message}: ${error.hint}`;
  }
}

/** Harbor 1.5 takes any number of rules with one name. */
function duplicateFault(rules: readonly Rule[]): string | undefined {
  const [first] = rules;
  if (!first || rules.length === 1) return undefined;
  const ids = rules.map((rule) => rule.id).join(', ');
  return `${rules.length} rules are named "${first.name}" (ids ${ids}): state: absent removes them all; to keep one, remove the others in Harbor’s portal under Replication, or with DELETE /api/policies/replication/ID`;
}

/** 1.5 has one endpoint for an address; a second one on 2.x is of use only with another user. */
function takenFault(params: ReplicationParams, { generation, endpoints }: Here): string | undefined {
  const current = endpoints.find((endpoint) => endpoint.name === params.remote?.name);
  const desired = desiredEndpoint(params, current);
  const other = endpoints.find(
    (endpoint) =>
      endpoint.id !== current?.id &&
      normalUrl(endpoint.url) === normalUrl(desired.url) &&
      (generation === '1.5' || (!current && endpoint.username === desired.username)),
  );
  if (!other) return undefined;
  return `the endpoint ${desired.url} is already there under the name "${other.name}" (id ${other.id}): set remote.name: ${other.name}, or rename it in Harbor first`;
}
