import type { ParamsOf } from '../../../src/module/index.ts';
import { harborLoginParams } from '../harbor/login.ts';

const remoteParam = {
  type: 'object',
  additionalProperties: false,
  description: 'The other Harbor. Needed for state present; for absent only its name counts.',
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, description: 'Name of the endpoint.' },
    url: {
      type: 'string',
      pattern: '^https?://[^/]+/?$',
      description: 'Its address without a path, as this Harbor reaches it.',
    },
    username: { type: 'string', description: 'User there; default: the one that is stored.' },
    password: {
      type: 'string',
      writeOnly: true,
      description: 'Password there; left out, the stored one is never touched.',
    },
    insecure: { type: 'boolean', default: false, description: 'Do not check its certificate.' },
    ca: { type: 'string', description: 'PEM text of the CA that signed it; 2.15 and later.' },
  },
} as const;

const filtersParam = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'What of the projects is replicated; default: everything.',
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      description: 'Pattern on the repository, without its project: `tomcat*`.',
    },
    tag: { type: 'string', minLength: 1, description: 'Pattern on the tag: `app*`.' },
    label: {
      type: 'array',
      items: { type: 'string' },
      description: 'Labels an image must have, all of them; 2.x.',
    },
  },
} as const;

export const replicationParams = {
  type: 'object',
  properties: {
    ...harborLoginParams,
    name: { type: 'string', minLength: 1, description: 'Name of the rule.' },
    description: { type: 'string', description: 'Text of the rule; default: what is there is kept.' },
    remote: remoteParam,
    direction: {
      type: 'string',
      enum: ['push', 'pull'],
      default: 'push',
      description: '`push`: from here to the remote; `pull`: from there to here (2.x).',
    },
    projects: {
      type: 'array',
      items: { type: 'string' },
      default: [],
      description: 'Projects to replicate; exactly one on 1.5. Needed for state present.',
    },
    create_projects: {
      type: 'boolean',
      default: false,
      description:
        'Accept that Harbor makes projects that are missing at the destination; of their settings only `public` goes along.',
    },
    filters: filtersParam,
    trigger: {
      type: 'string',
      enum: ['immediate', 'scheduled', 'manual'],
      default: 'immediate',
      description: 'When to replicate: after each push or delete, by `cron`, or when told.',
    },
    cron: {
      type: 'string',
      description:
        'For `scheduled`: six fields, seconds first, in UTC. 1.5 knows daily (`0 30 2 * * *`) and weekly (`0 30 2 * * 1`) times only.',
    },
    replicate_deletion: {
      type: 'boolean',
      default: false,
      description: 'Delete there what is deleted here, with an immediate trigger.',
    },
    override: {
      type: 'boolean',
      default: true,
      description: 'Overwrite a tag that differs at the destination; 1.5 always does.',
    },
    replicate_existing: {
      type: 'boolean',
      default: false,
      description: 'Replicate what is already there, once, when the rule is made.',
    },
    speed: {
      type: 'integer',
      minimum: 0,
      description: 'KiB a second for each job, 0 = no limit (2.x); default: what is there is kept.',
    },
    enabled: { type: 'boolean', default: true, description: 'Whether the rule works; 1.5 has no switch.' },
    state: {
      type: 'string',
      enum: ['present', 'absent'],
      default: 'present',
      description: '`absent` removes the rule, and its endpoint if no other rule uses it.',
    },
  },
  required: ['url', 'password', 'name'],
} as const;

export type ReplicationParams = ParamsOf<typeof replicationParams>;
