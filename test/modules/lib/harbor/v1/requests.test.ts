import { expect, it } from 'vitest';
import type { HarborRequests } from '../../../../../modules/lib/harbor/api.ts';
import type { EndpointSettings, RuleSettings } from '../../../../../modules/lib/harbor/model.ts';
import { harborRequests } from '../../../../../modules/lib/harbor/requests.ts';
import { type HttpRequest, ParamsError } from '../../../../../src/module/index.ts';
import { bodyOf, login, recordings } from '../support.ts';

const change = harborRequests('1.5', login);
const project = { id: 3, name: 'example', repositoryCount: 0, metadata: {} };
const endpoint: EndpointSettings = {
  name: 'harbor-b',
  url: 'http://127.0.2.2',
  username: 'admin',
  insecure: true,
};
const rule: RuleSettings = {
  name: 'to-b',
  description: '',
  enabled: true,
  direction: 'push',
  projects: ['example'],
  trigger: { kind: 'immediate' },
  replicateDeletion: true,
  override: true,
  speed: 0,
};
const dev = { name: 'dev1', email: 'dev1@example.com', realName: 'dev one', comment: 'c' };

/** Each is one that a real 1.5.4 was sent, and took. */
it.each<[keyof HarborRequests, HttpRequest, string, number]>([
  ['createProject', change.createProject('mini', {}), 'projects', 56],
  ['updateProject', change.updateProject(project, { public: 'false' }), 'projects', 44],
  ['deleteProject', change.deleteProject({ ...project, id: 4 }), 'projects', 52],
  ['addMember', change.addMember(3, { name: 'dev1', kind: 'user', role: 'developer' }), 'projects', 59],
  ['updateMember', change.updateMember(3, 11, 'guest'), 'projects', 65],
  ['removeMember', change.removeMember(3, 11), 'projects', 67],
  ['createEndpoint', change.createEndpoint(endpoint, 'Harbor12345'), 'targets', 2],
  ['updateEndpoint', change.updateEndpoint(1, endpoint, 'Harbor12345'), 'targets', 29],
  ['deleteEndpoint', change.deleteEndpoint(2), 'targets', 57],
  ['createRule', change.createRule(rule, 1, [project], false), 'policies', 2],
  ['deleteRule', change.deleteRule(2), 'policies', 81],
  ['startRun', change.startRun(1), 'replication-jobs', 17],
  ['createUser', change.createUser(dev, 'Harbor12345'), 'users', 1],
  ['updateUser', change.updateUser(3, { ...dev, realName: 'dev uno', comment: 'cc' }), 'users', 18],
  ['setAdministrator', change.setAdministrator(3, true), 'users', 19],
  ['setPassword', change.setPassword(3, 'Harbor12345', 'Harbor12345'), 'users', 24],
  ['deleteTag', change.deleteTag('library/skopeo-oci', 'v1'), 'repositories', 61],
  ['updateConfiguration', change.updateConfiguration({ read_only: true }), 'repositories', 48],
])('%s is what a real 1.5.4 took', (name, request, topic, seq) => {
  const recorded = recordings(topic).find((one) => one.seq === seq);
  expect(recorded?.response.status).toBeLessThan(300);
  const { method, path, body } = recorded?.request ?? {};
  expect(`${request.method} ${request.url}`).toBe(`${method} http://a.example.com${path}`);
  const sent = bodyOf(request);
  const taken: unknown = body == null ? undefined : JSON.parse(body);
  // The recorder left out what there was none of.
  expect(name === 'createProject' ? { metadata: {}, ...(taken as object) } : taken).toEqual(sent);
});

it('a POST says that it is JSON even without a body', () => {
  expect(change.startRun(1).headers).toMatchObject({ 'content-type': 'application/json' });
});

it.each<[string, () => unknown, string]>([
  ['a robot', () => change.createRobot(robot()), 'Harbor 1.5 has no robot accounts'],
  ['a quota', () => change.createProject('example', {}, 1024), 'Harbor 1.5 has no quotas'],
  [
    'a role of 2.x',
    () => change.addMember(3, { name: 'dev1', kind: 'user', role: 'maintainer' }),
    'Harbor 1.5 has no role maintainer',
  ],
  [
    'a CA',
    () => change.createEndpoint({ ...endpoint, ca: 'PEM' }, 'x'),
    'Harbor 1.5 takes no CA for one endpoint',
  ],
  [
    'a name of 65 characters',
    () => change.createEndpoint({ ...endpoint, name: 'n'.repeat(65) }, 'x'),
    'the name of the endpoint has 65 characters; Harbor takes 64 at most',
  ],
  [
    'an address of 65 characters',
    () => change.createEndpoint({ ...endpoint, url: `http://${'e'.repeat(58)}` }, 'x'),
    'the address of the endpoint has 65 characters; Harbor takes 64 at most',
  ],
  [
    'a password of 49 characters, which is not shown',
    () => change.createEndpoint(endpoint, 'p'.repeat(49)),
    'the password of the endpoint has 49 characters; Harbor takes 48 at most',
  ],
  [
    'a password without the old one',
    () => change.setPassword(3, 'Harbor54321'),
    'Harbor 1.5 changes a password only with the old one, even for an administrator',
  ],
  [
    'a project name with capitals',
    () => change.createProject('UPPER', {}),
    '"UPPER" cannot be the name of a project',
  ],
])('%s is refused', (_what, make, message) => {
  expect(make).toThrow(ParamsError);
  expect(make).toThrow(message);
});

it.each([
  ['127.0.2.8', 'http://127.0.2.8'],
  ['127.0.2.8:80', 'http://127.0.2.8:80'],
  ['http://127.0.2.2/', 'http://127.0.2.2'],
  ['http://EXAMPLE.com/harbor', 'http://EXAMPLE.com/harbor'],
  [' https://b.example.com// ', 'https://b.example.com'],
])('the address %j is stored as %j', (url, stored) => {
  expect(change.normalEndpoint({ ...endpoint, url }).url).toBe(stored);
});

it.each(['ftp://127.0.2.8', ' ', 'http://'])('the address %j is refused', (url) => {
  expect(() => change.normalEndpoint({ ...endpoint, url })).toThrow(ParamsError);
});

function robot(): Parameters<HarborRequests['createRobot']>[0] {
  return { name: 'ci', description: '', level: 'system', duration: -1, disabled: false, permissions: [] };
}
