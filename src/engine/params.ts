import { ParamsError, TemplateError } from '../model/errors.ts';
import { isMap, isUnknown, type Value, type ValueMap } from '../model/value.ts';
import type { Module } from '../module/index.ts';
import { evaluate, evaluateCondition, render, type Scope } from '../template/index.ts';
import { coerce } from '../util/coerce.ts';
import type { Redactor } from '../util/redact.ts';
import { type CompiledSchema, compileSchema } from '../util/schema.ts';
import type { CompiledTask } from './compile.ts';
import { everyLevel } from './compile.ts';

interface Property {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly writeOnly?: boolean;
  readonly items?: Property;
  readonly properties?: Readonly<Record<string, Property>>;
}

/**
 * The params of a module call: `module_defaults`, then the task's own, rendered; conditions and
 * expressions evaluated. Not checked yet: see `checkParams`.
 */
export function renderParams(task: CompiledTask, module: Module, scope: Scope): ValueMap {
  const written: Record<string, Value> = {};
  for (const defaults of everyLevel(task.chain, 'moduleDefaults')) {
    for (const name of [module.name, ...(module.aliases ?? [])]) {
      const own = defaults[name];
      if (isMap(own)) Object.assign(written, own);
    }
  }
  Object.assign(written, task.task.params);
  const properties = propertiesOf(module);
  const special = traitsOf(module).evaluated.filter((key) => written[key] !== undefined);
  const expressions = special.map((key): [string, Value] => [key, written[key] ?? null]);
  for (const key of special) delete written[key];
  const rendered = render(written, scope);
  if (!isMap(rendered)) throw new ParamsError('the names of params must be known before the run');
  if (special.length === 0) return rendered;
  const evaluated = expressions.map(([key, value]) => [key, evaluateParam(value, properties[key], scope)]);
  return { ...rendered, ...Object.fromEntries(evaluated) };
}

/**
 * Gives params their types and defaults, and checks them against the module's schema.
 *
 * @returns a new mapping
 * @throws ParamsError with every fault
 */
export function checkParams(module: Module, params: ValueMap): ValueMap {
  const properties = propertiesOf(module);
  const prepared: Record<string, Value> = {};
  for (const [key, value] of Object.entries(params)) {
    prepared[key] = copy(coerce(value, properties[key]));
  }
  const faults = schemaOf(module)
    .validate(prepared)
    .filter((fault) => !reachesUnknown(prepared, fault.path));
  if (faults.length === 0) return prepared;
  const lines = faults.map((fault) => (fault.hint ? `${fault.message} (${fault.hint})` : fault.message));
  throw new ParamsError(`params of ${module.name}: ${lines.join('; ')}`);
}

/** What is not known yet has no type yet. */
function reachesUnknown(params: ValueMap, path: readonly string[]): boolean {
  let value: Value | undefined = params;
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)];
    else value = isMap(value) ? value[key] : undefined;
    if (isUnknown(value)) return true;
  }
  return false;
}

/** Registers the values of params marked `writeOnly` as secrets. */
export function registerSecrets(module: Module, params: ValueMap, redactor: Redactor): void {
  if (!traitsOf(module).hasSecrets) return;
  collectSecrets({ properties: propertiesOf(module) }, params, redactor, false);
}

function collectSecrets(
  property: Property | undefined,
  value: Value,
  redactor: Redactor,
  secret: boolean,
): void {
  const hidden = secret || property?.writeOnly === true;
  if (typeof value === 'string') {
    if (hidden) redactor.add(value);
    return;
  }
  if (Array.isArray(value)) {
    for (const item of value) collectSecrets(property?.items, item, redactor, hidden);
    return;
  }
  if (!isMap(value)) return;
  for (const [key, item] of Object.entries(value)) {
    collectSecrets(property?.properties?.[key], item, redactor, hidden);
  }
}

const schemas = new WeakMap<Module, CompiledSchema>();

function schemaOf(module: Module): CompiledSchema {
  const known = schemas.get(module) ?? compileSchema(module.paramsSchema);
  schemas.set(module, known);
  return known;
}

/** What the schema of a module's params says once for all calls. */
interface Traits {
  /** Names of those that are conditions or expressions. */
  readonly evaluated: readonly string[];
  /** One of them, or a part of one, is never shown. */
  readonly hasSecrets: boolean;
}

const traits = new WeakMap<Module, Traits>();

function traitsOf(module: Module): Traits {
  const known = traits.get(module);
  if (known) return known;
  const properties = propertiesOf(module);
  const found = {
    evaluated: Object.keys(properties).filter((name) => isEvaluated(properties[name])),
    hasSecrets: holdsSecret({ properties }),
  };
  traits.set(module, found);
  return found;
}

function holdsSecret({ writeOnly, items, properties }: Property): boolean {
  if (writeOnly === true || (items && holdsSecret(items))) return true;
  return Object.values(properties ?? {}).some(holdsSecret);
}

function propertiesOf(module: Module): Readonly<Record<string, Property>> {
  return (module.paramsSchema.properties ?? {}) as Readonly<Record<string, Property>>;
}

function isEvaluated(property: Property | undefined): boolean {
  return property?.format === 'condition' || property?.format === 'expression';
}

function evaluateParam(value: Value, property: Property | undefined, scope: Scope): Value {
  if (Array.isArray(value)) return value.map((item: Value) => evaluateParam(item, property, scope));
  if (typeof value !== 'string' && typeof value !== 'boolean') return value;
  const expression = String(value);
  if (property?.format === 'condition') return { expression, value: evaluateCondition(value, scope) };
  return { expression, value: valueOrAbsent(expression, scope) };
}

/** `debug: var=x` names what is missing instead of failing, as people use it to look around. */
function valueOrAbsent(expression: string, scope: Scope): Value {
  try {
    return evaluate(expression, scope);
  } catch (error) {
    if (error instanceof TemplateError && error.message.includes('is not defined')) {
      return 'VARIABLE IS NOT DEFINED!';
    }
    throw error;
  }
}

/** A copy that validation may fill with defaults, the data it came from staying as it is. */
function copy(value: Value): Value {
  if (Array.isArray(value)) return value.map(copy);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)]));
}
