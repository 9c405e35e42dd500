import type { TaskKeywords } from '../model/playbook.ts';
import type { Value, ValueMap } from '../model/value.ts';
import { suggest } from '../util/suggest.ts';
import { copyPlace, keyPositionOf } from '../util/yaml.ts';
import type { FileContext } from './context.ts';
import { type KeywordKind, readKeywordValue } from './keyword-values.ts';
import { loopFormOf, readLoopControl, withKeywords } from './loop-keywords.ts';
import { isCallable, shortModuleName } from './module-call.ts';
import { isPlayKey } from './play-keys.ts';
import { elsewhereHint, idleKeyword, refusedKeyword } from './refused.ts';
import { checkNames } from './vars-files.ts';

export type Level = 'play' | 'role' | 'block' | 'task' | 'handler';

interface Keyword {
  readonly field: keyof TaskKeywords;
  readonly kind: KeywordKind;
  readonly levels: readonly Level[];
}

const everywhere: readonly Level[] = ['play', 'role', 'block', 'task', 'handler'];
const belowPlay: readonly Level[] = ['role', 'block', 'task', 'handler'];
const notifying: readonly Level[] = ['block', 'task', 'handler'];
const onTask: readonly Level[] = ['task', 'handler'];

/** Keywords of more than one level, with what each takes and where it may stand. */
export const keywords: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ...Object.entries({
    name: { field: 'name', kind: 'text', levels: everywhere },
    vars: { field: 'vars', kind: 'map', levels: everywhere },
    tags: { field: 'tags', kind: 'words', levels: everywhere },
    become: { field: 'become', kind: 'boolean', levels: everywhere },
    become_user: { field: 'becomeUser', kind: 'text', levels: everywhere },
    become_method: { field: 'becomeMethod', kind: 'text', levels: everywhere },
    connection: { field: 'connection', kind: 'text', levels: everywhere },
    remote_user: { field: 'remoteUser', kind: 'text', levels: everywhere },
    port: { field: 'port', kind: 'number', levels: everywhere },
    environment: { field: 'environment', kind: 'environment', levels: everywhere },
    no_log: { field: 'noLog', kind: 'boolean', levels: everywhere },
    run_once: { field: 'runOnce', kind: 'boolean', levels: everywhere },
    ignore_errors: { field: 'ignoreErrors', kind: 'boolean', levels: everywhere },
    ignore_unreachable: { field: 'ignoreUnreachable', kind: 'boolean', levels: everywhere },
    check_mode: { field: 'checkMode', kind: 'boolean', levels: everywhere },
    diff: { field: 'diff', kind: 'boolean', levels: everywhere },
    any_errors_fatal: { field: 'anyErrorsFatal', kind: 'boolean', levels: everywhere },
    throttle: { field: 'throttle', kind: 'number', levels: everywhere },
    timeout: { field: 'timeout', kind: 'number', levels: everywhere },
    module_defaults: { field: 'moduleDefaults', kind: 'map', levels: everywhere },
    when: { field: 'when', kind: 'conditions', levels: belowPlay },
    delegate_to: { field: 'delegateTo', kind: 'text', levels: belowPlay },
    delegate_facts: { field: 'delegateFacts', kind: 'boolean', levels: belowPlay },
    notify: { field: 'notify', kind: 'names', levels: notifying },
    serial: { field: 'serial', kind: 'sizes', levels: belowPlay },
    loop: { field: 'loop', kind: 'loop', levels: onTask },
    loop_control: { field: 'loopControl', kind: 'map', levels: onTask },
    register: { field: 'register', kind: 'variable', levels: onTask },
    until: { field: 'until', kind: 'conditions', levels: onTask },
    retries: { field: 'retries', kind: 'number', levels: onTask },
    delay: { field: 'delay', kind: 'number', levels: onTask },
    async: { field: 'async', kind: 'number', levels: onTask },
    poll: { field: 'poll', kind: 'number', levels: onTask },
    changed_when: { field: 'changedWhen', kind: 'conditions', levels: onTask },
    failed_when: { field: 'failedWhen', kind: 'conditions', levels: onTask },
    listen: { field: 'listen', kind: 'names', levels: ['handler'] },
  } satisfies Record<string, Keyword>),
  ...withKeywords.map((name): [string, Keyword] => [name, { field: 'loop', kind: 'terms', levels: onTask }]),
]);

/** Other names of keywords, at one level. */
const aliases: Readonly<Partial<Record<Level, Readonly<Record<string, string>>>>> = {
  play: { user: 'remote_user' },
};

/** Names of the keywords that may stand at a level, for suggestions. */
export function keywordNames(level: Level): string[] {
  return [...keywords].filter(([, { levels }]) => levels.includes(level)).map(([name]) => name);
}

