import type { RobotSettings } from '../api.ts';
import type { Robot } from '../model.ts';
import { type Fields, number, records, text } from '../shapes.ts';

/** A robot account as 2.x says it. */
export function toRobot(robot: Fields): Robot {
  return {
    id: number(robot['id']),
    fullName: text(robot['name']),
    description: text(robot['description']),
    level: robot['level'] === 'project' ? 'project' : 'system',
    duration: number(robot['duration']),
    disabled: robot['disable'] === true,
    expiresAt: number(robot['expires_at']),
    permissions: records(robot['permissions']).map(({ namespace, access }) => ({
      namespace: text(namespace),
      access: records(access).map(({ resource, action }) => ({
        resource: text(resource),
        action: text(action),
      })),
    })),
  };
}

/** The fields of a robot account that can be set, but its name. */
export function fromRobot(robot: RobotSettings): Fields {
  return {
    description: robot.description,
    level: robot.level,
    duration: robot.duration,
    disable: robot.disabled,
    permissions: robot.permissions.map(({ namespace, access }) => ({
      kind: namespace === '/' ? 'system' : 'project',
      namespace,
      access,
    })),
  };
}
