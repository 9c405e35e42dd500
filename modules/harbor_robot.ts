import { defineModule, type HostAccess, ParamsError } from '../src/module/index.ts';
import type { HarborReads } from './lib/harbor/api.ts';
import { HarborError } from './lib/harbor/error.ts';
import { openHarbor } from './lib/harbor/open.ts';
import { harborRequests } from './lib/harbor/requests.ts';
import { readHashes, secretState } from './lib/harbor-objects/hashes.ts';
import { type RobotCurrent, type RobotParams, robotParams } from './lib/harbor-objects/robot-params.ts';
import { placeOfRobot, planRobot, robotFault } from './lib/harbor-objects/robot-plan.ts';

export const harborRobot = defineModule({
  name: 'harbor_robot',
  summary: 'Have a robot account in a Harbor 2.x, with a secret of your own choice.',
  notes: [
    'Harbor makes up the secret of a new robot; the module sets the one given, so that the same robot can log in to several Harbors. Harbor 1.5 has no robots.',
    'A salted hash of the secret set (scrypt) is kept on the control node, in a file of the host beside the inventory, and tells whether `secret` changed. Where there is no record of the robot, the secret is set again.',
    'Where permissions are given, the robot gets exactly those. Its level cannot change: a robot of a project has another name.',
  ],
  kind: 'state',
  scope: 'outside',
  volatile: true,
  params: robotParams,
  examples: `- name: Robot of the build servers, the same on both
  harbor_robot:
    url: "{{ harbor_url }}"
    password: "{{ harbor_admin_password }}"
    name: ci
    secret: "{{ ci_secret }}"
    permissions:
      - namespace: example
        access: ['repository:pull', 'repository:push']`,
  returns: { robot: 'its whole name, and its id or null where it is not there yet' },
  read: readRobot,
  plan: (params, current) => planRobot(params, current, harborRequests(current.generation, params)),
});

async function readRobot(host: HostAccess, params: RobotParams): Promise<RobotCurrent> {
  const fault = robotFault(params);
  if (fault !== undefined) throw new ParamsError(fault);
  const hashes = await readHashes(host, params.hashes_file);
  const harbor = await openHarbor(host, params);
  const { generation } = harbor;
  if (generation === '1.5') {
    return { generation, fullName: params.name, robot: undefined, hashes, secret: undefined };
  }
  const owner = params.project === undefined ? '' : `${params.project}+`;
  const fullName = `${await prefixOf(harbor)}${owner}${params.name}`;
  const project = params.project === undefined ? 'system' : await harbor.project(params.project);
  const robots = project === undefined ? [] : await harbor.robots(project);
  const robot = robots.find((other) => other.fullName === fullName);
  const secret =
    robot && params.secret !== undefined && params.state === 'present'
      ? await secretState(hashes, placeOfRobot(params, fullName), params.secret, robot.id)
      : undefined;
  return { generation, fullName, robot, hashes, secret };
}

/** What stands before each robot's name; who may not read the configuration gets Harbor's default. */
async function prefixOf(harbor: HarborReads): Promise<string> {
  try {
    return String((await harbor.configuration())['robot_name_prefix']?.value ?? 'robot$');
  } catch (error) {
    if (error instanceof HarborError && error.status === 403) return 'robot$';
    throw error;
  }
}
