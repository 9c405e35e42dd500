import { keyPositionOf } from '../load/index.ts';
import { type Fault, TemplateError } from '../model/errors.ts';
import { isMap, Unknown, type Value, type ValueMap } from '../model/value.ts';
import { isTemplate, render, type Scope } from '../template/index.ts';
import { type ArgumentFault, argumentFaults } from '../util/argument-spec.ts';
import type { Viewpoint } from './known.ts';
import type { TaskSite } from './site.ts';
import { type StaticValues, staticScope } from './static-scope.ts';

/**
 * Variables that do not fit the argument spec of a role, as far as they are written down; what only the
 * run can tell is left to the task that checks them then.
 *
 * @param from with the hosts that the role is for
 */
export function roleArgumentFaults(site: TaskSite, from: Viewpoint, values: StaticValues): Fault[] {
  const { module, params } = site.task;
  const { argument_spec: spec, provided_arguments: given, validate_args_context: about } = params;
  if (module !== 'validate_argument_spec' || !isMap(spec) || !isMap(given)) return [];
  const role = isMap(about) && about['type'] === 'role' ? `role ${String(about['name'])}` : module;
  const faults = new Map<string, Fault>();
  for (const host of from.hosts) {
    const scope = staticScope(host, from, values);
    for (const found of argumentFaults(spec, renderedArguments(given, scope))) {
      const fault = faultOf(found, host, site, from, values);
      const key = JSON.stringify([found.message, fault.position]);
      if (!faults.has(key)) faults.set(key, { ...fault, message: `${role}: ${fault.message}` });
    }
  }
  return [...faults.values()];
}

function renderedArguments(given: ValueMap, scope: Scope): ValueMap {
  const rendered: Record<string, Value> = {};
  for (const name of Object.keys(given)) Object.assign(rendered, renderedArgument(name, given, scope));
  return rendered;
}

/** One that is left out stays away; one that cannot be rendered is told of elsewhere. */
function renderedArgument(name: string, given: ValueMap, scope: Scope): ValueMap {
  try {
    const rendered = render({ [name]: given[name] ?? null }, scope);
    return isMap(rendered) ? rendered : {};
  } catch (error) {
    if (error instanceof TemplateError) return { [name]: new Unknown(error.message) };
    throw error;
  }
}

function faultOf(
  { name, message, hint }: ArgumentFault,
  host: string,
  { task, play, hosts }: TaskSite,
  from: Viewpoint,
  { known }: StaticValues,
): Fault {
  const knowledge = known.lookUp(name, { ...from, hosts: [host] }, []);
  const [written] = 'values' in knowledge ? knowledge.values : [];
  const value = written?.container[written.key];
  const isLiteral = typeof value !== 'string' || !isTemplate(value);
  const place = written && isLiteral ? keyPositionOf(written.container, written.key) : undefined;
  const spec = task.params['argument_spec'];
  const described = isMap(spec) ? keyPositionOf(spec, name) : undefined;
  const where = described && `described in ${described.file}:${described.line}`;
  const way = hint ?? where;
  const shown = hosts.length > 1 || play.hosts !== host ? `${message} (on ${host})` : message;
  return {
    severity: 'error',
    code: 'role-argument',
    message: shown,
    position: place ?? task.position,
    ...(way === undefined ? {} : { hint: way }),
  };
}
