import { positionInside, positionOf, startOf } from '../load/index.ts';
import type { Block, CommonKeywords, Condition, Play, TaskKeywords, TaskNode } from '../model/playbook.ts';
import type { Position } from '../model/position.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import type { Module } from '../module/index.ts';
import { isTemplate } from '../template/index.ts';
import type { RunSites, TaskSite } from './site.ts';

/** One string that holds a template or is an expression, with the way to its place. */
export interface TextSite {
  readonly kind: 'template' | 'expression';
  readonly text: string;
  /**
   * `now`: evaluated when the task runs; `lazy`: only where something asks for the variable;
   * `tolerant`: an undefined name in it is no failure.
   */
  readonly use: 'now' | 'lazy' | 'tolerant';
  /** Names that only exist here: the task's own register, loop variables. */
  readonly local: readonly string[];
  /** The place of a character of the text. */
  at(offset: number): Position | undefined;
}

type Container = ValueMap | readonly Value[];

const conditionKeys = ['when', 'until', 'changedWhen', 'failedWhen'] as const;
/** Keywords whose text is a template evaluated for the task. */
const templateKeys = [
  ...([
    'become',
    'becomeUser',
    'becomeMethod',
    'connection',
    'remoteUser',
    'port',
    'noLog',
    'runOnce',
  ] as const),
  ...(['ignoreErrors', 'ignoreUnreachable', 'checkMode', 'diff', 'anyErrorsFatal', 'throttle'] as const),
  ...([
    'timeout',
    'delegateTo',
    'notify',
    'retries',
    'delay',
    'async',
    'poll',
    'environment',
    'serial',
  ] as const),
] satisfies readonly (keyof TaskKeywords)[];

/** Every template and expression of a task itself; those of what is around it are the play's. */
export function taskTexts(site: TaskSite, module: Module | undefined): TextSite[] {
  const { keywords, params } = site.task;
  const loopNames = loopNamesOf(keywords);
  const own = keywords.register ? [keywords.register] : [];
  const inLoop = (texts: TextSite[]) => texts.map((text) => ({ ...text, local: loopNames }));
  return [
    ...entryTexts(keywords, 'loop', keywords.loop, keywords.loopForm === 'first_found' ? 'tolerant' : 'now'),
    ...inLoop(keywordTexts(keywords)),
    ...inLoop(paramTexts(params, module)),
    ...conditionKeys.flatMap((key) =>
      conditionTexts(keywords[key] ?? [], key === 'when' ? loopNames : [...loopNames, ...own]),
    ),
    ...inLoop(labelTexts(keywords)),
    ...conditionTexts(keywords.loopControl?.breakWhen ?? [], [...loopNames, ...own]),
  ];
}

/** Every template and expression in the keywords of a play or block. */
export function keywordTexts(keywords: TaskKeywords | CommonKeywords): TextSite[] {
  const values: TaskKeywords = keywords;
  return [
    ...templateKeys.flatMap((key) => entryTexts(keywords, key, values[key] as Value | undefined, 'now')),
    ...entryTexts(keywords, 'name', values.name, 'tolerant'),
    ...entryTexts(keywords, 'vars', values.vars, 'lazy'),
    ...entryTexts(keywords, 'moduleDefaults', values.moduleDefaults, 'now'),
  ];
}

/** Every template in variables, and in the keywords of plays and blocks. */
export function surroundingTexts({ inventory, plays }: RunSites): TextSite[] {
  const sources = new Set(
    [...inventory.hosts.values()].flatMap((host) => host.vars.map(({ values }) => values)),
  );
  return [
    ...[...sources].flatMap((values) => valueTexts(values, 'lazy')),
    ...plays.flatMap(({ play }) => playTexts(play)),
    ...roleLevelsOf(plays, () => true).flatMap((values) => valueTexts(values, 'lazy')),
  ];
}

/** Variables of the roles that tasks belong to, at some levels of precedence; what the engine sets is not among them. */
export function roleLevelsOf(plays: RunSites['plays'], wanted: (level: number) => boolean): ValueMap[] {
  const roles = new Set(plays.flatMap(({ tasks }) => tasks.flatMap((site) => site.roles)));
  const levels = [...roles].flatMap((role) => role.vars);
  const found = levels.filter(({ level, templated }) => templated && wanted(level));
  return [...new Set(found.map(({ values }) => values))];
}

