import { isMap, type Value, type ValueMap } from '../../model/value.ts';
import { suggest } from '../../util/suggest.ts';
import { keyPositionOf, positionOf } from '../../util/yaml.ts';
import type { Faults } from '../faults.ts';
import { typeName } from '../keyword-values.ts';

/** What a source with `plugin: constructed` asks for, by Ansible's names. */
export interface ConstructedConfig {
  readonly strict: boolean;
  readonly useVarsPlugins: boolean;
  readonly useExtraVars: boolean;
  readonly leadingSeparator: boolean;
  /** Variable → expression. */
  readonly compose: ValueMap;
  /** Group → condition. */
  readonly groups: ValueMap;
  readonly keyedGroups: readonly KeyedGroup[];
}

export interface KeyedGroup {
  /** Where the keys of the entry stand. */
  readonly source: ValueMap;
  readonly key: Value;
  readonly prefix: string;
  readonly separator: string;
  readonly parentGroup: string | undefined;
  readonly defaultValue: string | undefined;
  readonly trailingSeparator: boolean;
}

const options = [
  ...['plugin', 'strict', 'use_vars_plugins', 'use_extra_vars', 'leading_separator'],
  ...['compose', 'groups', 'keyed_groups'],
];
const keyedOptions = ['key', 'prefix', 'separator', 'parent_group', 'default_value', 'trailing_separator'];

/** True for a file that names an inventory plugin; a group of that name has a mapping below it. */
export function isPluginSource(value: Value): value is ValueMap {
  return isMap(value) && typeof value['plugin'] === 'string';
}

/** Reads the options of an inventory plugin; undefined where the plugin is not supported. */
export function readPluginConfig(faults: Faults, map: ValueMap): ConstructedConfig | undefined {
  const name = String(map['plugin']);
  if (name.replace(/^ansible\.builtin\./, '') !== 'constructed') {
    faults.error('unsupported-inventory', `the inventory plugin "${name}" is not supported`, {
      position: positionOf(map, 'plugin'),
      hint: 'known is constructed; for hosts from elsewhere, name a script that prints them as JSON',
    });
    return undefined;
  }
  reportUnknown(faults, map, options, 'option of the plugin "constructed"');
  return {
    strict: flag(faults, map, 'strict', false),
    useVarsPlugins: flag(faults, map, 'use_vars_plugins', false),
    useExtraVars: flag(faults, map, 'use_extra_vars', false),
    leadingSeparator: flag(faults, map, 'leading_separator', true),
    compose: mapping(faults, map, 'compose'),
    groups: mapping(faults, map, 'groups'),
    keyedGroups: keyedGroups(faults, map),
  };
}

function reportUnknown(faults: Faults, map: ValueMap, known: readonly string[], what: string): void {
  for (const key of Object.keys(map).filter((name) => !known.includes(name))) {
    const nearest = suggest(key, known);
    faults.error('unknown-key', `unknown ${what}: "${key}"`, {
      position: keyPositionOf(map, key),
      hint: nearest ? `did you mean "${nearest}"?` : `known: ${known.join(', ')}`,
    });
  }
}

function wrongType(faults: Faults, map: ValueMap, key: string, wanted: string): void {
  faults.error('wrong-type', `"${key}" must be ${wanted}, not ${typeName(map[key])}`, {
    position: positionOf(map, key),
  });
}

function flag(faults: Faults, map: ValueMap, key: string, fallback: boolean): boolean {
  const value = map[key] ?? fallback;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string' && /^(yes|on|true)$/i.test(value)) return true;
  if (typeof value === 'string' && /^(no|off|false)$/i.test(value)) return false;
  wrongType(faults, map, key, 'true or false');
  return fallback;
}

function mapping(faults: Faults, map: ValueMap, key: string): ValueMap {
  const value = map[key] ?? {};
  if (isMap(value)) return value;
  wrongType(faults, map, key, 'a mapping of names to expressions');
  return {};
}

function keyedGroups(faults: Faults, map: ValueMap): KeyedGroup[] {
  const list = map['keyed_groups'] ?? [];
  if (!Array.isArray(list)) {
    wrongType(faults, map, 'keyed_groups', 'a list of mappings');
    return [];
  }
  return (list as readonly Value[]).flatMap((entry, index) => {
    if (isMap(entry)) return keyedGroup(faults, entry);
    faults.error('wrong-type', `an entry of "keyed_groups" must be a mapping, not ${typeName(entry)}`, {
      position: positionOf(list, index),
    });
    return [];
  });
}

function keyedGroup(faults: Faults, source: ValueMap): KeyedGroup[] {
  reportUnknown(faults, source, keyedOptions, 'key in an entry of "keyed_groups"');
  const { key, default_value: fallback, trailing_separator: trailing } = source;
  if (key === undefined || key === null) {
    faults.error('missing-key', 'an entry of "keyed_groups" needs a "key"', {
      position: keyPositionOf(source, Object.keys(source)[0] ?? ''),
      hint: 'its value is an expression, e.g. key: rack',
    });
    return [];
  }
  if (fallback !== undefined && trailing !== undefined) {
    faults.error('wrong-value', '"default_value" and "trailing_separator" exclude each other', {
      position: keyPositionOf(source, 'trailing_separator'),
    });
  }
  const separator = text(faults, source, 'separator') ?? '_';
  return [
    {
      ...{ source, key, separator },
      prefix: text(faults, source, 'prefix') ?? '',
      parentGroup: text(faults, source, 'parent_group'),
      defaultValue: text(faults, source, 'default_value'),
      trailingSeparator: flag(faults, source, 'trailing_separator', true),
    },
  ];
}

function text(faults: Faults, map: ValueMap, key: string): string | undefined {
  const value = map[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  wrongType(faults, map, key, 'text');
  return undefined;
}
