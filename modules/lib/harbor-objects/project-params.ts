import type { ParamsOf } from '../../../src/module/index.ts';
import { harborLoginParams } from '../harbor/login.ts';
import type { Generation, Member, Project, Quota } from '../harbor/model.ts';
import { sizePattern } from './sizes.ts';

export const projectParams = {
  type: 'object',
  required: ['url', 'password', 'name'],
  properties: {
    ...harborLoginParams,
    name: {
      type: 'string',
      minLength: 2,
      maxLength: 255,
      pattern: '^[a-z0-9]+(?:[._-][a-z0-9]+)*$',
      description:
        'Name of the project: 2 to 255 lower-case letters and digits, with single `.`, `_` or `-` between.',
    },
    public: { type: 'boolean', description: 'Whether everybody may pull; Harbor makes projects private.' },
    content_trust: {
      type: 'boolean',
      description: 'Whether only signed images may be pulled (1.5: Notary; 2.x: cosign).',
    },
    prevent_vulnerable: {
      type: 'boolean',
      description: 'Whether images with vulnerabilities of `severity` or worse cannot be pulled.',
    },
    severity: {
      type: 'string',
      enum: ['none', 'negligible', 'low', 'medium', 'high', 'critical'],
      description:
        'For `prevent_vulnerable`; 1.5: negligible, low, medium, high; 2.x: none, low, medium, high, critical.',
    },
    scan_on_push: { type: 'boolean', description: 'Whether each image is scanned when it was pushed.' },
    storage_limit: {
      type: ['string', 'integer'],
      pattern: sizePattern,
      minimum: -1,
      description: 'Quota: bytes, or a size such as `10GiB`, or `unlimited`; 2.x.',
    },
    members: {
      type: 'array',
      description: 'Members with their roles; others are left alone.',
      items: {
        type: 'object',
        required: ['name'],
        additionalProperties: false,
        properties: {
          name: { type: 'string', minLength: 1, description: 'User, or group: an LDAP group by its DN.' },
          kind: { type: 'string', enum: ['user', 'group'], default: 'user', description: 'What `name` is.' },
          role: {
            type: 'string',
            enum: ['project_admin', 'maintainer', 'developer', 'guest', 'limited_guest'],
            default: 'developer',
            description: '1.5 has project_admin, developer and guest.',
          },
        },
      },
    },
    purge_members: {
      type: 'boolean',
      default: false,
      description: 'Take out members that `members` does not name, but never the user that asks.',
    },
    state: {
      type: 'string',
      enum: ['present', 'absent'],
      default: 'present',
      description: '`absent` removes an empty project; one with repositories is an error.',
    },
  },
} as const;

export type ProjectParams = ParamsOf<typeof projectParams>;

/** How the project is; members and quota where params ask for them. */
export interface ProjectCurrent {
  readonly generation: Generation;
  readonly project: Project | undefined;
  readonly members: readonly Member[];
  readonly quota: Quota | undefined;
  /** Replication rules that a 1.5 project cannot be removed under. */
  readonly rules: readonly string[];
}
