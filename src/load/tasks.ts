import type { Block, CommonKeywords, Task, TaskKeywords, TaskNode } from '../model/playbook.ts';
import type { Position } from '../model/position.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { suggest } from '../util/suggest.ts';
import { copyPlace, copyPlaces, keyPositionOf, positionOf, startOf } from '../util/yaml.ts';
import { type FileContext, idAt } from './context.ts';
import { importTasks } from './import-tasks.ts';
import { readKeywordValue, typeName } from './keyword-values.ts';
import { isKeyword, keywordNames, readKeywords, unknownKeyword } from './keywords.ts';
import { reportLoops } from './loop-keywords.ts';
import {
  addArgs,
  isCallable,
  type ModuleCall,
  readAction,
  readParams,
  shortModuleName,
  statements,
} from './module-call.ts';
import { isPlayKey } from './play-keys.ts';
import { idleKeyword, refusedKeyword, refusedModule } from './refused.ts';
import { importRole, reportHandler } from './roles/import-role.ts';
import { reportIdleKeywords } from './statement-keywords.ts';

type TaskLevel = 'task' | 'handler';

/**
 * Reads a list of tasks.
 *
 * @param container the mapping (or list) that holds the list, for places
 * @param key where in it the list stands
 * @param level whether the entries are tasks or handlers
 */
export function readTaskList(
  context: FileContext,
  container: ValueMap | readonly Value[],
  key: string | number,
  level: TaskLevel,
): TaskNode[] {
  const value = Array.isArray(container) ? container[Number(key)] : (container as ValueMap)[key];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    context.faults.error('wrong-type', `"${key}" must be a list of ${level}s, not ${typeName(value)}`, {
      position: positionOf(container, key),
      hint: 'start each entry with "- "',
    });
    return [];
  }
  return readTaskItems(context, value, level);
}

/** Reads the entries of a task list. */
export function readTaskItems(context: FileContext, list: readonly Value[], level: TaskLevel): TaskNode[] {
  const nodes: TaskNode[] = [];
  for (const [index, item] of list.entries()) {
    if (!isMap(item)) {
      context.faults.error('wrong-type', `a ${level} must be a mapping, not ${typeName(item)}`, {
        position: positionOf(list, index),
      });
      continue;
    }
    const node = readTaskNode(context, item, level);
    if (node) nodes.push(node);
  }
  return nodes;
}

function readTaskNode(context: FileContext, map: ValueMap, level: TaskLevel): TaskNode | undefined {
  const isBlock = ['block', 'rescue', 'always'].some((key) => Object.hasOwn(map, key));
  return isBlock ? readBlock(context, map, level) : readTask(context, map, level);
}

function readBlock(context: FileContext, map: ValueMap, level: TaskLevel): Block | undefined {
  const position = positionOfMap(context, map);
  if (level === 'handler') {
    context.faults.error('misplaced-keyword', 'a handler cannot be a block', {
      position,
      hint: 'write several handlers that listen to the same topic',
    });
    return undefined;
  }
  if (!Object.hasOwn(map, 'block')) {
    context.faults.error('missing-block', 'rescue and always belong to a block', {
      position,
      hint: 'put the tasks they belong to under "block:"',
    });
    return undefined;
  }
  const { keywords, others } = readKeywords(context, map, 'block');
  for (const name of others) {
    if (['block', 'rescue', 'always'].includes(name)) continue;
    unknownKeyword(context, map, name, 'block', ['block', 'rescue', 'always']);
  }
  return {
    kind: 'block',
    id: idAt(context, position),
    keywords,
    tasks: readTaskList(context, map, 'block', 'task'),
    rescue: readTaskList(context, map, 'rescue', 'task'),
    always: readTaskList(context, map, 'always', 'task'),
    position,
  };
}

function readTask(context: FileContext, map: ValueMap, level: TaskLevel): TaskNode | undefined {
  const { keywords, others } = readKeywords(context, map, level);
  reportLoops(context, map);
  const call = readCall(context, map, level, others, keywords);
  if (!call) return undefined;
  const position = positionOfMap(context, map);
  const own = Object.hasOwn(map, 'local_action') ? withLocalDelegate(keywords, map) : keywords;
  const isLoopRefused = own.loop === undefined && others.some((name) => name.startsWith('with_'));
  reportIdleKeywords(context, map, call.module, level);
  if (call.module === 'meta') reportMeta(context, call.params, level, position);
  if (call.module === 'import_tasks') {
    const params = addArgs(context, map, call.params);
    return importTasks(context, { params, keywords: own, position, level }, readTaskItems);
  }
  if (call.module === 'import_role' || call.module === 'include_role') {
    if (reportHandler(context, call.module, level, position)) return undefined;
  }
  if (call.module === 'import_role') {
    const params = addArgs(context, map, call.params);
    return importRole(context, { params, keywords: own, position }, readTaskItems);
  }
  const { params, ...more } = withApply(context, call.module, addArgs(context, map, call.params));
  const task: Task = {
    ...{ kind: 'task', id: idAt(context, position), module: call.module, params, keywords: own },
    // Such a loop has been told of; that its variables are missing is no fault of its own.
    ...(isLoopRefused ? { keywords: withLoop(own) } : {}),
    ...more,
    ...{ position, directory: context.directory },
  };
  copyPlace(map, moduleKey(context, map, level) ?? '', task, 'module');
  return task;
}

