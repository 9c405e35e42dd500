import { type JsonSchema, text, variables } from './json-schema.ts';

const flag = (description: string): JsonSchema => ({ type: 'boolean', description });
const expressions = (description: string): JsonSchema => ({ type: ['object', 'null'], description });

const keyedGroup: JsonSchema = {
  type: 'object',
  required: ['key'],
  properties: {
    key: { description: 'Expression: text, a list or a mapping that groups are named after.' },
    prefix: { description: 'Text before the name.', ...text },
    separator: { description: 'Text between prefix and name; default _.', ...text },
    parent_group: { description: 'Group that these are put into; may be a template.', ...text },
    default_value: { description: 'Name where the key is empty.', ...text },
    trailing_separator: flag('false: no separator behind the key of a mapping whose value is empty.'),
  },
  additionalProperties: false,
  not: { required: ['default_value', 'trailing_separator'] },
};

/** A source that makes groups and variables out of what others say. */
const constructed: JsonSchema = {
  type: 'object',
  properties: {
    plugin: { enum: ['constructed', 'ansible.builtin.constructed'] },
    strict: flag('A host that lacks a variable is a fault.'),
    use_vars_plugins: flag('See group_vars/ and host_vars/, too.'),
    use_extra_vars: flag('See -e, too.'),
    leading_separator: flag('false: no separator before the name where there is no prefix.'),
    compose: { ...expressions('Variable: expression.'), propertyNames: variables['propertyNames'] },
    groups: expressions('Group: condition.'),
    keyed_groups: { description: 'Groups named after values.', type: ['array', 'null'], items: keyedGroup },
  },
  additionalProperties: false,
};

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
    if: { required: ['plugin'], properties: { plugin: { type: 'string' } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { $ref: '#/definitions/constructed' },
    else: { $ref: '#/definitions/groups' },
    definitions: {
      groups: {
        type: ['object', 'null'],
        // A group must hold them: at the top they are a slip.
        properties: { all: group, hosts: false, vars: false, children: false },
        additionalProperties: group,
      },
      constructed,
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
