import type { CommonKeywords, VarsLevel } from '../../model/playbook.ts';
import type { Position } from '../../model/position.ts';
import { isMap, type Value, type ValueMap } from '../../model/value.ts';
import { suggest } from '../../util/suggest.ts';
import { copyPlace, keyPositionOf, positionOf, startOf } from '../../util/yaml.ts';
import type { FileContext } from '../context.ts';
import { readKeywordValue, typeName } from '../keyword-values.ts';
import { keywordNames, readKeywords } from '../keywords.ts';
import { isPlayKey } from '../play-keys.ts';
import { idleKeyword, refusedKeyword } from '../refused.ts';
import { checkNames } from '../vars-files.ts';
import type { AskedFile } from './role-files.ts';

/** One call of a role, wherever it is written. */
export interface RoleCall {
  readonly name: string;
  /** Where the name is written. */
  readonly namePosition: Position | undefined;
  readonly position: Position;
  readonly kind: 'entry' | 'dependency' | 'import' | 'include';
  /** For the tasks of the role. */
  readonly keywords: CommonKeywords;
  /** What an entry hands to the role, lowest precedence first. */
  readonly vars: readonly VarsLevel[];
  readonly files: Readonly<Partial<Record<'tasks' | 'vars' | 'defaults' | 'handlers', AskedFile>>>;
  /** undefined = as the role's meta/main.yml says. */
  readonly allowDuplicates?: boolean;
  readonly isPublic: boolean;
  /** Its argument specs are checked. */
  readonly isChecked: boolean;
}

/** Precedence of what an entry hands over: `vars:` below the role's own vars, params above nearly all. */
const level = { entryVars: 15, params: 20 } as const;

/** Keywords that Ansible knows on a role and this project does not; any other word is a variable. */
const refusedHere = ['debugger', 'become_flags', 'become_exe'];
/** Keys of ansible-galaxy: they say where a role is to be had. */
const galaxyKeys = ['src', 'scm', 'version'];

/** Reads `roles:` of a play, or `dependencies:` of a role; what is wrong is reported. */
export function readRoleEntries(
  context: FileContext,
  map: ValueMap,
  key: 'roles' | 'dependencies',
): RoleCall[] {
  const value = map[key];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    context.faults.error('wrong-type', `"${key}" must be a list of roles, not ${typeName(value)}`, {
      position: positionOf(map, key),
      hint: 'start each role with "- "',
    });
    return [];
  }
  const list: readonly Value[] = value;
  const kind = key === 'roles' ? 'entry' : 'dependency';
  return list.flatMap((item, index) => {
    const position = positionOf(list, index) ?? { file: context.file, line: 1, col: 1 };
    if (typeof item === 'string') return [callOf(item, position, position, kind)];
    if (isMap(item)) return readEntry(context, item, kind);
    context.faults.error('wrong-type', `a role must be a name or a mapping, not ${typeName(item)}`, {
      position,
    });
    return [];
  });
}

function callOf(
  name: string,
  namePosition: Position | undefined,
  position: Position,
  kind: RoleCall['kind'],
): RoleCall {
  const isPublic = kind !== 'include';
  return {
    name: name.trim(),
    namePosition,
    position,
    kind,
    keywords: {},
    vars: [],
    files: {},
    isPublic,
    isChecked: true,
  };
}

function readEntry(context: FileContext, map: ValueMap, kind: RoleCall['kind']): RoleCall[] {
  const position = startOf(map) ?? { file: context.file, line: 1, col: 1 };
  const nameKey = Object.hasOwn(map, 'role') ? 'role' : 'name';
  const name = readKeywordValue(context, map, nameKey, 'text');
  const { keywords, others } = readKeywords(context, map, 'role');
  if (name === undefined) {
    if (Object.hasOwn(map, nameKey)) return [];
    const hint = map['src'] === undefined ? 'add "role: NAME"' : galaxyHint;
    context.faults.error('missing-role', 'this entry does not name its role', { position, hint });
    return [];
  }
  const params = paramsOf(context, map, others, kind);
  const { vars, name: _, ...rest } = keywords;
  const own: CommonKeywords = rest;
  for (const field of Object.keys(rest)) copyPlace(keywords, field, own);
  const levels: VarsLevel[] = [];
  if (vars)
    levels.push({ level: level.entryVars, origin: `vars of role "${name}"`, values: vars, templated: true });
  if (Object.keys(params).length > 0) {
    levels.push({ level: level.params, origin: `params of role "${name}"`, values: params, templated: true });
  }
  return [{ ...callOf(name, positionOf(map, nameKey), position, kind), keywords: own, vars: levels }];
}

const galaxyHint = 'put the role into roles/ beside the playbook and name it with "role:"';

/** Every key of an entry that is no keyword is a variable for the role. */
function paramsOf(
  context: FileContext,
  map: ValueMap,
  others: readonly string[],
  kind: RoleCall['kind'],
): ValueMap {
  const params: Record<string, Value> = {};
  for (const name of others) {
    if (name === 'role') continue;
    const position = keyPositionOf(map, name);
    const refused = refusedHere.includes(name) || name.startsWith('with_') ? refusedKeyword(name) : undefined;
    const idle = name === 'collections' ? idleKeyword(name) : undefined;
    if (idle) {
      context.faults.warning('no-effect', idle.message, { position, hint: idle.hint });
    } else if (refused) {
      context.faults.error('unsupported-keyword', refused.message, { position, hint: refused.hint });
    } else if (kind === 'dependency' && galaxyKeys.includes(name)) {
      const message = `"${name}" is not supported: roles are not fetched`;
      context.faults.error('unsupported-keyword', message, { position, hint: galaxyHint });
    } else {
      warnOfTypo(context, name, position);
      params[name] = map[name] ?? null;
      copyPlace(map, name, params);
    }
  }
  checkNames(params, context.faults);
  return params;
}

/** A misspelled keyword would become a variable that nothing asks for. */
function warnOfTypo(context: FileContext, name: string, position: Position | undefined): void {
  const meant = name.length < 4 ? undefined : suggest(name, keywordNames('role'));
  if (isPlayKey(name)) {
    const hint = 'if the keyword was meant: it belongs on a play';
    context.faults.warning('unknown-keyword', `"${name}" is taken as a variable for the role`, {
      position,
      hint,
    });
    return;
  }
  if (meant === undefined) return;
  context.faults.warning('unknown-keyword', `"${name}" is taken as a variable for the role`, {
    position,
    hint: `if a keyword was meant: did you mean "${meant}"?`,
  });
}
