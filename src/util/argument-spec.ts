import { findUnknown, isMap, type Value, type ValueMap } from '../model/value.ts';
import { coerce } from './coerce.ts';
import { type CompiledSchema, compileSchema, type SchemaFault } from './schema.ts';

/** The types that the argument spec of a role may name. */
export const argumentTypes: readonly string[] = [
  ...['str', 'int', 'float', 'bool', 'list', 'dict', 'path', 'raw', 'json', 'bytes', 'bits', 'any'],
];

/** An argument that does not fit its description. */
export interface ArgumentFault {
  /** Its name. */
  readonly name: string;
  readonly message: string;
  readonly hint?: string;
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly Value[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

/**
 * Holds arguments against their description, in the form of a role's meta/argument_specs.yml.
 *
 * @param options what is said of each argument: type, required, choices, elements, options, no_log
 * @param values the arguments by name; what is Unknown, or has an Unknown part, is not judged
 * @returns what is wrong, in words that name no value of an argument marked `no_log`
 */
export function argumentFaults(options: ValueMap, values: ValueMap): ArgumentFault[] {
  const unknown = new Set(Object.keys(values).filter((name) => findUnknown(values[name] ?? null)));
  const schema = objectSchema(options);
  const prepared: Record<string, Value> = {};
  for (const [name, value] of Object.entries(values)) {
    if (!unknown.has(name)) prepared[name] = prepare(value, schema.properties?.[name]);
  }
  return schemaFor(schema)
    .validate(withoutEmpty(prepared, schema))
    .flatMap((fault) => {
      const name = fault.path[0] ?? fault.key ?? '';
      if (unknown.has(name)) return [];
      return [isSecret(options, fault) ? hidden(fault, name) : { ...worded(fault), name }];
    });
}

function worded({ message, hint }: SchemaFault): Omit<ArgumentFault, 'name'> {
  const words = message.replace(/^unknown parameter/, 'unknown argument');
  return hint === undefined ? { message: words } : { message: words, hint };
}

function hidden({ path, code }: SchemaFault, name: string): ArgumentFault {
  const what = code === 'wrong-type' ? 'is not of the type it should have' : 'is not one of its choices';
  return { name, message: `"${path.join('.')}" ${what} (its value is not shown: no_log)` };
}

/** A required argument that is missing shows nothing. */
function isSecret(options: ValueMap, { path, code }: SchemaFault): boolean {
  let inner: Value | undefined = options;
  for (const key of code === 'missing-param' ? [] : path) {
    const option: Value | undefined = isMap(inner) ? inner[key] : undefined;
    if (!isMap(option)) continue;
    if (option['no_log'] === true) return true;
    inner = option['options'];
  }
  return false;
}

function objectSchema(options: ValueMap): Schema {
  const entries = Object.entries(options).filter((entry): entry is [string, ValueMap] => isMap(entry[1]));
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, option]) => [name, schemaOf(option)])),
    required: entries.filter(([, option]) => option['required'] === true).map(([name]) => name),
    additionalProperties: false,
  };
}

const jsonTypes: Readonly<Record<string, string | readonly string[]>> = {
  ...{ str: 'string', path: 'string', int: 'integer', float: 'number', bool: 'boolean', dict: 'object' },
  ...{ bytes: ['string', 'integer'], bits: ['string', 'integer'] },
};

function schemaOf(option: ValueMap): Schema {
  const type = String(option['type'] ?? 'str');
  const choices = Array.isArray(option['choices']) ? { enum: option['choices'] as readonly Value[] } : {};
  const inner = isMap(option['options']) ? objectSchema(option['options']) : undefined;
  if (type === 'list') {
    const elements = option['elements'] === undefined ? {} : typed(String(option['elements']), inner);
    return { type: 'array', items: { ...elements, ...choices } };
  }
  return { ...typed(type, inner), ...choices };
}

function typed(type: string, inner: Schema | undefined): Schema {
  if (type === 'dict' && inner) return inner;
  const found = jsonTypes[type];
  return found === undefined ? {} : { type: found };
}

/** Text becomes what its description wants where that is beyond doubt, at any depth. */
function prepare(value: Value, schema: Schema | undefined): Value {
  if (isMap(value)) {
    const items = Object.entries(value).map(([key, item]) => [key, prepare(item, schema?.properties?.[key])]);
    return withoutEmpty(Object.fromEntries(items), schema);
  }
  const coerced = coerce(value, schema);
  if (!Array.isArray(coerced)) return coerced;
  return coerced.map((item: Value) => prepare(item, schema?.items));
}

/** null stands for an argument that was not given. */
function withoutEmpty(values: ValueMap, schema: Schema | undefined): ValueMap {
  const kept = Object.entries(values).filter(([key, value]) => value !== null || !schema?.properties?.[key]);
  return Object.fromEntries(kept);
}

const compiled = new Map<string, CompiledSchema>();

function schemaFor(schema: Schema): CompiledSchema {
  const key = JSON.stringify(schema);
  const known = compiled.get(key) ?? compileSchema(schema);
  compiled.set(key, known);
  return known;
}