/** Takes `apply` out of the params of an include: it is read like the keywords of a block. */
function withApply(
  context: FileContext,
  module: string,
  params: ValueMap,
): { readonly params: ValueMap; readonly apply?: CommonKeywords } {
  if (module !== 'include_tasks' && module !== 'include_role') return { params };
  const written = readKeywordValue(context, params, 'apply', 'map');
  if (params['apply'] === undefined) return { params };
  const { apply: _, ...rest } = params;
  const others: Record<string, Value> = rest;
  copyPlaces(params, others);
  if (written === undefined) return { params: others };
  const { keywords, others: strangers } = readKeywords(context, written, 'block');
  for (const name of strangers) unknownKeyword(context, written, name, 'block', []);
  return { params: others, apply: keywords };
}

/** `meta: end_role` ends the role around it, and handlers have none. */
function reportMeta(context: FileContext, params: ValueMap, level: TaskLevel, position: Position): void {
  if (params['action'] !== 'end_role') return;
  const isInRole = context.roles.length > 0;
  if (isInRole && level === 'task') return;
  const message = isInRole ? 'a handler cannot end the role' : '"end_role" stands in no role';
  const hint = isInRole ? 'use end_host or end_play' : 'use end_play, end_batch or end_host';
  context.faults.error('misplaced-module', message, { position, hint });
}

function withLocalDelegate(keywords: TaskKeywords, map: ValueMap): TaskKeywords {
  const local: TaskKeywords = { ...keywords, delegateTo: 'localhost' };
  for (const field of Object.keys(keywords)) copyPlace(keywords, field, local);
  copyPlace(map, 'local_action', local, 'delegateTo');
  return local;
}

function withLoop(keywords: TaskKeywords): TaskKeywords {
  const looped: TaskKeywords = { ...keywords, loop: [] };
  for (const field of Object.keys(keywords)) copyPlace(keywords, field, looped);
  return looped;
}

function moduleKey(context: FileContext, map: ValueMap, level: TaskLevel): string | undefined {
  return Object.keys(map).find((key) => !isKeyword(key, level) && isCallable(context, shortModuleName(key)));
}

/** Finds the one module of a task among the keys that are no keywords, and reports the others. */
function readCall(
  context: FileContext,
  map: ValueMap,
  level: TaskLevel,
  others: readonly string[],
  keywords: CommonKeywords,
): ModuleCall | undefined {
  const calls = others.filter((key) => isAction(key) || isCallable(context, shortModuleName(key)));
  const strangers = others.filter((key) => !calls.includes(key) && key !== 'args');
  const refusedCall = strangers.find((key) => refusedModule(shortModuleName(key)));
  const [key, second] = calls;
  if (second) {
    const names = calls.map((name) => `"${name}"`).join(' and ');
    context.faults.error('two-modules', `one task can call only one module: here are ${names}`, {
      position: keyPositionOf(map, second),
      hint: 'make it two tasks: each starts with "- "',
    });
  }
  for (const name of strangers) {
    if (key === undefined && !isForeign(name)) unknownModule(context, map, name, level);
    else unknownKeyword(context, map, name, level, [...context.options.modules.keys(), 'args']);
  }
  if (key === undefined) {
    if (strangers.every((name) => idleKeyword(name)) && !refusedCall) noModule(context, map, keywords);
    return undefined;
  }
  if (isAction(key)) return checkAction(context, map, key);
  const module = shortModuleName(key);
  return { module, params: readParams(context, map, key, module) };
}

/** A word that means something, though it is no module. */
function isForeign(name: string): boolean {
  return isPlayKey(name) || refusedKeyword(name) !== undefined || idleKeyword(name) !== undefined;
}

function isAction(key: string): boolean {
  return key === 'action' || key === 'local_action';
}

function checkAction(context: FileContext, map: ValueMap, key: string): ModuleCall | undefined {
  const call = readAction(context, map, key);
  if (!call || isCallable(context, call.module)) return call;
  reportModule(context, call.module, { position: positionOf(map, key) }, []);
  return undefined;
}

function unknownModule(context: FileContext, map: ValueMap, name: string, level: TaskLevel): void {
  reportModule(context, name, { position: keyPositionOf(map, name) }, keywordNames(level));
}

function reportModule(
  context: FileContext,
  name: string,
  place: { position: ReturnType<typeof keyPositionOf> },
  alsoKnown: readonly string[],
): void {
  const short = shortModuleName(name);
  const refused = refusedModule(short);
  if (refused) {
    context.faults.error('unsupported-module', refused.message, { ...place, hint: refused.hint });
    return;
  }
  const nearest = suggest(short, [...context.options.modules.keys(), ...statements.keys(), ...alsoKnown]);
  context.faults.error('unknown-module', `unknown module "${name}"`, {
    ...place,
    hint: nearest ? `did you mean "${nearest}"?` : 'list the modules with: mooring doc --list',
  });
}

function noModule(context: FileContext, map: ValueMap, keywords: CommonKeywords): void {
  const name = keywords.name ? `the task "${keywords.name}"` : 'this task';
  context.faults.error('no-module', `${name} calls no module`, {
    position: positionOfMap(context, map),
    hint: 'add one, for example "command: …"; check the indentation',
  });
}

function positionOfMap(context: FileContext, map: ValueMap) {
  return startOf(map) ?? { file: context.file, line: 1, col: 1 };
}
