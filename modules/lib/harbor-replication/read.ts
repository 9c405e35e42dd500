import { CommandError, type HostAccess } from '../../../src/module/index.ts';
import type { HarborReads, HarborRequests, Ping } from '../harbor/api.ts';
import { HarborError } from '../harbor/error.ts';
import type { HarborLogin } from '../harbor/login.ts';
import type { Project } from '../harbor/model.ts';
import { harborRequests } from '../harbor/requests.ts';
import type { Current, Peer } from './current.ts';
import { desiredEndpoint, desiredRule } from './desired.ts';
import { differing, shownEndpoint, shownRule } from './differences.ts';
import { firstFault, namedRules } from './faults.ts';
import type { ReplicationParams } from './params.ts';

/** Opens a Harbor: the client's own way, or a test's. */
export type OpenHarbor = (host: HostAccess, login: HarborLogin) => Promise<HarborReads>;

/**
 * What is here, how the endpoint answers, and what the other Harbor has where that matters. Nobody but this
 * Harbor is asked for params that it cannot take anyway.
 *
 * @throws HarborError where this Harbor cannot be asked
 */
export async function readReplication(
  open: OpenHarbor,
  host: HostAccess,
  params: ReplicationParams,
): Promise<Current> {
  const login = loginOf(params);
  const harbor = await open(host, login);
  const requests = harborRequests(harbor.generation, login);
  const [rules, endpoints] = await Promise.all([harbor.rules(), harbor.endpoints()]);
  const { generation, server } = harbor;
  const here = { generation, version: server.version, rules, endpoints, projects: [], busyJobs: 0 };
  if (firstFault(params, here, requests) !== undefined) return here;
  if (params.state === 'absent') return { ...here, busyJobs: await countBusyJobs(harbor, params, here) };
  const projects = await projectsOf(harbor, params);
  const pings = await pingEndpoint(harbor, params, here);
  const current: Current = { ...here, projects, ...pings };
  if (!needsPeer(params, current, requests)) return current;
  const peer = await askPeer(open, host, params, current);
  return peer ? { ...current, peer } : current;
}

export function loginOf(params: ReplicationParams): HarborLogin {
  return { ...params, url: params.url.replace(/\/+$/, '') };
}

/** Only 1.5 refuses to remove a rule for them. */
async function countBusyJobs(
  harbor: HarborReads,
  params: ReplicationParams,
  current: Current,
): Promise<number> {
  if (harbor.generation !== '1.5') return 0;
  const runs = await Promise.all(namedRules(params, current).map((rule) => harbor.runs(rule.id)));
  return runs.flat().filter((run) => run.status === 'pending' || run.status === 'running').length;
}

async function projectsOf(harbor: HarborReads, params: ReplicationParams): Promise<Project[]> {
  const found = await Promise.all([...new Set(params.projects)].map((name) => harbor.project(name)));
  return found.filter((project) => project !== undefined);
}

/** One after the other: a wrong password keeps even the right one out for a moment. */
async function pingEndpoint(
  harbor: HarborReads,
  params: ReplicationParams,
  { endpoints }: Current,
): Promise<{ readonly stored?: Ping; readonly desired?: Ping }> {
  const found = endpoints.find((endpoint) => endpoint.name === params.remote?.name);
  const settings = desiredEndpoint(params, found);
  const isSame = found && differing(shownEndpoint(found), shownEndpoint(settings)).length === 0;
  const stored = isSame ? await harbor.pingStored(found.id) : undefined;
  const password = params.remote?.password;
  if (stored?.reached === true || password === undefined) return stored ? { stored } : {};
  const desired = await harbor.pingWith(settings, password);
  return stored ? { stored, desired } : { desired };
}

/** Before a rule is made or gets other projects, and where this Harbor does not say what is wrong. */
function needsPeer(params: ReplicationParams, current: Current, requests: HarborRequests): boolean {
  const { desired, generation } = current;
  if (desired?.reached === false) return desired.cause === 'unknown';
  const [rule] = namedRules(params, current);
  if (!rule) return true;
  const settings = requests.normalRule(desiredRule(params, rule));
  const changed = differing(shownRule(rule, '', generation), shownRule(settings, '', generation));
  return changed.includes('projects') || changed.includes('direction');
}

async function askPeer(
  open: OpenHarbor,
  host: HostAccess,
  params: ReplicationParams,
  current: Current,
): Promise<Peer | undefined> {
  const { remote } = params;
  if (remote?.password === undefined) return undefined;
  const found = current.endpoints.find((endpoint) => endpoint.name === remote.name);
  const { url, username, insecure, ca } = desiredEndpoint(params, found);
  const login = { url, username, password: remote.password, validate_certs: !insecure, ca };
  const { via, timeout } = params;
  try {
    const peer = await open(host, { ...login, via, timeout, api: 'auto' });
    const there = await Promise.all(params.projects.map((name) => peer.project(name)));
    const missing = params.projects.filter((_, index) => there[index] === undefined);
    return { answers: true, generation: peer.generation, readOnly: peer.server.readOnly, missing };
  } catch (error) {
    if (error instanceof HarborError && error.status === 403) {
      return { answers: false, problem: error.message, isForbidden: true };
    }
    if (error instanceof CommandError) return { answers: false, problem: withWayOut(error.message) };
    throw error;
  }
}

function withWayOut(problem: string): string {
  if (!/certificate|self.signed|altname|unable to verify/i.test(problem)) return problem;
  return `${problem}: set remote.insecure: true where that is acceptable, or remote.ca (2.15 and later)`;
}
