import { modules } from '../../modules/index.ts';
import { connectionNames } from '../check/index.ts';
import { inventorySchema } from '../docs/schema/inventory-schema.ts';
import { playbookSchema, tasksSchema } from '../docs/schema/playbook-schema.ts';
import { describeLanguage } from '../load/index.ts';
import { exitCodes } from './exit-codes.ts';

export interface SchemaArguments {
  readonly for: 'playbook' | 'tasks' | 'inventory';
}

/** `mooring schema`: JSON Schema for editors, made from the tables and declarations of this very version. */
export function schemaCommand(args: SchemaArguments): number {
  process.stdout.write(`${JSON.stringify(schemas[args.for](), undefined, 2)}\n`);
  return exitCodes.ok;
}

const schemas: Readonly<Record<SchemaArguments['for'], () => object>> = {
  playbook: () => playbookSchema(describeLanguage(), modules),
  tasks: () => tasksSchema(describeLanguage(), modules),
  inventory: () => inventorySchema(connectionNames),
};
