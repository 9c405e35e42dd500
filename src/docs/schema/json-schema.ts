/** A JSON Schema of draft 7, as far as it is used here. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** Text with a template in it: what it gives is only known when it is rendered. */
export const template: JsonSchema = { type: 'string', pattern: '\\{\\{' };

/** A scalar that is taken as text. */
export const text: JsonSchema = { type: ['string', 'number', 'boolean'] };

/** The schema, or a template. */
export function orTemplate(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, template] };
}

/** A mapping of variables: any value under any name that an expression can use. */
export const variables: JsonSchema = {
  type: ['object', 'null'],
  propertyNames: { pattern: '^[A-Za-z_]\\w*$' },
};

/** One thing or a list of such things. */
export function oneOrMore(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'array', items: schema }] };
}
