import type { CommonKeywords } from '../../model/playbook.ts';
import type { Position } from '../../model/position.ts';
import type { ValueMap } from '../../model/value.ts';
import { positionOf } from '../../util/yaml.ts';
import type { FileContext } from '../context.ts';
import { reportParams } from '../import-tasks.ts';
import { hasTemplate, readKeywordValue } from '../keyword-values.ts';
import type { RoleCall } from './role-call.ts';

const fileParams = [
  ['tasks', 'tasks_from'],
  ['vars', 'vars_from'],
  ['defaults', 'defaults_from'],
  ['handlers', 'handlers_from'],
] as const;

const known = [
  'name',
  ...fileParams.map(([, param]) => param),
  'public',
  'allow_duplicates',
  'rolespec_validate',
];

/** The role that `import_role` or `include_role` asks for. */
export interface RoleParams {
  readonly params: ValueMap;
  readonly keywords: CommonKeywords;
  readonly position: Position;
  readonly kind: 'import' | 'include';
}

/**
 * Reads the params of `import_role` and `include_role`.
 *
 * @returns undefined where no role is named, or a param that must be known still holds a template; what
 *   is wrong is reported
 */
export function roleCallOf(context: FileContext, task: RoleParams): RoleCall | undefined {
  const { params, keywords, position, kind } = task;
  const statement = `${kind}_role`;
  if (kind === 'import') reportParams(context, params, 'import_role', known);
  const name = params['name'];
  if (typeof name !== 'string' || name.trim() === '') {
    const place = positionOf(params, 'name') ?? position;
    context.faults.error('wrong-type', `${statement} needs the name of a role`, { position: place });
    return undefined;
  }
  const isTrue = (key: string) => readKeywordValue(context, params, key, 'plain-boolean');
  const allowDuplicates = isTrue('allow_duplicates');
  const isPublic = isTrue('public');
  const isChecked = isTrue('rolespec_validate');
  return {
    name: name.trim(),
    namePosition: positionOf(params, 'name') ?? position,
    position,
    kind,
    keywords,
    vars: [],
    files: filesOf(context, params, statement),
    allowDuplicates: allowDuplicates ?? true,
    isPublic: isPublic ?? kind === 'import',
    isChecked: isChecked ?? true,
  };
}

/** True where some param of an `include_role` is only known when its turn comes. */
export function isOpenRole(params: ValueMap): boolean {
  return known.some((key) => {
    const value = params[key];
    return typeof value === 'string' && hasTemplate(value);
  });
}

function filesOf(context: FileContext, params: ValueMap, statement: string): RoleCall['files'] {
  const files: Partial<Record<keyof RoleCall['files'], { name: string; position: Position | undefined }>> =
    {};
  for (const [folder, param] of fileParams) {
    const name = readKeywordValue(context, params, param, 'text');
    if (name === undefined) continue;
    const position = positionOf(params, param);
    if (!hasTemplate(name)) files[folder] = { name: name.trim(), position };
    else {
      const message = `${statement} is resolved before the run: "${param}" can hold no variables`;
      context.faults.error('template-in-import', message, { position, hint: 'use include_role' });
    }
  }
  return files;
}
