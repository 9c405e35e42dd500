import { randomBytes } from 'node:crypto';
import { type Body, parseBody } from '../body.ts';
import type { Call, Harbor, Routes } from '../harbor.ts';
import { badRequest, empty, HarborError, json, notFound } from '../http.ts';
import { type Fields, keyword, page } from '../query.ts';
import { projectFor, requireInSystem, requireSomeone } from '../rights.ts';
import { hashed, nextId, type Robot, type RobotPermission } from '../state.ts';
import { sparse } from '../views.ts';
import { isRobotRight } from './robot-rights.ts';
import { setting } from './settings-table.ts';
import { checkedSecret } from './users.ts';

export const robotRoutes: Routes = {
  'GET /robots': list,
  'POST /robots': create,
  'GET /robots/{robot_id}': (call) => json(view(call.harbor, robotOf(call, 'read'))),
  'PUT /robots/{robot_id}': update,
  'PATCH /robots/{robot_id}': refreshSecret,
  'DELETE /robots/{robot_id}': remove,
};

const fields: Fields<Robot> = {
  id: (robot) => robot.id,
  name: (robot) => robot.name,
  project_id: (robot) => robot.projectId,
  creation_time: (robot) => robot.created,
};

/** Robots of the system, or with `q=Level=project,ProjectID=N` those of one project. */
function list({ harbor, request, who }: Call) {
  requireSomeone(who);
  const q = request.query.get('q') ?? '';
  const level = keyword(q, 'level') ?? 'system';
  if (level !== 'system' && level !== 'project') throw badRequest('bad request error level input');
  let projectId = 0;
  if (level === 'project') {
    const given = keyword(q, 'project_id');
    if (given === undefined) throw badRequest('must with project ID when to query project robots');
    if (!/^[1-9]\d*$/.test(given)) throw badRequest('ProjectID must be a positive integer');
    projectId = projectFor(harbor.state, who, given, ['robot', 'list']).id;
  } else requireInSystem(who, 'robot', 'list');
  const found = harbor.state.robots.filter((robot) => robot.projectId === projectId);
  return page(request, found, (robot) => view(harbor, robot), { fields, sort: 'name' });
}

// The secret is made here and shown once; one in the body is not read.
function create({ harbor, request, who }: Call) {
  const { state } = harbor;
  const body = parseBody('robot', request.body);
  const given = body.text('name') ?? '';
  if (!/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(given))
    throw badRequest('robot name is not in lower case or contains illegal characters');
  const { level, duration, permissions } = readSettings(body, body.whole('duration') ?? 0);
  requireLevel(harbor, who, level, permissions, 'create');
  const project = level === 'project' ? projectOf(harbor, permissions) : undefined;
  const name = project === undefined ? given : `${project.name}+${given}`;
  const projectId = project?.id ?? 0;
  if (state.robots.some((robot) => robot.name === name && robot.projectId === projectId))
    throw new HarborError('CONFLICT', `robot account ${projectId}:${name} already exists`);
  const secret = newSecret();
  const robot: Robot = {
    id: nextId(state, 'robot'),
    name,
    description: body.text('description') ?? '',
    level,
    projectId,
    duration,
    disabled: false,
    expiresAt: expiry(harbor.now(), duration),
    ...hashed(secret),
    permissions,
    creator: who.kind === 'user' ? who.user.id : 0,
    created: harbor.now(),
    updated: harbor.now(),
  };
  state.robots.push(robot);
  const answer = {
    creation_time: robot.created,
    expires_at: robot.expiresAt,
    id: robot.id,
    name: fullName(harbor, robot),
    secret,
  };
  return json(sparse(answer), { location: `${request.path}/${robot.id}` }, 201);
}

function update(call: Call) {
  const { harbor, who } = call;
  requireSomeone(who);
  const robot = knownRobot(call);
  const body = parseBody('robot', call.request.body);
  const { level, duration, permissions } = readSettings(body, body.whole('duration') ?? robot.duration);
  if (robot.level === 'project' && projectOf(harbor, permissions).id !== robot.projectId)
    throw badRequest('cannot update the project id of robot');
  requireLevel(harbor, who, robot.level, permissions, 'update');
  if (level !== robot.level || body.text('name') !== fullName(harbor, robot))
    throw badRequest('cannot update the level or name of robot');
  if (robot.duration !== duration) robot.expiresAt = expiry(robot.created, duration);
  Object.assign(robot, {
    duration,
    permissions,
    description: body.text('description') ?? '',
    disabled: body.flag('disable') ?? false,
    updated: harbor.now(),
  });
  return empty();
}

