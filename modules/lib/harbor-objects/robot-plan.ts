import type { Plan, RequestStep, SaveStep, Value } from '../../../src/module/index.ts';
import type { HarborRequests, RobotSettings } from '../harbor/api.ts';
import type { Robot, RobotPermission } from '../harbor/model.ts';
import { differing, type Fields, fieldsDiff } from './fields.ts';
import { recordAt, type SecretPlace, saveHashes } from './hashes.ts';
import { passwordFault } from './passwords.ts';
import { addressOf, requestStep } from './requests.ts';
import type { RobotCurrent, RobotParams } from './robot-params.ts';

/** Works for ever. */
const noEnd = -1;

/** Where the hash of a robot's secret is kept. */
export function placeOfRobot(params: Pick<RobotParams, 'url'>, fullName: string): SecretPlace {
  return { url: addressOf(params), kind: 'robots', name: fullName };
}

/** Why the params make no sense together, whatever Harbor holds; undefined = they do. */
export function robotFault(params: RobotParams): string | undefined {
  const { level, project, permissions = [] } = params;
  if (level === 'project' && project === undefined) return 'level: project needs project';
  if (level === 'system' && project !== undefined) return 'project goes with level: project';
  if (params.duration === 0) return 'duration must be at least one day, or -1 for ever';
  if (level === 'system' && permissions.some(({ namespace }) => namespace === undefined)) {
    return 'each of permissions needs a namespace: a project, `*` or `/`';
  }
  if (level === 'system') return undefined;
  const other = permissions.find(({ namespace }) => namespace !== undefined && namespace !== project);
  return other ? `a robot of project ${project} cannot have rights in ${other.namespace}` : undefined;
}

/** What makes the robot as desired, or why that cannot be. */
export function planRobot(params: RobotParams, current: RobotCurrent, requests: HarborRequests): Plan {
  const { robot, fullName } = current;
  const values = { robot: { id: robot?.id ?? null, name: fullName } };
  const failure = faultOf(params, current);
  if (failure !== undefined) return { steps: [], failure, values };
  if (params.state === 'absent') return { steps: removeSteps(params, current, requests), values };
  if (robot) {
    const steps = [
      ...settingsSteps(params, robot, requests),
      ...secretSteps(params, current, robot, requests),
    ];
    return { steps, values };
  }
  const desired = desiredSettings(params);
  const diff = fieldsDiff(headerOf(params, fullName), undefined, fieldsOf(desired));
  const step = requestStep(`create robot ${fullName}`, requests.createRobot(desired), diff);
  // Harbor makes up a secret; the desired one can only be set afterwards.
  return { steps: [step], replan: true, message: 'its secret is set once it is there', values };
}

function settingsSteps(params: RobotParams, robot: Robot, requests: HarborRequests): RequestStep[] {
  const desired = desiredSettings(params, robot);
  const [now, wanted] = [fieldsOf(robot), fieldsOf(desired)];
  const names = differing(now, wanted);
  if (names.length === 0) return [];
  const diff = fieldsDiff(headerOf(params, robot.fullName), now, wanted);
  const summary = `change ${names.join(', ')} of robot ${robot.fullName}`;
  return [requestStep(summary, requests.updateRobot(robot, desired), diff)];
}

function secretSteps(
  params: RobotParams,
  { secret, hashes }: RobotCurrent,
  robot: Robot,
  requests: HarborRequests,
): (RequestStep | SaveStep)[] {
  if (!secret || params.secret === undefined || secret.recorded === 'same') return [];
  const request = requests.setRobotSecret(robot.id, params.secret);
  const diff = { header: headerOf(params, robot.fullName), before: '', after: 'secret: (new)\n' };
  const record = { id: robot.id, hash: secret.fresh };
  return [
    requestStep(`set the secret of robot ${robot.fullName}`, request, diff),
    saveHashes(hashes, [[placeOfRobot(params, robot.fullName), record]]),
  ];
}

function removeSteps(
  params: RobotParams,
  { robot, hashes }: RobotCurrent,
  requests: HarborRequests,
): (RequestStep | SaveStep)[] {
  if (!robot) return [];
  const diff = fieldsDiff(headerOf(params, robot.fullName), fieldsOf(robot), undefined);
  const step = requestStep(`remove robot ${robot.fullName}`, requests.deleteRobot(robot.id), diff);
  const place = placeOfRobot(params, robot.fullName);
  return recordAt(hashes, place) ? [step, saveHashes(hashes, [[place, undefined]])] : [step];
}

function faultOf(params: RobotParams, current: RobotCurrent): string | undefined {
  const { generation, robot, fullName } = current;
  if (generation === '1.5') {
    return 'Harbor 1.5 has no robot accounts: make a user for it instead (harbor_user)';
  }
  const fault = robotFault(params);
  if (fault !== undefined || params.state === 'absent') return fault;
  if (params.secret !== undefined) {
    const weak = passwordFault('secret', params.secret, generation);
    if (weak !== undefined) return weak;
  }
  if (robot) return undefined;
  const { permissions, secret } = params;
  const missing = Object.entries({ permissions, secret }).filter(([, value]) => value === undefined);
  if (missing.length === 0) return undefined;
  return `robot ${fullName} is not there yet, and to create it ${missing.map(([key]) => key).join(' and ')} must be given`;
}

/** What params say, else what it has, else the defaults of a new one. */
function desiredSettings(params: RobotParams, robot?: Robot): RobotSettings {
  const { name, level, project, permissions } = params;
  return {
    name,
    level,
    description: params.description ?? robot?.description ?? '',
    duration: params.duration ?? robot?.duration ?? noEnd,
    disabled: params.disabled ?? robot?.disabled ?? false,
    permissions:
      permissions?.map(({ namespace, access }) => ({
        namespace: namespace ?? project ?? '',
        access: access.map(toAccess),
      })) ??
      robot?.permissions ??
      [],
  };
}

function toAccess(right: string): { readonly resource: string; readonly action: string } {
  const [resource = '', action = ''] = right.split(':');
  return { resource, action };
}

function fieldsOf(settings: Omit<RobotSettings, 'name' | 'level'>): Fields {
  const { description, duration, disabled, permissions } = settings;
  return { description, duration, disabled, permissions: rightsOf(permissions) };
}

/** Rights by namespace, in order: Harbor keeps none. */
function rightsOf(permissions: readonly RobotPermission[]): Value {
  const namespaces = [...new Set(permissions.map(({ namespace }) => namespace))].sort();
  return Object.fromEntries(
    namespaces.map((namespace) => {
      const own = permissions.filter((permission) => permission.namespace === namespace);
      const rights = own.flatMap(({ access }) =>
        access.map(({ resource, action }) => `${resource}:${action}`),
      );
      return [namespace, [...new Set(rights)].sort()];
    }),
  );
}

function headerOf(params: RobotParams, fullName: string): string {
  return `robot ${fullName} of ${addressOf(params)}`;
}
