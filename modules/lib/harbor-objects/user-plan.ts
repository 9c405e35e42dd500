import type { Plan, RequestStep, SaveStep } from '../../../src/module/index.ts';
import type { HarborRequests } from '../harbor/api.ts';
import type { User } from '../harbor/model.ts';
import { differing, type Fields, fieldsDiff } from './fields.ts';
import { recordAt, type SecretPlace, saveHashes } from './hashes.ts';
import { passwordFault } from './passwords.ts';
import { addressOf, requestStep } from './requests.ts';
import type { UserCurrent, UserParams } from './user-params.ts';

/** The user that Harbor itself makes; nobody can remove it. */
const builtIn = 'admin';

/** Where the hash of a user's password is kept. */
export function placeOfUser(params: Pick<UserParams, 'url' | 'name'>): SecretPlace {
  return { url: addressOf(params), kind: 'users', name: params.name };
}

/** What makes the user as desired, or why that cannot be. */
export function planUser(params: UserParams, current: UserCurrent, requests: HarborRequests): Plan {
  const { user } = current;
  const values = { user: user ? { id: user.id, name: user.name, administrator: user.administrator } : null };
  const failure = params.state === 'present' ? presentFault(params, current) : absentFault(params, current);
  if (failure !== undefined) return { steps: [], failure, values };
  if (params.state === 'absent') return { steps: removeSteps(params, current, requests), values };
  if (!user) return { ...createPlan(params, requests), values };
  const steps = [
    ...profileSteps(params, user, requests),
    ...administratorSteps(params, user, requests),
    ...passwordSteps(params, current, user, requests),
  ];
  return { steps, values };
}

/** The rest needs the new user's number. */
function createPlan(params: UserParams, requests: HarborRequests): Plan {
  const { name, email = '', user_password = '', comment = '', administrator } = params;
  const realName = params.real_name ?? name;
  const request = requests.createUser({ name, email, realName, comment }, user_password);
  const desired = { name, email, real_name: realName, comment, administrator };
  const diff = fieldsDiff(headerOf(params), undefined, desired);
  const step = requestStep(`create user ${name}`, request, diff);
  return administrator === true || params.update_password === 'always'
    ? { steps: [step], replan: true }
    : { steps: [step] };
}

function profileSteps(params: UserParams, user: User, requests: HarborRequests): RequestStep[] {
  const desired = { email: params.email, real_name: params.real_name, comment: params.comment };
  const now = fieldsOf(user);
  const names = differing(now, desired);
  if (names.length === 0) return [];
  const { id, name, email, realName, comment } = user;
  const request = requests.updateUser(id, {
    name,
    email: params.email ?? email,
    realName: params.real_name ?? realName,
    comment: params.comment ?? comment,
  });
  const diff = fieldsDiff(headerOf(params), now, desired);
  return [requestStep(`change ${names.join(', ')} of user ${name}`, request, diff)];
}

function administratorSteps(params: UserParams, user: User, requests: HarborRequests): RequestStep[] {
  const { administrator, name } = params;
  if (administrator === undefined || administrator === user.administrator) return [];
  const diff = fieldsDiff(headerOf(params), fieldsOf(user), { administrator });
  const summary = administrator
    ? `make user ${name} an administrator`
    : `end user ${name} being administrator`;
  return [requestStep(summary, requests.setAdministrator(user.id, administrator), diff)];
}

function passwordSteps(
  params: UserParams,
  current: UserCurrent,
  user: User,
  requests: HarborRequests,
): (RequestStep | SaveStep)[] {
  const { secret, hashes } = current;
  const { name, user_password: password } = params;
  if (!secret || password === undefined || secret.recorded === 'same' || isSelf(params)) return [];
  const record = { id: user.id, hash: secret.fresh };
  const save = saveHashes(hashes, [[placeOfUser(params), record]]);
  if (current.fits === true) return [save];
  const request = requests.setPassword(user.id, password, params.old_password);
  const diff = { header: headerOf(params), before: '', after: 'password: (new)\n' };
  return [requestStep(`set the password of user ${name}`, request, diff), save];
}

function removeSteps(
  params: UserParams,
  { user, hashes }: UserCurrent,
  requests: HarborRequests,
): (RequestStep | SaveStep)[] {
  if (!user) return [];
  const diff = fieldsDiff(headerOf(params), fieldsOf(user), undefined);
  const step = requestStep(`remove user ${params.name}`, requests.deleteUser(user.id), diff);
  const place = placeOfUser(params);
  return recordAt(hashes, place) ? [step, saveHashes(hashes, [[place, undefined]])] : [step];
}

function presentFault(params: UserParams, current: UserCurrent): string | undefined {
  const { generation, user, emailOwner } = current;
  const { name, user_password: password } = params;
  if (emailOwner !== undefined) {
    return `the mail address ${params.email} already belongs to user ${emailOwner}: each user needs its own`;
  }
  const setsPassword = password !== undefined && (!user || params.update_password === 'always');
  const weak = setsPassword ? passwordFault('user_password', password, generation) : undefined;
  if (weak !== undefined && current.secret?.recorded !== 'same' && current.fits !== true) return weak;
  if (!user) return missingFault(params, current);
  if (isSelf(params) && params.administrator === false) {
    return `${name} asks here and would take its own right away: ask as another administrator`;
  }
  return passwordWayFault(params, current);
}

function missingFault(params: UserParams, { generation, authMode }: UserCurrent): string | undefined {
  const { name, email, user_password: password } = params;
  if (name === builtIn && generation === '1.5') {
    return 'Harbor 1.5 does not list the user admin, so it cannot be managed here: see its page in Harbor';
  }
  if (!['', 'db_auth'].includes(authMode)) {
    return `users cannot be made: ${addressOf(params)} takes them from elsewhere (auth_mode ${authMode})`;
  }
  const missing = Object.entries({ email, user_password: password }).filter(
    ([, value]) => value === undefined,
  );
  if (missing.length === 0) return undefined;
  return `user ${name} is not there yet, and to create it ${missing.map(([key]) => key).join(' and ')} must be given`;
}

/** Whether the password can be changed by who asks. */
function passwordWayFault(params: UserParams, current: UserCurrent): string | undefined {
  const { secret, fits, generation } = current;
  if (!secret || secret.recorded === 'same' || fits === true) return undefined;
  const { name } = params;
  if (isSelf(params)) {
    return `${name} asks here with another password than user_password: with it changed, the next task could not ask. Ask as another administrator`;
  }
  if (generation !== '1.5' || params.old_password !== undefined) return undefined;
  return `Harbor 1.5 changes the password of ${name} only with the old one: give old_password, or update_password: on_create, or remove the user first (state: absent)`;
}

function absentFault(params: UserParams, { user }: UserCurrent): string | undefined {
  if (params.name === builtIn) return `the user ${builtIn} is Harbor's own and cannot be removed`;
  return user && isSelf(params) ? `${params.name} asks here and cannot remove itself` : undefined;
}

function isSelf(params: UserParams): boolean {
  return params.name === params.username;
}

function fieldsOf(user: User): Fields {
  const { name, email, realName, comment, administrator } = user;
  return { name, email, real_name: realName, comment, administrator };
}

function headerOf(params: UserParams): string {
  return `user ${params.name} of ${addressOf(params)}`;
}
