import type { ValidateFunction } from './schema.ts';

/**
 * The validator of a schema of which the build has made code already (scripts/compiled-schemas.ts puts that in place of
 * this file); undefined = compile it now. In the sources there are none.
 *
 * @param _key of `schemaKey`
 */
export function compiledSchema(_key: string): ValidateFunction | undefined {
  return undefined;
}
