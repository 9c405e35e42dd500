import type { Language } from '../../model/index.ts';
import type { Module } from '../../module/index.ts';
import { type JsonSchema, oneOrMore, orTemplate, text } from './json-schema.ts';
import { keywordSchema } from './keyword-schema.ts';
import { moduleSchema } from './module-schema.ts';

const draft = 'http://json-schema.org/draft-07/schema#';
const taskList: JsonSchema = { type: ['array', 'null'], items: { $ref: '#/definitions/task-or-block' } };
const handlerList: JsonSchema = {
  type: ['array', 'null'],
  items: { $ref: '#/definitions/handler-or-block' },
};

/**
 * JSON Schema of a playbook: keywords, modules and their params, with descriptions for editors.
 *
 * @param modules every module by each of its names
 */
export function playbookSchema(language: Language, modules: ReadonlyMap<string, Module>): JsonSchema {
  const entries = conditional([
    ['parallel', '#/definitions/parallel'],
    ['import_playbook', '#/definitions/import-playbook'],
    ['ansible.builtin.import_playbook', '#/definitions/import-playbook'],
    [undefined, '#/definitions/play'],
  ]);
  return {
    $schema: draft,
    title: 'Mooring playbook',
    type: ['array', 'null'],
    items: entries,
    definitions: definitions(language, modules),
  };
}

/** JSON Schema of a file that include_tasks and import_tasks bring in. */
export function tasksSchema(language: Language, modules: ReadonlyMap<string, Module>): JsonSchema {
  const { play, parallel, 'import-playbook': imported, ...others } = definitions(language, modules);
  return { $schema: draft, title: 'Mooring tasks', ...taskList, definitions: others };
}

type Definitions = Readonly<Record<string, JsonSchema>>;

function definitions(language: Language, modules: ReadonlyMap<string, Module>): Definitions {
  const unique = [...new Set(modules.values())];
  return {
    play: playSchema(language),
    parallel: closed({
      name: text,
      parallel: { type: 'array', minItems: 1, items: { $ref: '#/definitions/play' } },
    }),
    'import-playbook': closed({
      import_playbook: text,
      'ansible.builtin.import_playbook': text,
      ...Object.fromEntries(
        ['name', 'vars', 'tags', 'when'].map((name) => [name, keywordOf(language, name)]),
      ),
    }),
    'task-or-block': blockOr('task'),
    'handler-or-block': blockOr('handler'),
    block: closed({ ...keywordsAt(language, 'block'), block: taskList, rescue: taskList, always: taskList }),
    task: taskSchema(language, modules, 'task'),
    handler: taskSchema(language, modules, 'handler'),
    'module-defaults': {
      type: ['object', 'null'],
      properties: Object.fromEntries([...modules].map(([name, module]) => [name, moduleRef(module)])),
      ...collectionNames(language),
      additionalProperties: false,
    },
    ...Object.fromEntries(unique.map((module) => [`module-${module.name}`, moduleSchema(module)])),
  };
}

function playSchema(language: Language): JsonSchema {
  const own = Object.fromEntries(language.playKeys.map((name) => [name, playKey(name, language)]));
  return { ...closed({ ...keywordsAt(language, 'play'), ...own }), required: ['hosts'] };
}

function playKey(name: string, language: Language): JsonSchema {
  const choices = language.choices[name];
  const shape = choices ? { enum: choices } : (playShapes(language)[name] ?? {});
  return { ...keywordSchema(name, ''), ...shape };
}

function playShapes({ promptKeys }: Language): Definitions {
  return {
    hosts: oneOrMore({ type: 'string' }),
    gather_facts: orTemplate({ type: 'boolean' }),
    vars_files: { anyOf: [...fileList, { type: 'null' }] },
    defaults_files: { anyOf: [...fileList, { type: 'null' }] },
    vars_prompt: { type: 'array', items: closed(Object.fromEntries(promptKeys.map((key) => [key, {}]))) },
    roles: { type: ['array', 'null'], items: { type: ['string', 'object'] } },
    pre_tasks: taskList,
    tasks: taskList,
    post_tasks: taskList,
    handlers: handlerList,
    serial: keywordSchema('', 'sizes'),
    max_fail_percentage: orTemplate({ type: 'number' }),
    force_handlers: orTemplate({ type: 'boolean' }),
  };
}

const fileList: readonly JsonSchema[] = [{ type: 'string' }, { type: 'array', items: { type: 'string' } }];

function taskSchema(
  language: Language,
  modules: ReadonlyMap<string, Module>,
  level: 'task' | 'handler',
): JsonSchema {
  const calls = Object.fromEntries([...modules].map(([name, module]) => [name, moduleRef(module)]));
  const action: JsonSchema = { type: ['string', 'object'] };
  return {
    ...closed({
      ...calls,
      ...keywordsAt(language, level),
      action,
      local_action: action,
      args: {
        type: ['object', 'null'],
        description: 'Params of the module, where the others are free text.',
      },
    }),
    ...collectionNames(language),
  };
}

function moduleRef(module: Module): JsonSchema {
  return { $ref: `#/definitions/module-${module.name}` };
}

function collectionNames({ collections }: Language): JsonSchema {
  return { patternProperties: { [collections]: {} } };
}

function keywordsAt(language: Language, level: string): Definitions {
  const here = language.keywords.filter(({ levels }) => levels.includes(level));
  return Object.fromEntries(here.map(({ name }) => [name, keywordOf(language, name)]));
}

function keywordOf({ keywords, loopControl }: Language, name: string): JsonSchema {
  if (name === 'module_defaults') return { $ref: '#/definitions/module-defaults' };
  const schema = keywordSchema(name, keywords.find((keyword) => keyword.name === name)?.kind ?? '');
  if (name !== 'loop_control') return schema;
  const inner = loopControl.map((keyword) => [keyword.name, keywordSchema('', keyword.kind)]);
  return { ...schema, ...closed(Object.fromEntries(inner)) };
}

function blockOr(level: 'task' | 'handler'): JsonSchema {
  return conditional([
    ['block', '#/definitions/block'],
    ['rescue', '#/definitions/block'],
    ['always', '#/definitions/block'],
    [undefined, `#/definitions/${level}`],
  ]);
}

/** By the first key that is there: editors then tell what is wrong with what was meant. */
function conditional(cases: readonly (readonly [string | undefined, string])[]): JsonSchema {
  const [[key, ref] = [undefined, ''], ...others] = cases;
  if (key === undefined) return { $ref: ref };
  return {
    if: { type: 'object', required: [key] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema, never awaited.
    then: { $ref: ref },
    else: conditional(others),
  };
}

function closed(properties: Definitions): JsonSchema {
  return { type: 'object', properties, additionalProperties: false };
}
