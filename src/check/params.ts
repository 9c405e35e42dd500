import { keyPositionOf, positionOf, startOf } from '../load/index.ts';
import { type Fault, ParamsError } from '../model/errors.ts';
import type { Position } from '../model/position.ts';
import { findUnknown, isMap, type Value, type ValueMap } from '../model/value.ts';
import type { Module } from '../module/index.ts';
import { isTemplate } from '../template/index.ts';
import { type CoercibleSchema, coerce } from '../util/coerce.ts';
import { type CompiledSchema, compileSchema, type SchemaFault } from '../util/schema.ts';
import { chainOf, type TaskSite } from './site.ts';

type Properties = Readonly<Record<string, CoercibleSchema & { readonly format?: string }>>;

/**
 * Params that do not fit their module: unknown, missing, or of the wrong kind. Values that hold
 * templates are not judged here.
 */
export function paramFaults(site: TaskSite, module: Module): Fault[] {
  const { params } = site.task;
  if (Object.keys(params).some(isTemplate)) return [];
  const written = { ...defaultsOf(site, module), ...params };
  return schemaFaults(site, module, params)
    .filter((fault) => !hangsOnTemplate(written, fault))
    .map((fault) => toFault(fault, site, module));
}

/**
 * The same for params that hold templates, once they are rendered.
 *
 * @param unknown names of params whose values are not known
 */
export function valueFaults(
  site: TaskSite,
  module: Module,
  rendered: ValueMap,
  unknown: ReadonlySet<string>,
): Fault[] {
  const { params } = site.task;
  if (Object.keys(params).some(isTemplate)) return [];
  const isOmitted = (key: string | undefined) =>
    key !== undefined && Object.hasOwn(params, key) && !Object.hasOwn(rendered, key);
  const isJudged = ({ path, key, code }: SchemaFault) =>
    path[0] === undefined ? code === 'missing-param' && isOmitted(key) : !unknown.has(path[0]);
  const { prepared, faults } = validated(site, module, rendered);
  if (faults.length === 0 && unknown.size === 0) return togetherFaults(site, module, prepared);
  return faults
    .filter((fault) => isJudged(fault) && (hangsOnTemplate(params, fault) || fault.path.length === 0))
    .map((fault) => toFault(fault, site, module));
}

function schemaFaults(site: TaskSite, module: Module, params: ValueMap): SchemaFault[] {
  return validated(site, module, params).faults;
}

/** The params with their defaults, as the module gets them, and what is wrong with them. */
function validated(site: TaskSite, module: Module, params: ValueMap) {
  const properties = module.paramsSchema.properties as Properties;
  const prepared: ValueMap = Object.fromEntries(
    Object.entries({ ...defaultsOf(site, module), ...params }).map(([key, value]) => [
      key,
      prepare(value, properties[key]),
    ]),
  );
  return { prepared, faults: schemaOf(module).validate(prepared) };
}

/** Params that fit their schema one by one, but that the module cannot use as they are together. */
function togetherFaults(site: TaskSite, module: Module, params: ValueMap): Fault[] {
  // The registry erases the type of params; these have passed the schema it comes from.
  const { checkParams } = module as unknown as { checkParams?: (params: ValueMap) => void };
  // `module_defaults` with templates are rendered by the run.
  if (findUnknown(params) || Object.values(defaultsOf(site, module)).some(holdsTemplate)) return [];
  try {
    checkParams?.(params);
    return [];
  } catch (error) {
    if (!(error instanceof ParamsError)) throw error;
    const { message, hint } = error;
    const fault: SchemaFault = {
      path: [],
      code: 'wrong-value',
      message,
      ...(hint === undefined ? {} : { hint }),
    };
    return [toFault(fault, site, module)];
  }
}

function holdsTemplate(value: Value): boolean {
  return JSON.stringify(value).includes('{{');
}

/** `module_defaults` of all levels for this module. */
function defaultsOf(site: TaskSite, module: Module): ValueMap {
  const names = [module.name, ...(module.aliases ?? [])];
  const own = chainOf(site).flatMap((keywords) =>
    names.map((name) => keywords.moduleDefaults?.[name] ?? null),
  );
  return Object.assign({}, ...own.filter(isMap));
}

/** A copy for validation, which fills in defaults; templates stay as text. */
function prepare(value: Value, schema: (CoercibleSchema & { readonly format?: string }) | undefined): Value {
  const coerced = typeof value === 'string' && isTemplate(value) ? value : coerce(value, schema);
  return copy(coerced);
}

function copy(value: Value): Value {
  if (Array.isArray(value)) return value.map(copy);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)]));
}

/** True where the value a fault is about, or one it lies in, is only known after rendering. */
function hangsOnTemplate(params: ValueMap, fault: SchemaFault): boolean {
  let current: Value | undefined = params;
  for (const key of fault.path) {
    current = childOf(current, key);
    if (typeof current === 'string') return isTemplate(current);
  }
  // A mapping with a templated key may have any key.
  return fault.key !== undefined && isMap(current) && Object.keys(current).some(isTemplate);
}

function childOf(value: Value | undefined, key: string): Value | undefined {
  if (Array.isArray(value)) return value[Number(key)];
  return isMap(value) ? value[key] : undefined;
}

function toFault(fault: SchemaFault, site: TaskSite, module: Module): Fault {
  const position = placeOf(fault, site.task.params) ?? site.task.position;
  return {
    severity: 'error',
    code: fault.code,
    message: `${module.name}: ${fault.message}`,
    position,
    ...(fault.hint === undefined ? {} : { hint: fault.hint }),
  };
}

/** The key where it is unknown, else the value; the nearest thing around it that has a place. */
function placeOf(fault: SchemaFault, params: ValueMap): Position | undefined {
  let container: Value = params;
  let position = startOf(params);
  for (const key of fault.path) {
    if (!isMap(container) && !Array.isArray(container)) break;
    position = positionOf(container, key) ?? position;
    container = childOf(container, key) ?? null;
  }
  if (fault.code === 'missing-param' && fault.path.length === 0) return undefined;
  if (fault.key === undefined || !isMap(container)) return position;
  return keyPositionOf(container, fault.key) ?? position;
}

const schemas = new WeakMap<Module, CompiledSchema>();

function schemaOf(module: Module): CompiledSchema {
  const known = schemas.get(module) ?? compileSchema(module.paramsSchema);
  schemas.set(module, known);
  return known;
}
