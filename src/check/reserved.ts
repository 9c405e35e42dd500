import { keyPositionOf, positionOf } from '../load/index.ts';
import type { Fault } from '../model/errors.ts';
import type { Position } from '../model/position.ts';
import { magicNames } from './magic-names.ts';
import type { TaskSite } from './site.ts';
import { loopNamesOf } from './texts.ts';

/** Names a task gives to something although they have a meaning already. */
export function reservedFaults(site: TaskSite): Fault[] {
  const { keywords, params, module } = site.task;
  const { register, vars = {}, loopControl } = keywords;
  const facts = module === 'set_fact' ? Object.keys(params) : [];
  return [
    ...(register === undefined ? [] : reserved(register, positionOf(keywords, 'register'))),
    ...facts.flatMap((name) => reserved(name, keyPositionOf(params, name))),
    ...Object.keys(vars).flatMap((name) => reserved(name, keyPositionOf(vars, name))),
    ...loopNamesOf(keywords).flatMap((name) => {
      const place =
        loopControl && (positionOf(loopControl, 'loopVar') ?? positionOf(loopControl, 'indexVar'));
      return [...reserved(name, place), ...inUse(name, site, place ?? positionOf(keywords, 'loop'))];
    }),
  ];
}

function reserved(name: string, position: Position | undefined): Fault[] {
  if (!magicNames.has(name)) return [];
  const message = `"${name}" is always set by the engine: another value would never be seen`;
  const fault = { severity: 'error', code: 'reserved-name', message, hint: 'choose another name' } as const;
  return [position ? { ...fault, position } : fault];
}

/** The loop of an include goes around its tasks: one name cannot mean both items. */
function inUse(name: string, site: TaskSite, position: Position | undefined): Fault[] {
  if (!site.loopNames.has(name)) return [];
  const message = `"${name}" is already the item of the loop around this task`;
  const hint = 'give one of the two another name: loop_control: {loop_var: …}';
  return [
    {
      severity: 'warning',
      code: 'loop-variable-in-use',
      message,
      hint,
      position: position ?? site.task.position,
    },
  ];
}
