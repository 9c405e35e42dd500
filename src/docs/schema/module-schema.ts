import type { Module } from '../../module/index.ts';
import type { JsonSchema } from './json-schema.ts';
import { writtenParam } from './param-schema.ts';

/**
 * What may stand behind the name of a module: its params, or text. That a param is missing is left to
 * `mooring lint`: `args` and `module_defaults` may give it.
 */
export function moduleSchema(module: Module): JsonSchema {
  const properties = Object.entries(module.paramsSchema.properties as Readonly<Record<string, JsonSchema>>);
  const params = {
    type: 'object',
    properties: Object.fromEntries(properties.map(([name, param]) => [name, writtenParam(param)])),
    additionalProperties: module.openParams === true,
    // A mapping whose keys are templates may have any key.
    patternProperties: { '\\{\\{': {} },
  };
  return { description: module.summary, anyOf: [params, freeText(module), { type: 'null' }] };
}

/** Free text goes to one param, which may take certain words only; key=value text to any. */
function freeText(module: Module): JsonSchema {
  const param = module.freeForm === undefined ? undefined : module.paramsSchema.properties[module.freeForm];
  const words = (param as JsonSchema | undefined)?.['enum'];
  return words === undefined ? { type: 'string' } : { enum: words };
}
