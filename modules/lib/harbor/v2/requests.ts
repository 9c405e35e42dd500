import type { HttpRequest } from '../../../../src/module/index.ts';
import type { HarborRequests } from '../api.ts';
import { checkLength, checkProjectName } from '../limits.ts';
import type { HarborLogin } from '../login.ts';
import { normalEndpoint } from '../normal.ts';
import { harborRequest } from '../request.ts';
import type { Fields } from '../shapes.ts';
import { repositoryPath } from './paths.ts';
import { toFlatRegistry, toRegistry } from './registries.ts';
import { fromRobot } from './robots.ts';
import { roles } from './roles.ts';
import { normalRule, toPolicy } from './rules.ts';

/** The changes of Harbor 2.x, under /api/v2.0. */
export function requestsOfV2(login: HarborLogin): HarborRequests {
  const request = (method: string, path: string, body?: Fields): HttpRequest =>
    harborRequest(login, method, `/api/v2.0${path}`, body);
  return {
    generation: '2',
    normalEndpoint(endpoint) {
      checkLength('the name of the endpoint', endpoint.name, 64);
      return normalEndpoint(endpoint);
    },
    normalRule,
    ...projectRequests(request),
    ...memberRequests(request),
    ...replicationRequests(request),
    ...userRequests(request),
    ...robotRequests(request),
    deleteRepository: (repository) => request('DELETE', repositoryPath(repository)),
    deleteTag: (repository, tag) =>
      request('DELETE', `${repositoryPath(repository)}/artifacts/${encodeURIComponent(tag)}`),
    updateConfiguration: (values) => request('PUT', '/configurations', values),
  };
}

type Make = (method: string, path: string, body?: Fields) => HttpRequest;
type Part<Name extends keyof HarborRequests> = Pick<HarborRequests, Name>;

function projectRequests(
  request: Make,
): Part<'createProject' | 'updateProject' | 'deleteProject' | 'updateQuota'> {
  return {
    createProject(name, metadata, storageLimit) {
      checkProjectName(name);
      const limit = storageLimit === undefined ? {} : { storage_limit: storageLimit };
      return request('POST', '/projects', { project_name: name, metadata, ...limit });
    },
    updateProject: ({ id }, metadata) => request('PUT', `/projects/${id}`, { metadata }),
    deleteProject: ({ id }) => request('DELETE', `/projects/${id}`),
    updateQuota: ({ id }, storageLimit) =>
      request('PUT', `/quotas/${id}`, { hard: { storage: storageLimit } }),
  };
}

function memberRequests(request: Make): Part<'addMember' | 'updateMember' | 'removeMember'> {
  return {
    addMember(projectId, { name, kind, role }) {
      const who = kind === 'user' ? { member_user: { username: name } } : { member_group: toGroup(name) };
      return request('POST', `/projects/${projectId}/members`, { role_id: roles[role], ...who });
    },
    updateMember: (projectId, memberId, role) =>
      request('PUT', `/projects/${projectId}/members/${memberId}`, { role_id: roles[role] }),
    removeMember: (projectId, memberId) => request('DELETE', `/projects/${projectId}/members/${memberId}`),
  };
}

/** A name with `=` is a DN of LDAP (1); any other is a group of OIDC (3). */
function toGroup(name: string): Fields {
  return name.includes('=') ? { ldap_group_dn: name, group_type: 1 } : { group_name: name, group_type: 3 };
}

function replicationRequests(
  request: Make,
): Part<
  | 'createEndpoint'
  | 'updateEndpoint'
  | 'deleteEndpoint'
  | 'createRule'
  | 'updateRule'
  | 'deleteRule'
  | 'startRun'
> {
  return {
    createEndpoint(endpoint, password) {
      checkLength('the name of the endpoint', endpoint.name, 64);
      return request('POST', '/registries', toRegistry(endpoint, password));
    },
    updateEndpoint(id, endpoint, password) {
      checkLength('the name of the endpoint', endpoint.name, 64);
      return request('PUT', `/registries/${id}`, {
        name: endpoint.name,
        ...toFlatRegistry(endpoint, password),
      });
    },
    deleteEndpoint: (id) => request('DELETE', `/registries/${id}`),
    // There is no flag for what exists already: that is a run after the rule is made.
    createRule: (rule, endpointId) => request('POST', '/replication/policies', toPolicy(rule, endpointId)),
    updateRule: (current, rule, endpointId) =>
      request('PUT', `/replication/policies/${current.id}`, toPolicy(rule, endpointId, current.raw)),
    deleteRule: (id) => request('DELETE', `/replication/policies/${id}`),
    startRun: (ruleId) => request('POST', '/replication/executions', { policy_id: ruleId }),
  };
}

function userRequests(
  request: Make,
): Part<'createUser' | 'updateUser' | 'setAdministrator' | 'setPassword' | 'deleteUser'> {
  return {
    createUser: ({ name, email, realName, comment }, password) =>
      request('POST', '/users', { username: name, email, realname: realName, comment, password }),
    updateUser: (id, { email, realName, comment }) =>
      request('PUT', `/users/${id}`, { email, realname: realName, comment }),
    setAdministrator: (id, administrator) =>
      request('PUT', `/users/${id}/sysadmin`, { sysadmin_flag: administrator }),
    setPassword: (id, password, oldPassword) =>
      request('PUT', `/users/${id}/password`, {
        ...(oldPassword === undefined ? {} : { old_password: oldPassword }),
        new_password: password,
      }),
    deleteUser: (id) => request('DELETE', `/users/${id}`),
  };
}

function robotRequests(
  request: Make,
): Part<'createRobot' | 'updateRobot' | 'setRobotSecret' | 'deleteRobot'> {
  return {
    createRobot: (robot, secret) =>
      request('POST', '/robots', {
        name: robot.name,
        ...fromRobot(robot),
        ...(secret === undefined ? {} : { secret }),
      }),
    // The server refuses an update under any but the whole name.
    updateRobot: (current, robot) =>
      request('PUT', `/robots/${current.id}`, {
        id: current.id,
        name: current.fullName,
        ...fromRobot(robot),
      }),
    setRobotSecret: (id, secret) => request('PATCH', `/robots/${id}`, { secret }),
    deleteRobot: (id) => request('DELETE', `/robots/${id}`),
  };
}
