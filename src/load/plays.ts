import type { Play, VarsPrompt } from '../model/playbook.ts';
import { handlersIn } from '../model/roles.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { suggest } from '../util/suggest.ts';
import { copyPlace, keyPositionOf, positionOf, startOf } from '../util/yaml.ts';
import { type FileContext, idAt } from './context.ts';
import { readKeywordValue, typeName } from './keyword-values.ts';
import { readKeywords, unknownKeyword } from './keywords.ts';
import { isPlayKey, playKeys } from './play-keys.ts';
import { readRoles } from './roles/play-roles.ts';
import { readTaskList } from './tasks.ts';
import { readVarsFiles } from './vars-files.ts';

export const strategies = ['linear', 'free', 'host_pinned'] as const;
export const orders = ['inventory', 'reverse_inventory', 'sorted', 'reverse_sorted', 'shuffle'] as const;

/** Fields of a play that keep the place they were written at. */
const placedFields = [
  ['hosts', 'hosts'],
  ['gather_facts', 'gatherFacts'],
  ['serial', 'serial'],
  ['max_fail_percentage', 'maxFailPercentage'],
  ['force_handlers', 'forceHandlers'],
] as const;

/** Reads one play; what is wrong is reported, and what can be read is returned all the same. */
export function readPlay(context: FileContext, map: ValueMap): Play {
  const position = startOf(map) ?? { file: context.file, line: 1, col: 1 };
  const { keywords, others } = readKeywords(context, map, 'play', playKeys);
  for (const name of others) {
    if (!isPlayKey(name)) unknownKeyword(context, map, name, 'play', playKeys);
  }
  const gatherFacts = readKeywordValue(context, map, 'gather_facts', 'boolean');
  const maxFailPercentage = readKeywordValue(context, map, 'max_fail_percentage', 'number');
  const forceHandlers = readKeywordValue(context, map, 'force_handlers', 'boolean');
  const preTasks = readTaskList(context, map, 'pre_tasks', 'task');
  const tasks = [...readRoles(context, map), ...readTaskList(context, map, 'tasks', 'task')];
  const postTasks = readTaskList(context, map, 'post_tasks', 'task');
  const handlers = readTaskList(context, map, 'handlers', 'handler');
  const play: Play = {
    kind: 'play',
    id: idAt(context, position),
    hosts: readHosts(context, map),
    keywords,
    ...(gatherFacts === undefined ? {} : { gatherFacts }),
    varsFiles: readVarsFiles(context, map, 'vars_files'),
    defaultsFiles: readVarsFiles(context, map, 'defaults_files'),
    varsPrompt: readVarsPrompt(context, map),
    preTasks,
    tasks,
    postTasks,
    handlers: [...handlersIn([...preTasks, ...tasks, ...postTasks]), ...handlers],
    serial: readKeywordValue(context, map, 'serial', 'sizes') ?? [],
    ...(maxFailPercentage === undefined ? {} : { maxFailPercentage }),
    strategy: readChoice(context, map, 'strategy', strategies),
    order: readChoice(context, map, 'order', orders),
    ...(forceHandlers === undefined ? {} : { forceHandlers }),
    position,
    directory: context.playbookDirectory,
  };
  for (const [name, field] of placedFields) copyPlace(map, name, play, field);
  return play;
}

function readHosts(context: FileContext, map: ValueMap): string {
  const value = map['hosts'];
  if (value === undefined) {
    context.faults.error('missing-hosts', 'this play does not say which hosts it is for', {
      position: startOf(map),
      hint: 'add "hosts: all", a group, or a pattern',
    });
    return '';
  }
  const list: readonly Value[] = Array.isArray(value) ? value : [value];
  const names = list.filter((item): item is string => typeof item === 'string' && item.trim() !== '');
  if (names.length === list.length && names.length > 0) return names.map((name) => name.trim()).join(',');
  context.faults.error(
    'wrong-type',
    `"hosts" must be a pattern or a list of patterns, not ${typeName(value)}`,
    {
      position: positionOf(map, 'hosts'),
    },
  );
  return '';
}

function readChoice<T extends string>(
  context: FileContext,
  map: ValueMap,
  name: string,
  choices: readonly [T, ...T[]],
): T {
  const value = map[name];
  if (value === undefined) return choices[0];
  const found = choices.find((choice) => choice === value);
  if (found) return found;
  const nearest = typeof value === 'string' ? suggest(value, choices) : undefined;
  const message = `"${name}" must be one of ${choices.join(', ')}, not ${typeName(value)}`;
  context.faults.error('wrong-value', message, {
    position: positionOf(map, name),
    hint: choiceHint(value, nearest),
  });
  return choices[0];
}

function choiceHint(value: Value, nearest: string | undefined): string | undefined {
  if (value === 'debug') return 'use --step';
  return nearest ? `did you mean "${nearest}"?` : undefined;
}

export const promptKeys = ['name', 'prompt', 'default', 'private', 'confirm', 'unsafe'];

const hashHint = 'ask for the password itself, or give its hash (openssl passwd -6) in an encrypted variable';
const refusedPromptKeys: Readonly<Record<string, string>> = {
  encrypt: hashHint,
  salt: hashHint,
  salt_size: hashHint,
};

function readVarsPrompt(context: FileContext, map: ValueMap): VarsPrompt[] {
  const value = map['vars_prompt'];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    context.faults.error('wrong-type', `"vars_prompt" must be a list, not ${typeName(value)}`, {
      position: positionOf(map, 'vars_prompt'),
    });
    return [];
  }
  return (value as readonly Value[]).flatMap((item, index) => readPrompt(context, value, index, item));
}

function readPrompt(context: FileContext, list: readonly Value[], index: number, item: Value): VarsPrompt[] {
  const name = isMap(item) ? readKeywordValue(context, item, 'name', 'variable') : undefined;
  if (!isMap(item) || typeof name !== 'string') {
    context.faults.error('wrong-type', 'an entry of vars_prompt must be a mapping with a name', {
      position: positionOf(list, index),
    });
    return [];
  }
  reportPromptKeys(context, item);
  // Answers are data: what "unsafe" asks for always holds.
  readKeywordValue(context, item, 'unsafe', 'plain-boolean');
  const prompt = readKeywordValue(context, item, 'prompt', 'text');
  return [
    {
      name,
      prompt: typeof prompt === 'string' ? prompt : name,
      ...(item['default'] === undefined ? {} : { default: item['default'] }),
      private: readKeywordValue(context, item, 'private', 'plain-boolean') !== false,
      confirm: readKeywordValue(context, item, 'confirm', 'plain-boolean') === true,
    },
  ];
}

function reportPromptKeys({ faults }: FileContext, item: ValueMap): void {
  for (const key of Object.keys(item)) {
    const position = keyPositionOf(item, key);
    const refused = refusedPromptKeys[key];
    if (refused !== undefined) {
      const message = `"${key}" of vars_prompt is not supported`;
      faults.error('unsupported-keyword', message, { position, hint: refused });
    } else if (!promptKeys.includes(key)) {
      const nearest = suggest(key, promptKeys);
      const hint = nearest ? `did you mean "${nearest}"?` : `known: ${promptKeys.join(', ')}`;
      faults.error('unknown-keyword', `unknown keyword "${key}" in vars_prompt`, { position, hint });
    }
  }
}
