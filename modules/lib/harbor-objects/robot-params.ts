import type { ParamsOf } from '../../../src/module/index.ts';
import { harborLoginParams } from '../harbor/login.ts';
import type { Generation, Robot } from '../harbor/model.ts';
import { type HashFile, hashesFileParam, type SecretState } from './hashes.ts';

export const robotParams = {
  type: 'object',
  required: ['url', 'password', 'name'],
  properties: {
    ...harborLoginParams,
    name: {
      type: 'string',
      maxLength: 255,
      pattern: '^[a-z0-9]+(?:[._-][a-z0-9]+)*$',
      description: 'Name of the robot without prefix and project: `ci` for `robot$ci` or `robot$example+ci`.',
    },
    level: {
      type: 'string',
      enum: ['system', 'project'],
      default: 'system',
      description: 'Whether the system has it, with rights in any project, or one project.',
    },
    project: { type: 'string', minLength: 2, description: 'The project that has it (level project).' },
    description: { type: 'string', description: 'What it is for.' },
    permissions: {
      type: 'array',
      minItems: 1,
      description: 'All it may do; a new robot needs some.',
      items: {
        type: 'object',
        required: ['access'],
        additionalProperties: false,
        properties: {
          namespace: {
            type: 'string',
            minLength: 1,
            description: 'Project, `*` for all of them, `/` for the system; level project: its project.',
          },
          access: {
            type: 'array',
            minItems: 1,
            items: { type: 'string', pattern: '^[a-z-]+:[a-z-]+$' },
            description: 'Rights as RESOURCE:ACTION, such as `repository:push`.',
          },
        },
      },
    },
    duration: {
      type: 'integer',
      minimum: -1,
      description: 'Days it works from when it was made, -1 for ever; default for a new robot: -1.',
    },
    disabled: { type: 'boolean', description: 'Whether it is switched off.' },
    secret: {
      type: 'string',
      writeOnly: true,
      description:
        'Its secret, 8 to 128 characters with upper- and lower-case letters and digits; a new robot needs one.',
    },
    hashes_file: hashesFileParam,
    state: {
      type: 'string',
      enum: ['present', 'absent'],
      default: 'present',
      description: 'Whether the robot is to be there.',
    },
  },
} as const;

export type RobotParams = ParamsOf<typeof robotParams>;

/** How the robot is; what is known of its secret where params give one. */
export interface RobotCurrent {
  readonly generation: Generation;
  /** With the server's prefix and the project. */
  readonly fullName: string;
  readonly robot: Robot | undefined;
  readonly hashes: HashFile;
  readonly secret: SecretState | undefined;
}
