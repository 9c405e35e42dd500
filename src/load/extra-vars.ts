import type { Fault } from '../model/errors.ts';
import type { VarsSource } from '../model/inventory.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { SourceText, setPlace } from '../util/positions.ts';
import { copyPlaces, parseYaml } from '../util/yaml.ts';
import { Faults } from './faults.ts';
import { splitKeyValues } from './key-value.ts';
import { typeName } from './keyword-values.ts';
import { decrypting } from './source-file.ts';
import { checkNames, loadVarsFile } from './vars-files.ts';
import type { Vault } from './vault.ts';

const origin = '--extra-vars';
const level = 22;

/**
 * Reads `--extra-vars`: `name=value` (always text), JSON, YAML, or `@file`; later ones win.
 *
 * @returns one source of the highest precedence, and every fault
 */
export function parseExtraVars(
  list: readonly string[],
  options: { readonly vault?: Vault | undefined } = {},
): { source: VarsSource; faults: readonly Fault[] } {
  const faults = new Faults();
  const values: Record<string, Value> = {};
  for (const text of list) {
    const read = readOne(text.trim(), options.vault, faults);
    Object.assign(values, read);
    copyPlaces(read, values);
  }
  return { source: { origin, level, values }, faults: faults.list };
}

function readOne(text: string, vault: Vault | undefined, faults: Faults): ValueMap {
  if (text === '') return {};
  if (text.startsWith('@')) {
    const read = loadVarsFile(text.slice(1), { vault, from: { file: origin, line: 1, col: 1 } });
    faults.add(read.faults);
    return read.values;
  }
  const tokens = /^[[{]|^[\w-]+\s*:\s|\n/.test(text) ? undefined : splitKeyValues(text);
  return tokens ? readTokens(text, tokens, faults) : readYaml(text, vault, faults);
}

function readTokens(
  text: string,
  tokens: NonNullable<ReturnType<typeof splitKeyValues>>,
  faults: Faults,
): ValueMap {
  const source = new SourceText(origin, text);
  const values: Record<string, Value> = {};
  for (const { key, value, offset } of tokens) {
    if (key === undefined) {
      faults.error('extra-vars', `--extra-vars: expected name=value, not "${value}"`, {
        position: source.positionAt(offset),
        hint: /[./]/.test(value) ? `a file is named with @: @${value}` : 'put a value with spaces in quotes',
      });
      continue;
    }
    values[key] = value;
    const keyAt = text.lastIndexOf(key, offset - 1);
    setPlace(values, key, { source, key: keyAt, value: offset, shape: 'plain' });
  }
  checkNames(values, faults);
  return values;
}

function readYaml(text: string, vault: Vault | undefined, faults: Faults): ValueMap {
  const { value, faults: found } = parseYaml(text, decrypting(origin, vault));
  faults.add(found);
  if (value === undefined) return {};
  if (isMap(value)) {
    checkNames(value, faults);
    return value;
  }
  faults.error('extra-vars', `--extra-vars must be a mapping, not ${typeName(value)}`, {
    position: { file: origin, line: 1, col: 1 },
    hint: `for example '{"name": "value"}' or name=value`,
  });
  return {};
}
