import { parseBody } from '../body.ts';
import type { Call, Routes } from '../harbor.ts';
import { badRequest, created, empty, HarborError, hidden, invalidRequest, json, notFound } from '../http.ts';
import { type Fields, page } from '../query.ts';
import { requireInSystem, requireSomeone } from '../rights.ts';
import { fits, hashed, nextId, type User } from '../state.ts';
import { sparse } from '../views.ts';
import { setting } from './settings-table.ts';

export const userRoutes: Routes = {
  'GET /users': list,
  'POST /users': create,
  'GET /users/current': current,
  'GET /users/search': search,
  'GET /users/{user_id}': (call) => {
    if (!isSelf(call)) requireInSystem(call.who, 'user', 'read');
    return json(view(userOf(call)));
  },
  'PUT /users/{user_id}': updateProfile,
  'DELETE /users/{user_id}': remove,
  'PUT /users/{user_id}/sysadmin': setAdministrator,
  'PUT /users/{user_id}/password': setPassword,
};

const fields: Fields<User> = {
  user_id: (user) => user.id,
  username: (user) => user.name,
  email: (user) => user.email,
  creation_time: (user) => user.created,
};

// `admin` is never listed: the list is of the users that people made.
function list({ harbor, request, who }: Call) {
  requireInSystem(who, 'user', 'list');
  const name = request.query.get('username') ?? '';
  const email = request.query.get('email') ?? '';
  const found = harbor.state.users.filter(
    (user) => user.id !== 1 && user.name.includes(name) && user.email.includes(email),
  );
  return page(request, found, view, { fields, sort: 'username' });
}

function search({ harbor, request, who }: Call) {
  requireSomeone(who);
  const name = request.query.get('username');
  if (name === null) throw invalidRequest('username in query is required');
  const found = harbor.state.users.filter((user) => user.id !== 1 && user.name.includes(name));
  return page(request, found, (user) => ({ user_id: user.id, username: user.name }), {
    fields,
    sort: 'username',
  });
}

function current({ who }: Call) {
  requireSomeone(who);
  // A robot has no user behind it.
  if (who.kind !== 'user')
    throw new HarborError('PRECONDITION', 'get current user not available for security context: robot');
  return json(view(who.user));
}

function create({ harbor, request, who }: Call) {
  const { state } = harbor;
  requireInSystem(who, 'user', 'create');
  if (setting(state, 'auth_mode') !== 'db_auth')
    throw new HarborError(
      'FORBIDDEN',
      `creating local user is not allowed under auth mode: ${setting(state, 'auth_mode')}`,
    );
  const body = parseBody('userReq', request.body);
  const password = checkedSecret(body.text('password') ?? '');
  const profile = {
    email: body.text('email') ?? '',
    realName: body.text('realname') ?? '',
    comment: body.text('comment') ?? '',
  };
  checkProfile(profile);
  const name = (body.text('username') ?? '').replaceAll(',', '_');
  if (name.length < 1 || name.length > 255) throw badRequest('username with illegal length');
  if (ILLEGAL.test(name)) throw badRequest('username contains illegal characters');
  if (state.users.some((user) => user.name === name || user.email === profile.email))
    throw new HarborError('CONFLICT', `user ${name} or email ${profile.email} already exists`);
  const id = nextId(state, 'user');
  const stamps = { created: harbor.now(), updated: harbor.now() };
  state.users.push({ id, name, ...profile, administrator: false, ...hashed(password), ...stamps });
  return created(request, id);
}

function updateProfile(call: Call) {
  requireModifiable(call);
  const body = parseBody('profile', call.request.body);
  const profile = {
    email: body.text('email') ?? '',
    realName: body.text('realname') ?? '',
    comment: body.text('comment') ?? '',
  };
  checkProfile(profile);
  const user = userOf(call);
  if (call.harbor.state.users.some((other) => other !== user && other.email === profile.email))
    throw hidden('duplicate key value violates unique constraint "harbor_user_email_key"');
  Object.assign(user, profile, { updated: call.harbor.now() });
  return empty();
}

function remove(call: Call) {
  const { state } = call.harbor;
  requireInSystem(call.who, 'user', 'delete');
  const id = Number(call.params['user_id']);
  if (isSelf(call) || id === 1) throw new HarborError('FORBIDDEN', `User with ID ${id} cannot be deleted`);
  const user = userOf(call);
  state.users = state.users.filter((one) => one !== user);
  state.members = state.members.filter((member) => member.entityType !== 'u' || member.entityId !== id);
  return empty();
}

function setAdministrator(call: Call) {
  requireInSystem(call.who, 'user', 'update');
  const flag = parseBody('sysadmin_flag', call.request.body).flag('sysadmin_flag') ?? false;
  userOf(call).administrator = flag;
  return empty();
}

// Only who changes the own password must know the old one.
function setPassword(call: Call) {
  requireModifiable(call);
  const body = parseBody('password', call.request.body);
  const user = isSelf(call) ? userOf(call) : undefined;
  if (user !== undefined && !fits(body.text('old_password') ?? '', user))
    throw new HarborError('FORBIDDEN', 'Current password is incorrect');
  const password = checkedSecret(body.text('new_password') ?? '');
  const target = userOf(call);
  if (fits(password, target)) throw badRequest('New password is identical to old password');
  Object.assign(target, hashed(password), { updated: call.harbor.now() });
  return empty();
}

/** @throws HarborError where a password or secret is too weak */
export function checkedSecret(text: string, what = 'password or secret'): string {
  const good =
    text.length >= 8 && text.length <= 128 && /[a-z]/.test(text) && /[A-Z]/.test(text) && /[0-9]/.test(text);
  if (good) return text;
  throw badRequest(
    `the ${what} must be 8-128, inclusively, characters long with at least 1 uppercase letter, 1 lowercase letter and 1 number`,
  );
}

const ILLEGAL = /[,"~#%$]/;
const EMAIL = /^[^<>()[\]\\.,;:\s@"]+(\.[^<>()[\]\\.,;:\s@"]+)*@([a-zA-Z\-0-9]+\.)+[a-zA-Z]{2,}$/;

function checkProfile(profile: {
  readonly email: string;
  readonly realName: string;
  readonly comment: string;
}): void {
  if (profile.email === '') throw badRequest("email can't be empty");
  if (!EMAIL.test(profile.email)) throw badRequest('email with illegal format');
  if (profile.realName.length < 1 || profile.realName.length > 255)
    throw badRequest('realname with illegal length');
  if (ILLEGAL.test(profile.realName)) throw badRequest('realname contains illegal characters');
  if (profile.comment.length > 30) throw badRequest('comment with illegal length');
}

function requireModifiable(call: Call): void {
  if (!isSelf(call)) requireInSystem(call.who, 'user', 'update');
}

function isSelf({ params, who }: Call): boolean {
  return who.kind === 'user' && who.user.id === Number(params['user_id']);
}

function userOf({ harbor, params }: Call): User {
  const user = harbor.state.users.find((one) => one.id === Number(params['user_id']));
  if (user === undefined) throw notFound(`user ${params['user_id']} not found`);
  return user;
}

function view(user: User) {
  const fields = {
    admin_role_in_auth: false,
    comment: user.comment,
    creation_time: user.created,
    email: user.email,
    realname: user.realName,
    sysadmin_flag: user.administrator,
    update_time: user.updated,
    user_id: user.id,
    username: user.name,
  };
  return sparse(fields, ['admin_role_in_auth', 'sysadmin_flag']);
}
