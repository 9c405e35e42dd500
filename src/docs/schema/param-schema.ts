import { type JsonSchema, orTemplate, template } from './json-schema.ts';

const number: JsonSchema = { anyOf: [{ type: 'string', pattern: '\\{\\{|^\\s*-?\\d+(?:\\.\\d+)?\\s*$' }] };

/**
 * A param as it may be written in a file: where a module wants a number, a template may stand that gives one,
 * a list may be written as text with commas, a text may look like a number.
 *
 * @param schema of the param, as the module declares it
 */
export function writtenParam(schema: JsonSchema): JsonSchema {
  const { description, default: byDefault } = schema;
  return {
    ...(description === undefined ? {} : { description }),
    ...(byDefault === undefined ? {} : { default: byDefault }),
    ...written(schema),
  };
}

function written(schema: JsonSchema): JsonSchema {
  if (['condition', 'expression'].includes(String(schema['format']))) {
    return { type: ['string', 'boolean', 'number', 'array', 'object'] };
  }
  for (const key of ['anyOf', 'oneOf']) {
    const choices = schema[key];
    // With templates and texts for numbers more than one of them may fit.
    if (Array.isArray(choices)) return { anyOf: choices.map(writtenParam) };
  }
  if (schema['enum'] !== undefined) return orTemplate({ enum: schema['enum'] });
  const types = [schema['type'] ?? []].flat().map(String);
  if (types.length === 0) return {};
  const [first, ...others] = types.map((type) => writtenType(type, schema));
  return first && others.length === 0 ? first : { anyOf: types.map((type) => writtenType(type, schema)) };
}

function writtenType(type: string, schema: JsonSchema): JsonSchema {
  switch (type) {
    case 'string': {
      const { pattern } = schema;
      if (pattern === undefined) return { type: ['string', 'number', 'boolean'] };
      return { anyOf: [{ type: 'string', pattern }, template, { type: ['number', 'boolean'] }] };
    }
    case 'integer':
    case 'number':
      return { anyOf: [limits(type, schema), number] };
    case 'boolean':
      return orTemplate({ type: 'boolean' });
    case 'array':
      return { anyOf: [listOf(schema), { type: 'string' }] };
    case 'object':
      return orTemplate(mappingOf(schema));
    default:
      return { type };
  }
}

function limits(type: string, { minimum, maximum }: JsonSchema): JsonSchema {
  return {
    type,
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  };
}

function listOf({ items, minItems }: JsonSchema): JsonSchema {
  return {
    type: 'array',
    ...(items === undefined ? {} : { items: writtenParam(items as JsonSchema) }),
    ...(minItems === undefined ? {} : { minItems }),
  };
}

function mappingOf({ properties, required, additionalProperties }: JsonSchema): JsonSchema {
  const own = Object.entries((properties ?? {}) as Readonly<Record<string, JsonSchema>>);
  const others =
    typeof additionalProperties === 'object'
      ? writtenParam(additionalProperties as JsonSchema)
      : additionalProperties;
  return {
    type: 'object',
    ...(own.length === 0
      ? {}
      : { properties: Object.fromEntries(own.map(([key, one]) => [key, writtenParam(one)])) }),
    ...(required === undefined ? {} : { required }),
    ...(others === undefined ? {} : { additionalProperties: others }),
  };
}
