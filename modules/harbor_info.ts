import { defineModule } from '../src/module/index.ts';
import { harborLoginParams } from './lib/harbor/login.ts';
import { openHarbor } from './lib/harbor/open.ts';
import { gather, subsets } from './lib/harbor-info/gather.ts';

export const harborInfo = defineModule({
  name: 'harbor_info',
  summary: 'Tell what a Harbor holds: version, health, projects, images, rules, runs, users.',
  notes: [
    'Changes nothing and works in check mode. Lists are complete, and what a generation does not have is empty. No passwords, hashes or secrets are returned: endpoints and robots are listed without theirs.',
    '`repositories` asks once for each repository, `runs` once for each rule: name the projects on a large Harbor.',
  ],
  kind: 'state',
  scope: 'outside',
  volatile: true,
  params: {
    type: 'object',
    required: ['url', 'password'],
    properties: {
      ...harborLoginParams,
      gather: {
        type: 'array',
        items: { type: 'string', enum: subsets },
        default: ['health', 'projects'],
        description: 'What to ask for besides version and generation.',
      },
      projects: {
        type: 'array',
        items: { type: 'string' },
        description: 'Only these projects, with their repositories, members, quotas and rules; default: all.',
      },
      since: {
        type: 'number',
        minimum: 0,
        default: 0,
        description: 'Only runs that began at or after this, seconds since 1970.',
      },
    },
  },
  examples: `
- name: What is on a
  harbor_info:
    url: https://a.example.com
    password: "{{ harbor_admin_password }}"
    gather: [health, repositories]
    projects: [example]
  register: a
- assert:
    that: a.healthy
`,
  returns: {
    generation: '`1.5` or `2`',
    version: 'as the server says it',
    read_only: 'whether nothing can be pushed',
    auth_mode: '`db_auth`, `ldap_auth`, …',
    healthy: 'gathered with health: whether all components are well',
    components: 'gathered with health: name, healthy and error of each',
    projects:
      'gathered with projects: id, name, repository_count and metadata of each; with members and quota, those too',
    missing_projects: 'names in `projects` that are not there',
    repositories: 'gathered with repositories: name and tags (tag → digest) of each',
    images: 'gathered with repositories: `example/app1:1.0` → digest',
    endpoints: 'gathered with endpoints: id, name, url, username and insecure of each',
    rules:
      'gathered with rules: id, name, direction, endpoint, projects, filters, trigger and the rest of each',
    runs: 'gathered with runs: rule, status, repository, started_at and updated_at (seconds since 1970) of each, newest first',
    users: 'gathered with users: name, email, real_name, comment and administrator of each',
    robots: 'gathered with robots: name, level, disabled, expires_at and permissions of each',
    configuration: 'gathered with configuration: key → value',
  },
  async read(host, params) {
    return gather(await openHarbor(host, params), params);
  },
  plan(_params, current) {
    return { steps: [], values: current };
  },
});
