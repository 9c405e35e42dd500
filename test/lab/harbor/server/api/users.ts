// Users.

import { type Caller, isAdmin, isAuthenticated, nameOf } from '../caller.ts';
import { hashPassword, randomText } from '../crypto.ts';
import { type Call, contains, type Handler, jsonBody, pageOf, pagingHeaders } from '../harbor.ts';
import { find, sqlTime, type UserRow } from '../tables.ts';
import { Answer, abort, created, done, fail, json } from '../web.ts';
import { userView } from './views.ts';

interface UserBody {
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly realname: string;
  readonly comment: string;
  readonly has_admin_role: number;
}

const KINDS = {
  username: 'string',
  email: 'string',
  password: 'string',
  realname: 'string',
  comment: 'string',
  has_admin_role: 'number',
} as const;

const EMAIL = /^[^<>()[\]\\.,;:\s@"]+(\.[^<>()[\]\\.,;:\s@"]+)*@(([a-zA-Z\-0-9]+\.)+[a-zA-Z]{2,})$/;
const FORBIDDEN = /[,~#$%]/;

export const list: Handler = async (call) => {
  requireUser(call.caller);
  if (!isAdmin(call.caller)) return fail(403, 'User does not have admin role');
  const page = pageOf(call);
  const { query } = call.request;
  const users = (await call.harbor.tables.select('user', { deleted: 0 }))
    .filter((user) => user.user_id > 1)
    .filter(
      (user) => contains(user.username, query.get('username')) && contains(user.email, query.get('email')),
    );
  // Harbor 1.5 pages the headers but not the list, and shows the hashes.
  return json(
    users.map((user) => userView(user, user.password)),
    pagingHeaders(call, users.length, page),
  );
};

export const get: Handler = async (call) => {
  const { user, current } = await userOf(call);
  if (user.user_id !== current.user_id && !isAdmin(call.caller))
    return fail(403, 'User does not have admin role');
  return json(userView(user));
};

export const create: Handler = async (call) => {
  const { harbor, request, caller } = call;
  if ((await harbor.settings.read())['self_registration'] !== true && !isAdmin(caller)) return abort(403);
  const body = await jsonBody<UserBody>(call, KINDS);
  const wrong = wrongAccount(body) || wrongProfile(body);
  if (wrong !== '') return fail(400, `register error:${wrong}`);
  const { username = '', email = '', password = '', realname = '', comment = '' } = body;
  if (await find(harbor.tables, 'user', { username })) return fail(409, 'username has already been used!');
  if (await find(harbor.tables, 'user', { email })) return fail(409, 'email has already been used!');
  const salt = randomText(32);
  const time = sqlTime(harbor.now());
  const id = await harbor.tables.insert('user', {
    username,
    email,
    password: await hashPassword(password, salt),
    realname,
    comment,
    deleted: 0,
    salt,
    sysadmin_flag: body.has_admin_role === 1 ? 1 : 0,
    creation_time: time,
    update_time: time,
  });
  return created(request, id);
};

export const update: Handler = async (call) => {
  const { user } = await modifiable(call);
  const body = await jsonBody<UserBody>(call, KINDS);
  const wrong = wrongProfile(body);
  if (wrong !== '') return fail(400, `change user profile error:${wrong}`);
  const { email = '', realname = '', comment = '' } = body;
  const taken = email !== user.email && (await find(call.harbor.tables, 'user', { email }));
  if (taken) return fail(409, 'email has already been used!');
  await call.harbor.tables.update(
    'user',
    { user_id: user.user_id },
    { email, realname, comment, update_time: sqlTime(call.harbor.now()) },
  );
  return done();
};

export const remove: Handler = async (call) => {
  const { user, current } = await userOf(call);
  if (!isAdmin(call.caller) || user.user_id === 1 || user.user_id === current.user_id) {
    return fail(
      403,
      `User with ID: ${user.user_id} cannot be removed, auth mode: db_auth, current user ID: ${current.user_id}`,
    );
  }
  const { user_id } = user;
  const gone = { deleted: 1, username: `${user.username}#${user_id}`, email: `${user.email}#${user_id}` };
  await call.harbor.tables.update('user', { user_id }, gone);
  return done();
};

export const changePassword: Handler = async (call) => {
  const { user } = await modifiable(call);
  const body = await jsonBody<{ old_password: string; new_password: string }>(call, {
    old_password: 'string',
    new_password: 'string',
  });
  if (!body.old_password) return abort(400, 'Old password is blank');
  if ((await hashPassword(body.old_password, user.salt ?? '')) !== user.password) {
    return abort(403, 'old_password_is_not_correct');
  }
  if (!body.new_password) return fail(400, 'new password is null');
  const password = await hashPassword(body.new_password, user.salt ?? '');
  await call.harbor.tables.update(
    'user',
    { user_id: user.user_id },
    { password, update_time: sqlTime(call.harbor.now()) },
  );
  return done();
};

export const setAdmin: Handler = async (call) => {
  const { user } = await userOf(call);
  if (!isAdmin(call.caller)) return fail(403, 'User does not have admin role');
  const body = await jsonBody<UserBody>(call, KINDS);
  await call.harbor.tables.update(
    'user',
    { user_id: user.user_id },
    { sysadmin_flag: body.has_admin_role === 1 ? 1 : 0 },
  );
  return done();
};

export const exists: Handler = async ({ harbor, request }) => {
  const form = new URLSearchParams(await request.text());
  const value = form.get('value') ?? '';
  const where = form.get('target') === 'email' ? { email: value } : { username: value };
  return json((await find(harbor.tables, 'user', where)) !== undefined);
};

export const groups: Handler = async ({ caller }) => {
  requireUser(caller);
  return isAdmin(caller) ? json([]) : fail(403);
};

function requireUser(caller: Caller): void {
  if (!isAuthenticated(caller)) throw new Answer(fail(401));
}

async function userOf(call: Call): Promise<{ readonly user: UserRow; readonly current: UserRow }> {
  requireUser(call.caller);
  const { tables } = call.harbor;
  const current = await find(tables, 'user', { username: nameOf(call.caller), deleted: 0 });
  // A service has no user row; Harbor runs into a nil pointer here.
  if (current === undefined) throw new TypeError('no user row');
  const wanted = call.params['id'] ?? '';
  if (wanted === 'current') return { user: current, current };
  if (!/^[+-]?\d+$/.test(wanted)) throw new Answer(abort(400, 'Invalid user Id'));
  const user = await find(tables, 'user', { user_id: Number(wanted), deleted: 0 });
  if (user === undefined) throw new Answer(abort(404));
  return { user, current };
}

async function modifiable(call: Call): Promise<{ readonly user: UserRow; readonly current: UserRow }> {
  const both = await userOf(call);
  const { user, current } = both;
  if (!isAdmin(call.caller) && user.user_id !== current.user_id) {
    throw new Answer(fail(403, `User with ID ${user.user_id} cannot be modified`));
  }
  return both;
}

function wrongAccount({ username = '', password = '' }: Partial<UserBody>): string {
  if (username.length < 1 || username.length > 20) return 'username with illegal length';
  if (FORBIDDEN.test(username)) return 'username contains illegal characters';
  return password.length < 8 || password.length > 20 ? 'password with illegal length' : '';
}

function wrongProfile({ email = '', realname = '', comment = '' }: Partial<UserBody>): string {
  if (email === '') return "Email can't be empty";
  if (!EMAIL.test(email)) return 'email with illegal format';
  if (realname.length < 1 || realname.length > 255) return 'realname with illegal length';
  if (FORBIDDEN.test(realname)) return 'realname contains illegal characters';
  return comment.length > 30 ? 'comment with illegal length' : '';
}
