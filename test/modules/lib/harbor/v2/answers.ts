// Answers of a Harbor 2.x as its description of the API has them, made by hand.

import type { RuleSettings } from '../../../../../modules/lib/harbor/model.ts';

export const wantedRule: RuleSettings = {
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

const times = { creation_time: '2026-11-22T10:00:00.000Z', update_time: '2026-11-22T10:00:00.000Z' };

export const policy = {
  id: 9,
  name: 'to-b',
  description: '',
  src_registry: { id: 0, name: 'Local', type: 'harbor', url: 'http://core:8080' },
  dest_registry: { id: 4, name: 'b', type: 'harbor', url: 'https://b.example.com' },
  dest_namespace: 'mirror',
  dest_namespace_replace_count: 1,
  trigger: { type: 'event_based', trigger_settings: { cron: '' } },
  filters: [
    { type: 'resource', value: 'image' },
    { type: 'name', value: 'example/**' },
  ],
  replicate_deletion: true,
  override: true,
  enabled: true,
  speed: 0,
  copy_by_chunk: true,
  ...times,
};

const project = {
  project_id: 3,
  owner_id: 1,
  name: 'example',
  repo_count: 2,
  metadata: { public: 'true', auto_scan: 'false' },
  ...times,
};

const execution = {
  id: 31,
  policy_id: 9,
  status: 'Succeed',
  trigger: 'manual',
  start_time: '2026-11-22T10:05:00.000Z',
  end_time: '2026-11-22T10:05:09.000Z',
  total: 1,
  succeed: 1,
};

const running = {
  id: 32,
  policy_id: 9,
  status: 'InProgress',
  status_text: 'busy',
  start_time: '2026-11-22T10:06:00.500Z',
  end_time: '0001-01-01T00:00:00.000Z',
};

const robot = {
  id: 7,
  name: 'robot$ci',
  description: 'd',
  level: 'system',
  duration: -1,
  disable: false,
  editable: true,
  expires_at: -1,
  permissions: [
    { kind: 'project', namespace: '*', access: [{ resource: 'repository', action: 'push' }] },
    { kind: 'system', namespace: '/', access: [{ resource: 'project', action: 'create' }] },
  ],
  ...times,
};

const registry = {
  id: 4,
  name: 'b',
  url: 'https://b.example.com/',
  type: 'harbor',
  insecure: false,
  ca_certificate: 'PEM\n',
  credential: { type: 'basic', access_key: 'admin', access_secret: '*****' },
  status: 'healthy',
  ...times,
};

/** By what is asked for below `/api/v2.0`. */
export const answers: Readonly<Record<string, unknown>> = {
  'GET /health': {
    status: 'unhealthy',
    components: [
      { name: 'core', status: 'healthy' },
      { name: 'redis', status: 'unhealthy', error: 'dial tcp: connection refused' },
    ],
  },
  'GET /projects?with_detail=true&page=1&page_size=100': [project],
  'GET /projects/example': project,
  'GET /projects/3/members?page=1&page_size=100': [
    {
      id: 1,
      project_id: 3,
      entity_name: 'admin',
      role_id: 1,
      role_name: 'projectAdmin',
      entity_type: 'u',
      entity_id: 1,
    },
    {
      id: 2,
      project_id: 3,
      entity_name: 'ops',
      role_id: 4,
      role_name: 'maintainer',
      entity_type: 'g',
      entity_id: 2,
    },
  ],
  'GET /quotas?reference=project&reference_id=3&page=1&page_size=100': [
    { id: 5, ref: { id: 3 }, hard: { storage: -1 }, used: { storage: 4096 }, ...times },
  ],
  'GET /projects/example/repositories?page=1&page_size=100': [
    { id: 1, project_id: 3, name: 'example/deep/web', artifact_count: 1, ...times },
  ],
  'GET /projects/example/repositories/deep%252Fweb/artifacts?with_tag=true&page=1&page_size=100': [
    {
      id: 1,
      digest: 'sha256:aa',
      tags: [
        { id: 1, name: 'app1' },
        { id: 2, name: 'latest' },
      ],
    },
    { id: 2, digest: 'sha256:bb' },
  ],
  'GET /registries?page=1&page_size=100': [registry],
  'GET /replication/policies?page=1&page_size=100': [policy],
  'GET /replication/executions?policy_id=9&sort=-id&page=1&page_size=100': [running, execution],
  'GET /users?page=1&page_size=100': [
    {
      user_id: 3,
      username: 'dev1',
      email: 'dev1@example.com',
      realname: 'Dev',
      comment: 'c',
      sysadmin_flag: true,
    },
  ],
  'GET /users/current': { user_id: 1, username: 'admin', sysadmin_flag: true },
  'GET /robots?page=1&page_size=100': [robot],
  'GET /robots?q=Level%3Dproject%2CProjectID%3D3&page=1&page_size=100': [
    { ...robot, id: 8, name: 'robot$example+ci', level: 'project', permissions: [] },
  ],
  'GET /configurations': {
    auth_mode: { value: 'db_auth', editable: true },
    token_expiration: { value: 30, editable: true },
    read_only: { value: false, editable: true },
  },
  'GET /systeminfo': { harbor_version: 'v2.15.2-080b0220', auth_mode: 'db_auth', read_only: false },
};
