import { createHash } from 'node:crypto';
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { compiledSchema } from './compiled-schemas.ts';
import { suggest } from './suggest.ts';

export type { ValidateFunction };

/** One thing in a value that its schema does not allow. */
export interface SchemaFault {
  /** Keys from the root to the value (or to the mapping that holds a wrong key). */
  readonly path: readonly string[];
  /** The offending key where the key itself is wrong or missing. */
  readonly key?: string;
  readonly code: 'unknown-param' | 'missing-param' | 'wrong-type' | 'wrong-value';
  readonly message: string;
  readonly hint?: string;
}

export interface CompiledSchema {
  /**
   * @param value checked, and given the schema's defaults in place
   * @returns every fault; empty = valid
   */
  validate(value: unknown): SchemaFault[];
}

/** Schemas belong to the program: that they are schemas is checked by the tests, not at every start. */
const unchecked: Options = { meta: false, validateSchema: false };
const compiled = new WeakMap<object, CompiledSchema>();
let ajv: Ajv | undefined;

/**
 * Compiles a JSON Schema in ajv's strict mode, once; the built program has the code of its modules' schemas already.
 *
 * @throws Error on a keyword, format or type that does not exist
 */
export function compileSchema(schema: object): CompiledSchema {
  const known = compiled.get(schema);
  if (known) return known;
  const check = compiledSchema(schemaKey(schema)) ?? compileNow(schema);
  const made: CompiledSchema = { validate: (value) => (check(value) ? [] : faultsOf(check)) };
  compiled.set(schema, made);
  return made;
}

/** The same text for schemas of the same content. */
export function schemaKey(schema: object): string {
  return createHash('sha256').update(JSON.stringify(schema)).digest('hex').slice(0, 16);
}

/** An ajv whose validators give code (`ajv/dist/standalone`), for the build. */
export function createSourceAjv(): Ajv {
  return createAjv({ ...unchecked, code: { source: true } });
}

/** @throws Error where a schema is not one of JSON Schema's draft 7 */
export function assertSchema(schema: object): void {
  createAjv({ validateSchema: true }).compile(schema);
}

function compileNow(schema: object): ValidateFunction {
  // Each validator is used a few times only: making it shorter takes longer than running it as it is.
  ajv ??= createAjv({ ...unchecked, code: { optimize: false } });
  return ajv.compile(schema);
}

function createAjv(options: Options): Ajv {
  const instance = new Ajv({
    ...options,
    strict: true,
    allErrors: true,
    useDefaults: true,
    verbose: true,
    allowUnionTypes: true,
  });
  for (const format of ['local-file', 'local-template', 'local-command', 'path', 'expression', 'condition'])
    instance.addFormat(format, true);
  return instance;
}

function faultsOf(check: ValidateFunction): SchemaFault[] {
  const all = check.errors ?? [];
  const errors = all.filter((error) => !['anyOf', 'oneOf', 'if'].includes(error.keyword));
  const faults = (errors.length > 0 ? errors : all)
    .filter((error) => error.keyword !== 'type' || !all.some((other) => saysMore(other, error)))
    .map(toFault);
  return faults.filter((fault, index) => faults.findIndex((other) => sameFault(other, fault)) === index);
}

/** What is not even of the right type is not one of the allowed values either: those are worth telling. */
function saysMore(other: ErrorObject, typeError: ErrorObject): boolean {
  return (
    other.keyword === 'enum' &&
    other.instancePath === typeError.instancePath &&
    other.parentSchema === typeError.parentSchema
  );
}

function sameFault(a: SchemaFault, b: SchemaFault): boolean {
  return a.message === b.message && a.path.join('/') === b.path.join('/');
}

function toFault(error: ErrorObject): SchemaFault {
  const path = error.instancePath.split('/').slice(1).map(unescapePointer);
  const name = path.length > 0 ? `"${path.join('.')}"` : 'the value';
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(error, path);
    case 'required': {
      const key = String(error.params['missingProperty']);
      return { path, key, code: 'missing-param', message: `"${[...path, key].join('.')}" is required` };
    }
    case 'type':
      return {
        path,
        code: 'wrong-type',
        message: `${name} must be ${typeNames(error.params['type'])}, not ${typeOf(error.data)}`,
      };
    case 'enum':
      return wrongChoice(error, path, name);
    case 'pattern':
      return wrongForm(error, path, name);
    default:
      return { path, code: 'wrong-value', message: `${name} ${error.message ?? 'is not valid'}` };
  }
}

function unknownKey(error: ErrorObject, path: readonly string[]): SchemaFault {
  const key = String(error.params['additionalProperty']);
  const known = Object.keys((error.parentSchema?.['properties'] ?? {}) as object);
  const nearest = suggest(key, known);
  const hint = nearest ? `did you mean "${nearest}"?` : `allowed: ${known.sort().join(', ')}`;
  return {
    path,
    key,
    code: 'unknown-param',
    message: `unknown parameter "${[...path, key].join('.')}"`,
    hint,
  };
}

function wrongChoice(error: ErrorObject, path: readonly string[], name: string): SchemaFault {
  const allowed = error.params['allowedValues'] as readonly unknown[];
  const nearest = suggest(String(error.data), allowed.map(String));
  const hint = nearest ? `did you mean "${nearest}"?` : undefined;
  const message = `${name} must be one of ${allowed.map(String).join(', ')}, not ${JSON.stringify(error.data)}`;
  return hint ? { path, code: 'wrong-value', message, hint } : { path, code: 'wrong-value', message };
}

/** People read what the value may be, not the regular expression that tests it. */
function wrongForm(error: ErrorObject, path: readonly string[], name: string): SchemaFault {
  const description: unknown = error.parentSchema?.['description'];
  if (typeof description !== 'string') {
    return { path, code: 'wrong-value', message: `${name} ${error.message ?? 'is not valid'}` };
  }
  return { path, code: 'wrong-value', message: `${name} is not written as it must be`, hint: description };
}

function typeNames(type: unknown): string {
  return [type]
    .flat()
    .map((name) => withArticle(String(name)))
    .join(' or ');
}

function withArticle(type: string): string {
  const words: Record<string, string> = { object: 'a mapping', array: 'a list', integer: 'a whole number' };
  return words[type] ?? (type === 'null' ? 'null' : `a ${type}`);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return `${withArticle(typeof value)} (${JSON.stringify(value)})`;
}

function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