/** With a secret in the body: that one, and an empty object back. Without: a new one, shown. */
function refreshSecret(call: Call) {
  const robot = robotOf(call, 'update');
  const wanted = parseBody('robotSec', call.request.body).text('secret') ?? '';
  const secret = wanted === '' ? newSecret() : checkedSecret(wanted, 'secret');
  Object.assign(robot, hashed(secret), { updated: call.harbor.now() });
  return json(wanted === '' ? { secret } : {});
}

function remove(call: Call) {
  const { state } = call.harbor;
  const robot = robotOf(call, 'delete');
  state.robots = state.robots.filter((one) => one !== robot);
  return empty();
}

function readSettings(body: Body, duration: number) {
  const level = body.text('level') ?? '';
  if (duration !== -1 && (duration <= 0 || duration >= 2 ** 31 - 1))
    throw badRequest(
      `bad request error duration input: ${duration}, duration must be either -1(Never) or a positive integer`,
    );
  if (level !== 'system' && level !== 'project') throw badRequest(`bad request error level input: ${level}`);
  const permissions = body.objects('permissions').map(readPermission);
  if (permissions.length === 0) throw badRequest('bad request empty permission');
  if (permissions.some((one) => one.access.length === 0)) throw badRequest('bad request empty access');
  if (level === 'project' && permissions.length > 1) throw badRequest('bad request permission');
  for (const { kind, access } of permissions) {
    if (kind !== 'system' && kind !== 'project') throw badRequest(`bad request permission level: ${kind}`);
    const wrong = access.find((one) => !isRobotRight(kind, one.resource, one.action));
    if (wrong !== undefined) throw badRequest(`bad request permission: ${wrong.resource}:${wrong.action}`);
  }
  return { level, duration, permissions } as const;
}

function readPermission(body: Body): RobotPermission {
  const access = body.objects('access').map((one) => {
    const effect = one.text('effect');
    return {
      resource: one.text('resource') ?? '',
      action: one.text('action') ?? '',
      ...(effect === undefined ? {} : { effect }),
    };
  });
  return { kind: body.text('kind') ?? '', namespace: body.text('namespace') ?? '', access };
}

function projectOf({ state }: Harbor, permissions: readonly RobotPermission[]) {
  const name = permissions[0]?.namespace ?? '';
  const project = state.projects.find((one) => one.name === name);
  if (project === undefined) throw notFound(`project ${name} not found`);
  return project;
}

function requireLevel(
  { state }: Harbor,
  who: Call['who'],
  level: Robot['level'],
  permissions: readonly RobotPermission[],
  action: string,
): void {
  if (level === 'system') requireInSystem(who, 'robot', action);
  else projectFor(state, who, permissions[0]?.namespace ?? '', ['robot', action], true);
}

function robotOf(call: Call, action: string): Robot {
  const { harbor, who } = call;
  requireSomeone(who);
  const robot = knownRobot(call);
  if (robot.level === 'system') requireInSystem(who, 'robot', action);
  else projectFor(harbor.state, who, String(robot.projectId), ['robot', action]);
  return robot;
}

function knownRobot({ harbor, params }: Call): Robot {
  const robot = harbor.state.robots.find((one) => one.id === Number(params['robot_id']));
  if (robot === undefined) throw notFound(`robot ${params['robot_id']} not found`);
  return robot;
}

function expiry(from: string, days: number): number {
  return days === -1 ? -1 : Math.floor(Date.parse(from) / 1000) + days * 86_400;
}

// Letters of both kinds and digits in it, as Harbor wants of its own.
function newSecret(): string {
  return `aZ9${randomBytes(24).toString('hex').slice(0, 29)}`;
}

function fullName({ state }: Harbor, robot: Robot): string {
  return `${setting(state, 'robot_name_prefix')}${robot.name}`;
}

function view(harbor: Harbor, robot: Robot) {
  const fields = {
    creation_time: robot.created,
    creator_ref: robot.creator,
    creator_type: 'local',
    description: robot.description,
    disable: robot.disabled,
    duration: robot.duration,
    editable: true,
    expires_at: robot.expiresAt,
    id: robot.id,
    level: robot.level,
    name: fullName(harbor, robot),
    permissions: robot.permissions,
    update_time: robot.updated,
  };
  return sparse(fields, ['disable', 'duration', 'editable']);
}
