import type { ParamsOf } from '../../../src/module/index.ts';
import { harborLoginParams } from '../harbor/login.ts';
import type { Generation, User } from '../harbor/model.ts';
import { type HashFile, hashesFileParam, type SecretState } from './hashes.ts';

export const userParams = {
  type: 'object',
  required: ['url', 'password', 'name'],
  properties: {
    ...harborLoginParams,
    name: {
      type: 'string',
      maxLength: 255,
      pattern: '^[^,~#$%\\s][^,~#$%]*$',
      description: 'Name of the user, without `,` `~` `#` `$` `%`.',
    },
    email: {
      type: 'string',
      pattern: '^[^@\\s]+@[^@\\s]+$',
      description: 'Mail address, of no other user; a new user needs one.',
    },
    real_name: {
      type: 'string',
      pattern: '^[^,~#$%]+$',
      maxLength: 255,
      description: 'Full name, without `,` `~` `#` `$` `%`; default for a new user: its name.',
    },
    comment: { type: 'string', maxLength: 30, description: 'Up to 30 characters.' },
    user_password: {
      type: 'string',
      writeOnly: true,
      description:
        'Password of this user, with upper- and lower-case letters and digits; 1.5: 8 to 20 characters; 2.x: 8 to 128.',
    },
    old_password: {
      type: 'string',
      writeOnly: true,
      description: 'Password it had so far: 1.5 changes none without it, even for an administrator.',
    },
    update_password: {
      enum: ['on_create', 'always'],
      default: 'always',
      description: '`on_create` sets the password of a new user only.',
    },
    administrator: { type: 'boolean', description: 'Whether the user is a system administrator.' },
    hashes_file: hashesFileParam,
    state: {
      type: 'string',
      enum: ['present', 'absent'],
      default: 'present',
      description: 'Whether the user is to be there.',
    },
  },
} as const;

export type UserParams = ParamsOf<typeof userParams>;

/** How the user is; what is known of its password where params ask for that. */
export interface UserCurrent {
  readonly generation: Generation;
  readonly authMode: string;
  readonly user: User | undefined;
  /** Another user that has the desired mail address. */
  readonly emailOwner: string | undefined;
  readonly hashes: HashFile;
  readonly secret: SecretState | undefined;
  /** Whether the desired password is the user's; undefined = not tried, the record says enough. */
  readonly fits: boolean | undefined;
}
