import type { Fault } from '../model/errors.ts';
import type { VarsFile } from '../model/playbook.ts';
import type { Position } from '../model/position.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { keyPositionOf, positionOf } from '../util/yaml.ts';
import { type FileContext, findFile } from './context.ts';
import { Faults } from './faults.ts';
import { hasTemplate, typeName } from './keyword-values.ts';
import { readYamlFile } from './source-file.ts';
import type { Vault } from './vault.ts';

export interface VarsFileOptions {
  readonly vault?: Vault | undefined;
  /** Where the file is named, for the fault when it is not there. */
  readonly from?: Position | undefined;
}

/**
 * Reads a file of variables: YAML or JSON, a mapping at the top, encrypted or not.
 *
 * @returns the variables (empty where the file could not be read) and every fault
 */
export function loadVarsFile(
  path: string,
  options: VarsFileOptions = {},
): { values: ValueMap; faults: readonly Fault[] } {
  const faults = new Faults();
  const read = readYamlFile(path, options);
  faults.add(read.faults);
  if (read.value === undefined || read.value === null) return { values: {}, faults: faults.list };
  if (!isMap(read.value)) {
    faults.error('wrong-type', `a file of variables must be a mapping, not ${typeName(read.value)}`, {
      position: { file: path, line: 1, col: 1 },
      hint: 'write one "name: value" a line',
    });
    return { values: {}, faults: faults.list };
  }
  checkNames(read.value, faults);
  return { values: read.value, faults: faults.list };
}

/** Reports names that no expression could ever use. */
export function checkNames(values: ValueMap, faults: Faults): void {
  for (const name of Object.keys(values)) {
    if (/^[A-Za-z_]\w*$/.test(name)) continue;
    const usable = name.replaceAll(/\W/g, '_').replace(/^(?=\d)/, '_');
    faults.error('bad-variable-name', `"${name}" is no name for a variable`, {
      position: keyPositionOf(values, name),
      hint: `use letters, digits and underscores: ${usable}`,
    });
  }
}

/** Reads `vars_files:` or `defaults_files:`; files whose path holds no template are parsed at once. */
export function readVarsFiles(
  context: FileContext,
  map: ValueMap,
  key: 'vars_files' | 'defaults_files',
): VarsFile[] {
  const value = map[key];
  if (value === undefined || value === null) return [];
  const list: readonly Value[] = Array.isArray(value) ? value : [value];
  const files: VarsFile[] = [];
  for (const [index, path] of list.entries()) {
    const position = positionOf(Array.isArray(value) ? value : map, Array.isArray(value) ? index : key);
    if (typeof path !== 'string' || path.trim() === '') {
      context.faults.error('wrong-type', `"${key}" takes paths, not ${typeName(path)}`, {
        position,
        hint: Array.isArray(path)
          ? 'name each file on a line of its own; a choice is made by a template'
          : undefined,
      });
      continue;
    }
    files.push(readVarsFile(context, path, position ?? { file: context.file, line: 1, col: 1 }));
  }
  return files;
}

function readVarsFile(context: FileContext, path: string, position: Position): VarsFile {
  if (hasTemplate(path)) return { path, position };
  const { path: found, hint } = findFile(context, path, 'vars');
  if (found === undefined) {
    context.faults.error('missing-file', `there is no file ${path}`, { position, hint });
    return { path, position, values: {} };
  }
  const { values, faults } = loadVarsFile(found, { vault: context.options.vault, from: position });
  context.faults.add(faults);
  return { path, position, values };
}