function playTexts(play: Play): TextSite[] {
  return [
    ...keywordTexts(play.keywords),
    ...valueTexts({ hosts: play.hosts }, 'now', positionOf(play, 'hosts') ?? play.position),
    ...[...play.varsFiles, ...(play.defaultsFiles ?? [])].flatMap((file) => [
      ...valueTexts({ path: file.path }, 'now', file.position),
      ...valueTexts(file.values ?? {}, 'lazy'),
    ]),
    ...blocksOf([...play.preTasks, ...play.tasks, ...play.postTasks, ...play.handlers]).flatMap((block) => [
      ...keywordTexts(block.keywords),
      ...conditionTexts(block.keywords.when ?? []),
    ]),
  ];
}

function blocksOf(nodes: readonly TaskNode[]): Block[] {
  return nodes.flatMap((node) =>
    node.kind === 'task' ? [] : [node, ...blocksOf([...node.tasks, ...node.rescue, ...node.always])],
  );
}

/** The conditions of a list. */
export function conditionTexts(conditions: readonly Condition[], local: readonly string[] = []): TextSite[] {
  return conditions.flatMap((condition) => {
    const text = condition.expression;
    if (typeof text !== 'string') return [];
    const at = (offset: number) => positionInside(condition, 'expression', offset) ?? condition.position;
    return [{ kind: 'expression', text, use: 'now', local, at } as const];
  });
}

/** Every template in a value, at any depth. */
function valueTexts(value: Container, use: TextSite['use'], fallback?: Position): TextSite[] {
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [...keys].flatMap((key) => {
    const item = Array.isArray(value) ? value[Number(key)] : (value as ValueMap)[String(key)];
    const keyTexts =
      typeof key === 'string' && isTemplate(key) ? [textAt(value, key, key, use, fallback)] : [];
    return [...keyTexts, ...entryTexts(value, key, item, use, fallback)];
  });
}

/** Every template in one entry of a mapping, a list or an object of the model. */
export function entryTexts(
  container: object,
  key: string | number,
  value: Value | undefined,
  use: TextSite['use'],
  fallback?: Position,
): TextSite[] {
  if (typeof value === 'string') {
    return isTemplate(value) ? [textAt(container, key, value, use, fallback)] : [];
  }
  if (Array.isArray(value) || isMap(value)) {
    const place = positionOf(container, key) ?? fallback;
    return valueTexts(value as Container, use, startOf(value) ?? place);
  }
  return [];
}

/** Names a loop brings in. */
export function loopNamesOf(keywords: TaskKeywords): readonly string[] {
  if (keywords.loop === undefined) return [];
  const { loopVar = 'item', indexVar } = keywords.loopControl ?? {};
  return indexVar === undefined ? [loopVar] : [loopVar, indexVar];
}

function textAt(
  container: object,
  key: string | number,
  text: string,
  use: TextSite['use'],
  fallback: Position | undefined,
): TextSite {
  const at = (offset: number) => positionInside(container, key, offset) ?? fallback;
  return { kind: 'template', text, use, local: [], at };
}

interface ParamSchema {
  readonly format?: string;
}

function paramTexts(params: ValueMap, module: Module | undefined): TextSite[] {
  return Object.entries(params).flatMap(([key, value]) => {
    const schema = module?.paramsSchema.properties[key] as ParamSchema | undefined;
    if (schema?.format === 'condition') return expressionTexts(params, key, value, 'now');
    if (schema?.format === 'expression') return expressionTexts(params, key, value, 'tolerant');
    return entryTexts(params, key, value, 'now');
  });
}

function expressionTexts(
  container: object,
  key: string | number,
  value: Value,
  use: TextSite['use'],
): TextSite[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: Value, index) => expressionTexts(value, index, item, use));
  }
  if (typeof value !== 'string') return [];
  return [{ ...textAt(container, key, value, use, undefined), kind: 'expression' }];
}

function labelTexts(keywords: TaskKeywords): TextSite[] {
  const control = keywords.loopControl;
  if (!control) return [];
  return [
    ...entryTexts(control, 'label', control.label, 'tolerant'),
    ...entryTexts(control, 'pause', control.pause, 'now'),
  ];
}
