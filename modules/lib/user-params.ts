import type { GroupEntry, ParamsOf, UserEntry } from '../../src/module/index.ts';

export const userParams = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, description: 'Name of the user.' },
    state: { enum: ['present', 'absent'], default: 'present', description: 'Whether it is to be there.' },
    uid: { type: 'integer', minimum: 0, description: 'Its number; default: the next free one, or as it is.' },
    non_unique: { type: 'boolean', default: false, description: 'Permit a `uid` that another user has.' },
    group: {
      type: ['string', 'integer'],
      description: 'Primary group, name or number; default for a new user: the group of its own name.',
    },
    groups: {
      type: ['string', 'array'],
      items: { type: 'string' },
      description: 'Further groups, a list or one text with commas; an empty list takes it out of all.',
    },
    append: {
      type: 'boolean',
      default: false,
      description: 'Add to `groups` only, and leave those it is in already.',
    },
    comment: { type: 'string', description: 'Full name or description.' },
    shell: { type: 'string', description: 'Login shell.' },
    home: { type: 'string', description: 'Home directory.' },
    create_home: { type: 'boolean', default: true, description: 'Make the home directory of a new user.' },
    move_home: { type: 'boolean', default: false, description: 'Move the files along where `home` changes.' },
    system: {
      type: 'boolean',
      default: false,
      description: 'Take a number of the system range for a new user.',
    },
    password: {
      type: 'string',
      writeOnly: true,
      description: 'Hash of the password as in /etc/shadow, e.g. of `mkpasswd`; `!` or `*` permits none.',
    },
    update_password: {
      enum: ['always', 'on_create'],
      default: 'always',
      description: '`on_create` sets the password of a new user only.',
    },
    password_lock: { type: 'boolean', description: 'Lock the password, or unlock it.' },
    remove: { type: 'boolean', default: false, description: 'Remove the home directory too (state absent).' },
    force: {
      type: 'boolean',
      default: false,
      description: 'Remove even a user that is logged in (state absent).',
    },
  },
} as const;

export type UserParams = ParamsOf<typeof userParams>;

/** How the user is, and the groups the task names. */
export interface UserCurrent {
  readonly entry: UserEntry | undefined;
  /** Second field of /etc/shadow; undefined = not asked, or not readable. */
  readonly shadow: string | undefined;
  /** A group of the user's own name. */
  readonly ownGroup: boolean;
  readonly primary: GroupEntry | undefined;
  /** Groups of the task that are the user's primary group already. */
  readonly inPrimary: readonly string[];
  /** Groups of the task that do not exist. */
  readonly missingGroups: readonly string[];
}

/** The `groups` param as a list; undefined = not given. */
export function groupList(params: UserParams): string[] | undefined {
  if (params.groups === undefined) return undefined;
  const list = typeof params.groups === 'string' ? params.groups.split(',') : params.groups;
  return [...new Set(list.map((name) => name.trim()).filter((name) => name !== ''))];
}
