// Holds requests and answers against Harbor's own description of its API 2.x, where that is at hand.

import { existsSync, readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { type Fields, fields, records, text } from '../../../../modules/lib/harbor/shapes.ts';
import { type HttpRequest, parseYaml } from '../../../../src/module/index.ts';

const file = new URL('../../../../../shared/reference/harbor-files/swagger-2.15.2.yaml', import.meta.url);

export const hasSwagger = existsSync(file);

/** What of Harbor's description the exchanges are held against. */
export class Swagger {
  readonly #root: Fields;
  readonly #definitions: Fields;
  readonly #ajv = new Ajv({ strict: false, allErrors: true });

  constructor() {
    const { value } = parseYaml(readFileSync(file, 'utf8'), { file: 'swagger.yaml' });
    if (value === undefined) throw new Error('the description of the API is no YAML');
    this.#root = fields(value);
    this.#definitions = strict(fields(this.#root['definitions']));
  }

  /** What is wrong with a request; empty = nothing. */
  requestFaults(request: HttpRequest): string[] {
    const { pathname, search } = new URL(request.url);
    const route = this.#route(request.method, pathname);
    if (route === undefined) return [`no such route: ${request.method} ${pathname}`];
    const parameters = records(route.operation['parameters']).map((parameter) => this.#resolved(parameter));
    const named = (kind: string): Map<string, Fields> =>
      new Map(parameters.filter((one) => one['in'] === kind).map((one) => [text(one['name']), one]));
    const path = named('path');
    return [
      ...[...route.values].flatMap(([name, value]) => valueFaults(name, value, path.get(name) ?? {})),
      ...[...new URLSearchParams(search)].flatMap(([name, value]) =>
        valueFaults(name, value, named('query').get(name)),
      ),
      ...this.#bodyFaults(request, [...named('body').values()][0]),
    ];
  }

  /** What is wrong with an answer to a request. */
  answerFaults(request: HttpRequest, status: number, body: unknown): string[] {
    const route = this.#route(request.method, new URL(request.url).pathname);
    const response = fields(fields(route?.operation['responses'])[String(status)]);
    if (Object.keys(response).length === 0)
      return [`no status ${status} for ${request.method} ${request.url}`];
    return response['schema'] === undefined ? [] : this.#faults(strict(fields(response['schema'])), body);
  }

  #bodyFaults(request: HttpRequest, parameter: Fields | undefined): string[] {
    if (parameter === undefined) return request.body === undefined ? [] : ['it has no body'];
    if (request.headers?.['content-type'] !== 'application/json') return ['the body is not said to be JSON'];
    if (typeof request.body !== 'string') return ['it needs a body'];
    return this.#faults(strict(fields(parameter['schema'])), JSON.parse(request.body));
  }

  #faults(schema: Fields, value: unknown): string[] {
    const validate: ValidateFunction = this.#ajv.compile({ ...schema, definitions: this.#definitions });
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      (error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
    );
  }

  #route(
    method: string,
    pathname: string,
  ): { readonly operation: Fields; readonly values: ReadonlyMap<string, string> } | undefined {
    const base = text(this.#root['basePath']);
    if (!pathname.startsWith(base)) return undefined;
    const paths = Object.entries(fields(this.#root['paths'])).sort(
      ([a], [b]) => a.split('{').length - b.split('{').length,
    );
    for (const [template, methods] of paths) {
      const names = [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
      const found = new RegExp(`^${template.replaceAll(/\{\w+\}/g, '([^/]+)')}$`).exec(
        pathname.slice(base.length),
      );
      const operation = fields(fields(methods)[method.toLowerCase()]);
      if (found === null || Object.keys(operation).length === 0) continue;
      return { operation, values: new Map(names.map((name, index) => [name, found[index + 1] ?? ''])) };
    }
    return undefined;
  }

  #resolved(parameter: Fields): Fields {
    const name = /^#\/parameters\/(\w+)$/.exec(text(parameter['$ref']))?.[1];
    return name === undefined ? parameter : fields(fields(this.#root['parameters'])[name]);
  }
}

function valueFaults(name: string, value: string, parameter: Fields | undefined): string[] {
  if (parameter === undefined) return [`no parameter ${name}`];
  const { type, maximum, enum: words } = parameter;
  if (type === 'integer' && !/^-?\d+$/.test(value)) return [`${name}: ${value} is no integer`];
  if (type === 'boolean' && !/^(true|false)$/.test(value)) return [`${name}: ${value} is no boolean`];
  if (typeof maximum === 'number' && Number(value) > maximum) return [`${name}: ${value} is over ${maximum}`];
  if (Array.isArray(words) && !words.includes(value))
    return [`${name}: ${value} is none of ${words.join(', ')}`];
  return [];
}

/** Swagger's schema as JSON Schema, with no properties but the named ones: a typo would pass otherwise. */
function strict(schema: Fields): Fields {
  const inner = Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !['format', 'example', 'x-nullable', 'x-omitempty', 'x-go-type'].includes(key))
      .map(([key, value]) => [
        key,
        Array.isArray(value) || typeof value !== 'object' ? value : strict(fields(value)),
      ]),
  );
  const closed = schema['properties'] !== undefined && schema['additionalProperties'] === undefined;
  const isNullable = schema['x-nullable'] === true && typeof schema['type'] === 'string';
  return {
    ...inner,
    ...(closed ? { additionalProperties: false } : {}),
    ...(isNullable ? { type: [schema['type'], 'null'] } : {}),
  };
}