/** True for the keywords of a level that `readKeywords` takes. */
export function isKeyword(name: string, level: Level): boolean {
  return keywords.get(name)?.levels.includes(level) === true;
}

/**
 * Reads the keywords that plays, blocks, tasks and handlers share. The place of each is kept under
 * its field: `positionOf(task.keywords, 'register')`.
 *
 * @param level what the mapping is
 * @param own keys that the caller reads itself, keywords of other levels or not
 * @returns the keywords, and the keys that are none (the module, or what the caller reads itself)
 */
export function readKeywords(
  context: FileContext,
  map: ValueMap,
  level: Level,
  own: readonly string[] = [],
): { keywords: TaskKeywords; others: string[] } {
  const found: Record<string, unknown> = {};
  const others: string[] = [];
  for (const name of Object.keys(map)) {
    const keyword = keywords.get(aliases[level]?.[name] ?? name);
    if (!keyword || own.includes(name)) {
      others.push(name);
    } else if (!keyword.levels.includes(level)) {
      misplaced(context, map, name, level);
    } else {
      const value =
        keyword.field === 'loopControl'
          ? readLoopControl(context, map)
          : readKeywordValue(context, map, name, keyword.kind);
      if (value === undefined) continue;
      if (name === 'vars') checkNames(value as ValueMap, context.faults);
      found[keyword.field] = name === 'module_defaults' ? shortNames(context, value as ValueMap) : value;
      copyPlace(map, name, found, keyword.field);
      if (loopFormOf(name)) found['loopForm'] = loopFormOf(name);
    }
  }
  // The table above says which kind of value each field takes; the compiler cannot follow it.
  return { keywords: found as TaskKeywords, others };
}

/**
 * Reports a key that is neither a keyword of this level nor anything else known.
 *
 * @param candidates what else could have been meant, besides the level's keywords
 */
export function unknownKeyword(
  context: FileContext,
  map: ValueMap,
  name: string,
  level: Level,
  candidates: Iterable<string>,
): void {
  const position = keyPositionOf(map, name);
  const idle = idleKeyword(name);
  if (idle) {
    context.faults.warning('no-effect', idle.message, { position, hint: idle.hint });
    return;
  }
  const refused = refusedKeyword(name);
  if (refused) {
    context.faults.error('unsupported-keyword', refused.message, { position, hint: refused.hint });
    return;
  }
  const owner = ownerOf(name, level);
  if (owner) {
    const message = `"${name}" cannot stand on a ${level}`;
    context.faults.error('misplaced-keyword', message, { position, hint: owner });
    return;
  }
  if (level !== 'task' && level !== 'handler' && isCallable(context, shortModuleName(name))) {
    const hint = `put it in a task below "${level === 'play' ? 'tasks' : 'block'}:"`;
    context.faults.error('misplaced-module', `the module "${name}" cannot stand on a ${level}`, {
      position,
      hint,
    });
    return;
  }
  const others = [...candidates];
  const known = level === 'play' ? [...others, ...keywordNames(level)] : [...keywordNames(level), ...others];
  const nearest = suggest(name, known);
  context.faults.error('unknown-keyword', `unknown ${level} keyword "${name}"`, {
    position,
    hint: nearest ? `did you mean "${nearest}"?` : undefined,
  });
}

/** Where a key that is no keyword of several levels belongs, if not here. */
function ownerOf(name: string, level: Level): string | undefined {
  if (level !== 'play' && isPlayKey(name)) return 'it belongs on a play';
  if (['block', 'rescue', 'always'].includes(name)) {
    return level === 'play'
      ? 'put the block below "tasks:", as an entry of the list'
      : 'put it around the tasks';
  }
  const isOfTask = ['action', 'local_action', 'args'].includes(name);
  return isOfTask && level !== 'task' && level !== 'handler' ? 'it belongs on a task' : undefined;
}

function misplaced(context: FileContext, map: ValueMap, name: string, level: Level): void {
  const levels = keywords.get(name)?.levels ?? [];
  context.faults.error('misplaced-keyword', `"${name}" cannot stand on a ${level}`, {
    position: keyPositionOf(map, name),
    hint: elsewhereHint(name, level) ?? `it belongs on a ${levels.join(' or ')}`,
  });
}

/** `module_defaults` by the short names of modules. */
function shortNames(context: FileContext, defaults: ValueMap): ValueMap {
  const found: Record<string, Value> = {};
  for (const [name, params] of Object.entries(defaults)) {
    const short = shortModuleName(name);
    if (!context.options.modules.has(short)) {
      const nearest = suggest(short, context.options.modules.keys());
      context.faults.error('unknown-module', `unknown module "${name}" in module_defaults`, {
        position: keyPositionOf(defaults, name),
        hint: nearest ? `did you mean "${nearest}"?` : undefined,
      });
    }
    found[short] = params;
    copyPlace(defaults, name, found, short);
  }
  return found;
}
