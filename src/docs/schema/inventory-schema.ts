import { type JsonSchema, variables } from './json-schema.ts';

/**
 * JSON Schema of an inventory in YAML: groups with hosts, variables and groups inside.
 *
 * @param connectionNames variables that steer the connection, for completion
 */
export function inventorySchema(connectionNames: readonly string[]): JsonSchema {
  const group: JsonSchema = { $ref: '#/definitions/group' };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Mooring inventory',
    type: ['object', 'null'],
    // A group must hold them: at the top they are a slip.
    properties: { all: group, hosts: false, vars: false, children: false },
    additionalProperties: group,
    definitions: {
      group: {
        type: ['object', 'null'],
        properties: {
          hosts: {
            description: 'Each host a key, its variables below; node[1:3] stands for three.',
            type: ['object', 'null'],
            additionalProperties: { $ref: '#/definitions/vars' },
          },
          vars: { description: 'Variables of every host of the group.', $ref: '#/definitions/vars' },
          children: {
            description: 'Groups inside this one.',
            type: ['object', 'null'],
            additionalProperties: group,
          },
        },
        additionalProperties: false,
      },
      vars: {
        ...variables,
        properties: Object.fromEntries(connectionNames.map((name) => [name, { description: noteOf(name) }])),
      },
    },
  };
}

function noteOf(name: string): string {
  return `How the host is reached: ${name.replace(/^ansible_/, '').replaceAll('_', ' ')}.`;
}
