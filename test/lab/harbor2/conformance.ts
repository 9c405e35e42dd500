// Holds every exchange with a Harbor 2 against Harbor's own description of its API, where that is at hand.

import { existsSync, readFileSync } from 'node:fs';
import { type CompiledSchema, compileSchema } from '../../../src/util/schema.ts';
import { parseYaml } from '../../../src/util/yaml.ts';
import { deviations } from './deviations.ts';
import { isObject } from './server/body.ts';
import type { Exchange, WebReply, WebRequest } from './server/http.ts';

const file = new URL('../../../../shared/reference/harbor-files/swagger-2.15.2.yaml', import.meta.url);

/** Whether the description is at hand. Tests that need it are skipped, and say so, where it is not. */
export const hasDescription = existsSync(file);

/**
 * What is wrong with an exchange: the request, unless it was refused, and the answer. Empty = nothing.
 *
 * A request that was refused may be wrong on purpose; one that was accepted may not. What is outside /api/v2.0 (the
 * registry, the token service) is not described and never wrong.
 *
 * @throws Error where the description is not at hand
 */
export function checkAgainstSwagger({ request, reply }: Exchange): string[] {
  if (!request.path.startsWith(`${BASE}/`)) return [];
  const name = `${request.method} ${request.target} → ${reply.status}`;
  const found = operationFor(request);
  if (found === undefined) {
    const honest = reply.status === 404 || reply.status === 405;
    return honest ? [] : [`${name}: the description has no such operation`];
  }
  const faults = [
    ...(reply.status < 400 ? requestFaults(found, request) : []),
    ...replyFaults(found.operation, request.method, reply),
  ];
  return faults.map((fault) => `${name}: ${fault}`);
}

/** Collects what is wrong, and which operations were seen, over many exchanges. */
export class Conformance {
  readonly faults: string[] = [];
  /** `GET /projects/{project_name_or_id}` and so on. */
  readonly operations = new Set<string>();

  /** The hook for `startHarbor2`. Without the description nothing is checked. */
  readonly onExchange = (exchange: Exchange): void => {
    if (!hasDescription) return;
    this.faults.push(...checkAgainstSwagger(exchange));
    const found = operationFor(exchange.request);
    if (found !== undefined) this.operations.add(found.operation.name);
  };
}

type Json = Readonly<Record<string, unknown>>;

interface Operation {
  /** Method and path as in the description. */
  readonly name: string;
  readonly pattern: RegExp;
  readonly parameters: readonly Json[];
  readonly responses: Json;
}

interface Found {
  readonly operation: Operation;
  readonly values: Readonly<Record<string, string>>;
}

const BASE = '/api/v2.0';
let root: Json | undefined;
let operations: readonly Operation[] | undefined;
const compiled = new Map<object, CompiledSchema>();

function description(): Json {
  root ??= object(parseYaml(readFileSync(file, 'utf8'), { file: file.pathname }).value);
  return root;
}

function operationFor(request: WebRequest): Found | undefined {
  operations ??= readOperations();
  const path = request.path.slice(BASE.length);
  for (const operation of operations) {
    if (!operation.name.startsWith(`${request.method} `)) continue;
    const values = operation.pattern.exec(path);
    if (values !== null) return { operation, values: { ...values.groups } };
  }
  return undefined;
}

function readOperations(): Operation[] {
  const all = Object.entries(object(description()['paths'])).flatMap(([path, methods]) =>
    Object.entries(object(methods)).map(([method, details]) => ({
      name: `${method.toUpperCase()} ${path}`,
      pattern: new RegExp(`^${path.replace(/\/$/, '').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/?$`),
      parameters: list(object(details)['parameters']).map((one) => resolved(object(one))),
      responses: object(object(details)['responses']),
    })),
  );
  // `/users/current` before `/users/{user_id}`.
  return all.sort((a, b) => a.name.split('{').length - b.name.split('{').length);
}

function requestFaults({ operation, values }: Found, request: WebRequest): string[] {
  const place = (kind: string): readonly Json[] => operation.parameters.filter((one) => one['in'] === kind);
  const named = (kind: string, name: string): Json | undefined =>
    place(kind).find((one) => String(one['name']).toLowerCase() === name.toLowerCase());
  const query = [...request.query].flatMap(([name, value]) => {
    const parameter = named('query', name);
    return parameter === undefined ? [`no query parameter ${name}`] : valueFaults(name, value, parameter);
  });
  const path = Object.entries(values).flatMap(([name, value]) =>
    valueFaults(name, decodeURIComponent(value), named('path', name) ?? {}),
  );
  const headers = place('header').flatMap((parameter) => {
    const value = request.headers[String(parameter['name']).toLowerCase()];
    return value === undefined ? [] : valueFaults(String(parameter['name']), value, parameter);
  });
  const missing = place('query')
    .filter((one) => one['required'] === true && !request.query.has(String(one['name'])))
    .map((one) => `no query parameter ${one['name']}, which is required`);
  return [...query, ...missing, ...path, ...headers, ...bodyFaults(place('body')[0], request)];
}

function bodyFaults(parameter: Json | undefined, request: WebRequest): string[] {
  if (parameter === undefined) return request.body.length === 0 ? [] : ['a body where none belongs'];
  if (request.body.length === 0) return parameter['required'] === true ? ['no body, which is required'] : [];
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? ''))
    return ['a body that is not said to be JSON'];
  return jsonFaults('request', object(parameter['schema']), request.body);
}

