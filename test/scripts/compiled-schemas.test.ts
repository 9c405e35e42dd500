import { createRequire } from 'node:module';
import type { ValidateFunction } from 'ajv';
import { describe, expect, it } from 'vitest';
import { modules } from '../../modules/index.ts';
import { validatorCode } from '../../scripts/compiled-schemas.ts';
import { createSourceAjv, schemaKey } from '../../src/util/schema.ts';

const require = createRequire(import.meta.url);

/** Right for one param of some module, wrong for others. */
const values = [
  'text',
  '',
  '/a/path',
  '0644',
  7,
  0,
  true,
  null,
  [],
  ['a', 1],
  {},
  { name: 'a' },
  [{ name: 'a' }],
];

describe('the validators that the build makes of the schemas of modules', () => {
  it.each([...new Set(modules.values())].map((module) => [module.name, module] as const))(
    'find what ajv finds in params of %s, and set the same defaults',
    (_name, { paramsSchema }) => {
      const made = run(validatorCode(paramsSchema));
      const compiled = createSourceAjv().compile(paramsSchema);
      const properties = Object.keys(paramsSchema.properties ?? {});
      const samples = [
        {},
        { nobody_knows: 1 },
        ...properties.flatMap((key) => values.map((value) => ({ [key]: value }))),
      ];
      for (const sample of samples) {
        const [given, expected] = [structuredClone(sample), structuredClone(sample)];
        expect(made(given)).toBe(compiled(expected));
        expect(given).toEqual(expected);
        expect(made.errors).toEqual(compiled.errors);
      }
    },
  );

  it('are told apart by the content of the schema', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } };
    expect(schemaKey(structuredClone(schema))).toBe(schemaKey(schema));
    expect(schemaKey({ ...schema, required: ['a'] })).not.toBe(schemaKey(schema));
  });
});

function run(code: string): ValidateFunction {
  const module: { exports: ValidateFunction } = { exports: Object.assign(() => false, {}) as never };
  new Function('require', 'module', code)(require, module);
  return module.exports;
}
