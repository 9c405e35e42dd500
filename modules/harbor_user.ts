import { defineModule, type HostAccess } from '../src/module/index.ts';
import type { HarborReads } from './lib/harbor/api.ts';
import type { User } from './lib/harbor/model.ts';
import { openHarbor } from './lib/harbor/open.ts';
import { harborRequests } from './lib/harbor/requests.ts';
import { readHashes, type SecretState, secretState } from './lib/harbor-objects/hashes.ts';
import { type UserCurrent, type UserParams, userParams } from './lib/harbor-objects/user-params.ts';
import { placeOfUser, planUser } from './lib/harbor-objects/user-plan.ts';

export const harborUser = defineModule({
  name: 'harbor_user',
  summary: 'Have a user in the database of a Harbor, with its password and rights.',
  notes: [
    'Only what is given is managed. Works with Harbor 1.5 and 2.x, where users are kept in its database (`auth_mode: db_auth`).',
    'Harbor never shows a password. A salted hash of what was set (scrypt) is kept on the control node, in a file of the host beside the inventory, and tells whether `user_password` changed. Where the record is missing or says otherwise, the password is tried once: if it fits it is recorded, if not it is set. Someone who changes the password in Harbor itself is not noticed: remove the record to have it tried again.',
    'Harbor 1.5 changes a password only for who knows the old one (`old_password`), and does not list the user admin.',
  ],
  kind: 'state',
  scope: 'outside',
  volatile: true,
  params: userParams,
  examples: `- name: User of the build servers
  harbor_user:
    url: https://a.example.com
    password: "{{ harbor_admin_password }}"
    name: ci
    email: ci@example.com
    real_name: Build servers
    user_password: "{{ ci_password }}"`,
  returns: { user: 'its id, name and whether it is an administrator; null where it is not there yet' },
  read: readUser,
  plan: (params, current) => planUser(params, current, harborRequests(current.generation, params)),
});

async function readUser(host: HostAccess, params: UserParams): Promise<UserCurrent> {
  const hashes = await readHashes(host, params.hashes_file);
  const harbor = await openHarbor(host, params);
  const users = await harbor.users();
  const user = users.find(({ name }) => name === params.name);
  const asksEmail = params.state === 'present' && params.email !== undefined;
  const owner = users.find(({ name, email }) => asksEmail && name !== params.name && email === params.email);
  const managed =
    params.state === 'present' && params.update_password === 'always' ? params.user_password : undefined;
  const secret =
    user && managed !== undefined
      ? await secretState(hashes, placeOfUser(params), managed, user.id)
      : undefined;
  return {
    generation: harbor.generation,
    authMode: harbor.server.authMode,
    user,
    emailOwner: owner?.name,
    hashes,
    secret,
    fits: await passwordFits(harbor, params, user, secret),
  };
}

/** Tries a password only where no record tells that it is set: a wrong one locks its user for a moment. */
async function passwordFits(
  harbor: HarborReads,
  params: UserParams,
  user: User | undefined,
  secret: SecretState | undefined,
): Promise<boolean | undefined> {
  const password = params.user_password;
  if (!user || !secret || password === undefined) return undefined;
  if (user.name === params.username) return password === params.password;
  // Also where another is recorded: Harbor 2.x refuses to set the password that a user has already.
  return secret.recorded === 'same' ? undefined : harbor.passwordFits(user.name, password);
}
