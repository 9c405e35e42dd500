import type { HttpRequest } from '../../../../src/module/index.ts';
import type { HarborRequests } from '../api.ts';
import { absent, checkLength, checkProjectName } from '../limits.ts';
import type { HarborLogin } from '../login.ts';
import type { EndpointSettings, MemberRole } from '../model.ts';
import { normalEndpoint } from '../normal.ts';
import { harborRequest } from '../request.ts';
import type { Fields } from '../shapes.ts';
import { roles } from './roles.ts';
import { normalRule, toPolicy } from './rules.ts';

/** The changes of Harbor 1.5, under /api. */
export function requestsOfV1(login: HarborLogin): HarborRequests {
  const request = (method: string, path: string, body?: Fields): HttpRequest =>
    harborRequest(login, method, `/api${path}`, body);
  return {
    generation: '1.5',
    normalEndpoint: normalTarget,
    normalRule,
    ...projectRequests(request),
    ...memberRequests(request),
    ...replicationRequests(request),
    ...userRequests(request),
    ...robotRequests,
    deleteRepository: (repository) => request('DELETE', `/repositories/${repository}`),
    deleteTag: (repository, tag) => request('DELETE', `/repositories/${repository}/tags/${tag}`),
    updateConfiguration: (values) => request('PUT', '/configurations', values),
  };
}

type Make = (method: string, path: string, body?: Fields) => HttpRequest;
type Part<Name extends keyof HarborRequests> = Pick<HarborRequests, Name>;

function projectRequests(
  request: Make,
): Part<'createProject' | 'updateProject' | 'deleteProject' | 'updateQuota'> {
  return {
    createProject(name, metadata, storageLimit = -1) {
      checkProjectName(name);
      if (storageLimit >= 0) throw withoutQuotas();
      return request('POST', '/projects', { project_name: name, metadata });
    },
    updateProject: ({ id }, metadata) => request('PUT', `/projects/${id}`, { metadata }),
    deleteProject: ({ id }) => request('DELETE', `/projects/${id}`),
    updateQuota() {
      throw withoutQuotas();
    },
  };
}

function memberRequests(request: Make): Part<'addMember' | 'updateMember' | 'removeMember'> {
  return {
    addMember(projectId, { name, kind, role }) {
      const who =
        kind === 'user' ? { member_user: { username: name } } : { member_group: { ldap_group_dn: name } };
      return request('POST', `/projects/${projectId}/members`, { role_id: roleId(role), ...who });
    },
    updateMember: (projectId, memberId, role) =>
      request('PUT', `/projects/${projectId}/members/${memberId}`, { role_id: roleId(role) }),
    removeMember: (projectId, memberId) => request('DELETE', `/projects/${projectId}/members/${memberId}`),
  };
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
    createEndpoint: (endpoint, password) =>
      request('POST', '/targets', { ...toTarget(endpoint, password), type: 0 }),
    updateEndpoint: (id, endpoint, password) =>
      request('PUT', `/targets/${id}`, toTarget(endpoint, password)),
    deleteEndpoint: (id) => request('DELETE', `/targets/${id}`),
    createRule: (rule, endpointId, projects, existing) =>
      request('POST', '/policies/replication', {
        ...toPolicy(rule, endpointId, projects),
        replicate_existing_image_now: existing,
      }),
    updateRule: (current, rule, endpointId, projects) =>
      request(
        'PUT',
        `/policies/replication/${current.id}`,
        toPolicy(rule, endpointId, projects, current.raw),
      ),
    deleteRule: (id) => request('DELETE', `/policies/replication/${id}`),
    startRun: (ruleId) => request('POST', '/replications', { policy_id: ruleId }),
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
      request('PUT', `/users/${id}/sysadmin`, { has_admin_role: administrator ? 1 : 0 }),
    setPassword(id, password, oldPassword) {
      if (oldPassword === undefined) {
        const hint = 'give the old one, or remove the user and make it anew';
        throw absent('1.5', 'changes a password only with the old one, even for an administrator', hint);
      }
      return request('PUT', `/users/${id}/password`, { old_password: oldPassword, new_password: password });
    },
    deleteUser: (id) => request('DELETE', `/users/${id}`),
  };
}

const robotRequests: Part<'createRobot' | 'updateRobot' | 'setRobotSecret' | 'deleteRobot'> = {
  createRobot: withoutRobots,
  updateRobot: withoutRobots,
  setRobotSecret: withoutRobots,
  deleteRobot: withoutRobots,
};

function withoutRobots(): never {
  throw absent('1.5', 'has no robot accounts', 'make a user instead');
}

function withoutQuotas(): Error {
  return absent('1.5', 'has no quotas', 'leave the quota out');
}

function roleId(role: MemberRole): number {
  const id = roles[role];
  if (id === undefined) throw absent('1.5', `has no role ${role}`, 'project_admin, developer or guest');
  return id;
}

function normalTarget(endpoint: EndpointSettings): EndpointSettings {
  const normal = normalEndpoint(endpoint);
  if (normal.ca !== undefined) {
    const hint = 'set insecure: true, or have the CA in the trust of the whole Harbor';
    throw absent('1.5', 'takes no CA for one endpoint', hint);
  }
  checkLength('the name of the endpoint', normal.name, 64);
  checkLength('the address of the endpoint', normal.url, 64);
  return normal;
}

function toTarget(endpoint: EndpointSettings, password?: string): Fields {
  const { name, url, username, insecure } = normalTarget(endpoint);
  checkLength('the password of the endpoint', password ?? '', 48);
  return { name, endpoint: url, username, insecure, ...(password === undefined ? {} : { password }) };
}
