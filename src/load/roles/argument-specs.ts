import type { RolePlace, Task } from '../../model/playbook.ts';
import { isMap, type Value, type ValueMap } from '../../model/value.ts';
import { argumentTypes } from '../../util/argument-spec.ts';
import { suggest } from '../../util/suggest.ts';
import { copyPlace, keyPositionOf, positionOf } from '../../util/yaml.ts';
import { type FileContext, idAt } from '../context.ts';
import { readKeywordValue, typeName } from '../keyword-values.ts';
import type { RoleMeta } from './meta.ts';
import type { RoleCall } from './role-call.ts';

/** What is kept of an option: the rest is for people. */
const judged = ['type', 'required', 'choices', 'elements', 'options', 'no_log'];
const described = ['description', 'default', 'version_added'];
const refused: readonly string[] = [
  ...['mutually_exclusive', 'required_together', 'required_one_of', 'required_if', 'required_by'],
  ...[
    'aliases',
    'fallback',
    'apply_defaults',
    'removed_in_version',
    'removed_at_date',
    'removed_from_collection',
  ],
];

/**
 * The task that checks the arguments of a role before its own tasks; undefined where nothing is said of
 * this entry point.
 */
export function argumentTask(
  context: FileContext,
  call: RoleCall,
  role: RolePlace,
  meta: RoleMeta,
): Task | undefined {
  const entry = (call.files.tasks?.name ?? 'main').replace(/\.(ya?ml|json)$/, '');
  const spec = meta.specs[entry];
  if (!call.isChecked || spec === undefined || spec === null) return undefined;
  if (!isMap(spec)) {
    wrong(
      context,
      meta.specs,
      entry,
      `the argument spec "${entry}" must be a mapping, not ${typeName(spec)}`,
    );
    return undefined;
  }
  const options = readOptions(context, spec);
  const about = typeof spec['short_description'] === 'string' ? ` - ${spec['short_description']}` : '';
  return {
    kind: 'task',
    id: idAt(context, call.position),
    module: 'validate_argument_spec',
    params: {
      argument_spec: options,
      provided_arguments: Object.fromEntries(
        Object.keys(options).map((name) => [name, `{{ default ${name} omit }}`]),
      ),
      validate_args_context: { type: 'role', name: role.name, argument_spec_name: entry, path: role.path },
    },
    keywords: { name: `Validating arguments against arg spec '${entry}'${about}`, tags: ['always'] },
    position: call.position,
    directory: context.directory,
  };
}

function readOptions(context: FileContext, holder: ValueMap): ValueMap {
  const options = holder['options'];
  if (options === undefined || options === null) return {};
  if (!isMap(options)) {
    wrong(context, holder, 'options', `"options" must be a mapping, not ${typeName(options)}`);
    return {};
  }
  const read: Record<string, Value> = {};
  for (const [name, option] of Object.entries(options)) {
    if (isMap(option)) read[name] = readOption(context, option);
    else if (option === null) read[name] = {};
    else wrong(context, options, name, `the option "${name}" must be a mapping, not ${typeName(option)}`);
    copyPlace(options, name, read);
  }
  return read;
}

function readOption(context: FileContext, option: ValueMap): ValueMap {
  const read: Record<string, Value> = {};
  for (const key of Object.keys(option)) {
    if (refused.includes(key)) {
      const place = {
        position: keyPositionOf(option, key),
        hint: 'use the assert module in the tasks of the role',
      };
      context.faults.error('unsupported-keyword', `"${key}" of an argument spec is not supported`, place);
    } else if (!judged.includes(key) && !described.includes(key)) reportUnknown(context, option, key);
    else if (judged.includes(key)) read[key] = option[key] ?? null;
  }
  for (const key of ['type', 'elements']) checkType(context, option, key);
  for (const key of ['required', 'no_log']) {
    const value = readKeywordValue(context, option, key, 'plain-boolean');
    if (value !== undefined) read[key] = value;
  }
  if (read['choices'] !== undefined && !Array.isArray(read['choices'])) {
    wrong(context, option, 'choices', '"choices" must be a list');
    delete read['choices'];
  }
  if (read['options'] !== undefined) read['options'] = readOptions(context, option);
  return read;
}

function checkType(context: FileContext, option: ValueMap, key: string): void {
  const type = option[key];
  if (type === undefined || argumentTypes.includes(String(type))) return;
  const nearest = suggest(String(type), argumentTypes);
  const hint = nearest ? `did you mean "${nearest}"?` : `known: ${argumentTypes.join(', ')}`;
  const message = `"${String(type)}" is no type of an argument`;
  context.faults.error('wrong-value', message, { position: positionOf(option, key), hint });
}

function reportUnknown(context: FileContext, option: ValueMap, key: string): void {
  const known = [...judged, ...described];
  const nearest = suggest(key, known);
  context.faults.error('unknown-keyword', `unknown keyword "${key}" in an argument spec`, {
    position: keyPositionOf(option, key),
    hint: nearest ? `did you mean "${nearest}"?` : `known: ${known.join(', ')}`,
  });
}

function wrong(context: FileContext, map: ValueMap, key: string, message: string): void {
  context.faults.error('wrong-type', message, { position: positionOf(map, key) });
}