function replyFaults({ name, responses }: Operation, method: string, reply: WebReply): string[] {
  const { status } = reply;
  const known = responses[String(status)];
  if (known === undefined && !deviations(name).includes(status)) return [`status ${status} is not described`];
  const response = resolved(object(known));
  if (method === 'HEAD') return [];
  if (status >= 400) return jsonFaults('answer', { $ref: '#/definitions/Errors' }, reply.body);
  return [...headerFaults(response, reply), ...answerFaults(response, reply)];
}

function headerFaults(response: Json, reply: WebReply): string[] {
  const described = object(response['headers']);
  return ['X-Total-Count', 'Location'].flatMap((header) => {
    if (described[header] === undefined) return [];
    const value = reply.headers[header.toLowerCase()];
    if (value === undefined) return [`no header ${header}`];
    return valueFaults(header, value, object(described[header]));
  });
}

function answerFaults(response: Json, reply: WebReply): string[] {
  const schema = response['schema'];
  if (schema === undefined) return reply.body.length === 0 ? [] : ['a body where none is described'];
  const type = reply.headers['content-type'] ?? '';
  if (object(schema)['type'] === 'string') return type.startsWith('text/plain') ? [] : [`type ${type}`];
  if (!type.startsWith('application/json')) return [`type ${type}`];
  return jsonFaults('answer', object(schema), reply.body);
}

function jsonFaults(what: string, schema: Json, body: Buffer): string[] {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return [`${what} is no JSON: ${body.toString('utf8').slice(0, 80)}`];
  }
  const isAnswer = what === 'answer';
  return compiledFor(schema, isAnswer)
    .validate(value)
    .map((fault) => `${what}: ${fault.path.join('.')}: ${fault.message}`);
}

function compiledFor(schema: Json, isAnswer: boolean): CompiledSchema {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const needed: Record<string, unknown> = {};
  const whole = converted(schema, isAnswer, needed);
  const made = compileSchema({ ...whole, definitions: needed });
  compiled.set(schema, made);
  return made;
}

/**
 * A schema of Swagger 2 as JSON Schema. Objects take no keys but the named ones: a misspelt one would pass otherwise.
 * In answers a list may be null, which is how Go writes one that nothing was ever put into.
 *
 * @param needed gets the definitions that it refers to
 */
function converted(schema: Json, isAnswer: boolean, needed: Record<string, unknown>): Json {
  const reference = /^#\/definitions\/(\w+)$/.exec(String(schema['$ref'] ?? ''))?.[1];
  if (reference !== undefined) {
    if (needed[reference] === undefined) {
      // First its name: definitions may refer to themselves.
      needed[reference] = {};
      const definition = object(object(description()['definitions'])[reference]);
      needed[reference] = converted(definition, isAnswer, needed);
    }
    return { $ref: `#/definitions/${reference}` };
  }
  const { type, format, required } = schema;
  const nullable = schema['x-nullable'] === true || (type === 'array' && isAnswer);
  const limits = ['enum', 'pattern', 'maxLength', 'minLength', 'maximum', 'minimum'].flatMap((key) =>
    schema[key] === undefined ? [] : [[key, schema[key]]],
  );
  return {
    ...(type === undefined ? {} : { type: nullable ? [type, 'null'] : type }),
    ...Object.fromEntries(limits),
    ...(format === 'date-time' ? { pattern: DATE_TIME } : {}),
    ...(Array.isArray(required) ? { required } : {}),
    ...(schema['items'] === undefined ? {} : { items: converted(object(schema['items']), isAnswer, needed) }),
    ...objectPart(schema, isAnswer, needed),
  };
}

const DATE_TIME = '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$';

function objectPart(schema: Json, isAnswer: boolean, needed: Record<string, unknown>): Json {
  const { properties, additionalProperties } = schema;
  const inner = Object.entries(object(properties)).map(([name, one]) => [
    name,
    converted(object(one), isAnswer, needed),
  ]);
  const rest = isObject(additionalProperties)
    ? { additionalProperties: converted(additionalProperties, isAnswer, needed) }
    : properties === undefined
      ? {}
      : { additionalProperties: false };
  return { ...(properties === undefined ? {} : { properties: Object.fromEntries(inner) }), ...rest };
}

function valueFaults(name: string, value: string, parameter: Json): string[] {
  const { type, maximum, enum: words } = parameter;
  if (type === 'integer' && !/^-?\d+$/.test(value)) return [`${name} is no integer: ${value}`];
  if (type === 'boolean' && !/^(true|false)$/.test(value)) return [`${name} is no boolean: ${value}`];
  if (typeof maximum === 'number' && Number(value) > maximum) return [`${name} is over ${maximum}: ${value}`];
  if (Array.isArray(words) && !words.includes(value))
    return [`${name} is none of ${words.join(', ')}: ${value}`];
  return [];
}

/** What a `$ref` to a shared parameter or response means. */
function resolved(value: Json): Json {
  const [, kind = '', name = ''] =
    /^#\/(parameters|responses)\/(\w+)$/.exec(String(value['$ref'] ?? '')) ?? [];
  return kind === '' ? value : object(object(description()[kind])[name]);
}

function object(value: unknown): Json {
  return isObject(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
