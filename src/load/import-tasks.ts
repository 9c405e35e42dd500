import { resolve } from 'node:path';
import type { Block, TaskKeywords, TaskNode } from '../model/playbook.ts';
import type { Position } from '../model/position.ts';
import type { Value, ValueMap } from '../model/value.ts';
import { suggest } from '../util/suggest.ts';
import { keyPositionOf, positionOf } from '../util/yaml.ts';
import { enterFile, type FileContext, findFile, idAt } from './context.ts';
import { hasTemplate, typeName } from './keyword-values.ts';
import { readYamlFile } from './source-file.ts';

/** An `import_tasks` as it was written. */
export interface ImportTask {
  readonly params: ValueMap;
  readonly keywords: TaskKeywords;
  readonly position: Position;
  readonly level: 'task' | 'handler';
}

/** Reads the entries of a list of tasks. */
export type ReadItems = (
  context: FileContext,
  list: readonly Value[],
  level: 'task' | 'handler',
) => readonly TaskNode[];

const onlyOnTasks: readonly (keyof TaskKeywords)[] = [
  'loop',
  'loopControl',
  'register',
  'until',
  'retries',
  'delay',
  'async',
  'poll',
  'changedWhen',
  'failedWhen',
  'listen',
];

/**
 * Replaces an `import_tasks` by the tasks of the file, in a block that carries its keywords.
 *
 * @param readItems reads the entries of the file
 */
export function importTasks(context: FileContext, task: ImportTask, readItems: ReadItems): Block | undefined {
  const { position } = task;
  reportTaskKeywords(context, task, 'import_tasks');
  reportParams(context, task.params, 'import_tasks', ['file']);
  const path = importedPath(context, task.params, position, 'import_tasks');
  if (path === undefined) return undefined;
  const { value, faults } = readYamlFile(path, { vault: context.options.vault, from: position });
  context.faults.add(faults);
  const inner = enterFile(context, path, context);
  if (value === undefined) return undefined;
  return {
    kind: 'block',
    id: idAt(context, position),
    keywords: task.keywords,
    tasks: readItems(inner, taskItems(inner, value), task.level),
    rescue: [],
    always: [],
    position,
  };
}

/** The entries of a file of tasks; anything but a list is a fault. */
export function taskItems(context: FileContext, value: Value): readonly Value[] {
  if (value === null) return [];
  if (Array.isArray(value)) return value;
  context.faults.error('wrong-type', `a file of tasks must be a list, not ${typeName(value)}`, {
    position: { file: context.file, line: 1, col: 1 },
    hint: 'start each task with "- "; a file of variables is read with include_vars',
  });
  return [];
}

/**
 * The path an `import_*` names.
 *
 * @returns undefined where it is not there, holds a template, or imports itself; that is reported
 */
export function importedPath(
  context: FileContext,
  params: ValueMap,
  position: Position,
  statement: 'import_tasks' | 'import_playbook',
): string | undefined {
  const name = params['file'];
  const place = { position: positionOf(params, 'file') ?? position };
  if (typeof name !== 'string' || name.trim() === '') {
    context.faults.error('wrong-type', `${statement} needs the name of a file`, place);
    return undefined;
  }
  if (hasTemplate(name)) {
    const hint = statement === 'import_tasks' ? 'use include_tasks' : 'name the file itself';
    const message = `${statement} is resolved before the run: its file name can hold no variables`;
    context.faults.error('template-in-import', message, { ...place, hint });
    return undefined;
  }
  const { path, hint } = findFile(context, name.trim(), statement === 'import_tasks' ? 'tasks' : undefined);
  if (path === undefined) {
    context.faults.error('missing-file', `there is no file ${name}`, { ...place, hint });
    return undefined;
  }
  if (context.importedFrom.includes(resolve(path))) {
    const chain = [...context.importedFrom.slice(context.importedFrom.indexOf(resolve(path))), resolve(path)];
    const hint = `the circle: ${chain.map((file) => file.split('/').at(-1)).join(' → ')}`;
    context.faults.error('import-cycle', `${name} imports itself`, { ...place, hint });
    return undefined;
  }
  return path;
}

/** Reports keywords that only a task which is carried out can have. */
export function reportTaskKeywords(
  context: FileContext,
  task: Pick<ImportTask, 'keywords' | 'position'>,
  statement: 'import_tasks' | 'import_role',
): void {
  for (const field of onlyOnTasks) {
    if (task.keywords[field] === undefined) continue;
    const { loopForm } = task.keywords;
    const written = field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const name = field === 'loop' && loopForm ? `with_${loopForm}` : written;
    context.faults.error('misplaced-keyword', `"${name}" cannot stand on ${statement}`, {
      position: positionOf(task.keywords, field) ?? task.position,
      hint: `use ${statement.replace('import', 'include')}`,
    });
  }
}

/** Reports params that an `import_*` does not take. */
export function reportParams(
  context: FileContext,
  params: ValueMap,
  statement: 'import_tasks' | 'import_role',
  known: readonly string[],
): void {
  for (const name of Object.keys(params)) {
    if (known.includes(name)) continue;
    const nearest = suggest(name, known);
    const hint = name === 'apply' ? 'write the keywords on the task itself' : `known: ${known.join(', ')}`;
    context.faults.error('unknown-param', `${statement}: unknown parameter "${name}"`, {
      position: keyPositionOf(params, name),
      hint: nearest ? `did you mean "${nearest}"?` : hint,
    });
  }
}
