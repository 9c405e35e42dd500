import { readdirSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import type { VarsFolders } from '../../model/inventory.ts';
import type { ValueMap } from '../../model/value.ts';
import { parseYaml } from '../../util/yaml.ts';
import { decrypting, isDirectory, isFile, readSourceFile, registerSecrets } from '../source-file.ts';
import type { Vault } from '../vault.ts';
import type { InventoryBuilder } from './builder.ts';
import { type Expressions, readConstructed } from './constructed.ts';
import { readIniInventory } from './ini-inventory.ts';
import { isPluginSource } from './plugin.ts';
import { expandHostRange, splitPort } from './ranges.ts';
import { isInventoryScript, readScriptInventory } from './script-inventory.ts';
import { readYamlInventory } from './yaml-inventory.ts';

export interface SourceOptions {
  readonly vault?: Vault | undefined;
  /** For constructed inventories. */
  readonly expressions?: Expressions | undefined;
  /** `-e`, for constructed inventories that ask for them. */
  readonly extraVars?: ValueMap | undefined;
  /** `group_vars/` and `host_vars/` of this source and those before it. */
  readonly folders: readonly VarsFolders[];
}

/** Where group_vars/ and host_vars/ of a source are; a list of hosts has none. */
export function directoryOf(source: string): string | undefined {
  if (isDirectory(source)) return source;
  return isHostList(source) ? undefined : dirname(source);
}

function isHostList(source: string): boolean {
  return source.includes(',') && !isFile(source);
}

/** Reads one `-i`: a file, the files of a directory, or a list such as `host1,host2,`. */
export function readSource(builder: InventoryBuilder, source: string, options: SourceOptions): void {
  if (isHostList(source)) readHostList(builder, source);
  else if (isDirectory(source)) for (const file of filesOf(source)) readFile(builder, file, options);
  else readFile(builder, source, options);
}

/** `-i host1,host2,`: names with ranges and ports, separated by commas. */
function readHostList(builder: InventoryBuilder, source: string): void {
  builder.place = { file: source, directory: null };
  for (const part of source.split(/,(?![^[]*\])/)) {
    const { host, port } = splitPort(part.trim());
    if (host === '') continue;
    const names = expandHostRange(host);
    if (typeof names === 'string') {
      builder.faults.error('bad-host-range', `--inventory: "${host}": ${names}`);
      continue;
    }
    for (const name of names) {
      builder.addHost(name, 'ungrouped');
      if (port !== undefined) builder.setHostVars(name, '--inventory', { ansible_port: port });
    }
  }
}

const ignoredNames: ReadonlySet<string> = new Set(['group_vars', 'host_vars', 'vars_plugins']);
const ignoredExtensions: ReadonlySet<string> = new Set(
  '.pyc .pyo .swp .bak .rpm .md .txt .rst .orig .cfg .retry .pem .key .crt'.split(' '),
);

function filesOf(directory: string): string[] {
  return readdirSync(directory)
    .sort()
    .flatMap((entry) => {
      if (entry.startsWith('.') || entry.endsWith('~') || ignoredNames.has(entry)) return [];
      const path = join(directory, entry);
      if (isDirectory(path)) return filesOf(path);
      return ignoredExtensions.has(extname(entry)) ? [] : [path];
    });
}

function readFile(builder: InventoryBuilder, path: string, options: SourceOptions): void {
  builder.place = { file: resolve(path), directory: dirname(resolve(path)) };
  if (isInventoryScript(path)) {
    readScriptInventory(builder, path);
    return;
  }
  if (extname(path) === '.toml') {
    builder.faults.error('unsupported-inventory', `${path}: inventories in TOML are not supported`, {
      position: { file: path, line: 1, col: 1 },
      hint: 'write it in YAML or INI',
    });
    return;
  }
  const { text, encrypted, faults } = readSourceFile(path, { vault: options.vault });
  builder.faults.add(faults);
  if (text === undefined) return;
  if (isIni(path, text)) {
    readIniInventory(builder, path, text);
    return;
  }
  const parsed = parseYaml(text, decrypting(path, options.vault));
  if (encrypted && options.vault) registerSecrets(parsed.value, options.vault);
  builder.faults.add(parsed.faults);
  if (parsed.value === undefined) return;
  if (isPluginSource(parsed.value)) readConstructed(builder, path, parsed.value, options);
  else readYamlInventory(builder, path, parsed.value);
}

/** Files without a telling extension are judged by their first line that says something. */
function isIni(path: string, text: string): boolean {
  const extension = extname(path);
  if (['.yml', '.yaml', '.json'].includes(extension)) return false;
  if (extension === '.ini') return true;
  const first = text.split('\n').find((line) => line.trim() !== '' && !/^\s*#/.test(line)) ?? '';
  return !/^(?:---|%YAML|\{|(["']?)[\w.-]+\1\s*:(?:\s|$))/.test(first);
}
