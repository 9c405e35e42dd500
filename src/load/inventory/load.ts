import { readdirSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { type Fault, InventoryError } from '../../model/errors.ts';
import type { Host, Inventory, VarsFolders } from '../../model/inventory.ts';
import { parseYaml } from '../../util/yaml.ts';
import { Faults } from '../faults.ts';
import { decrypting, isDirectory, isFile, readSourceFile, registerSecrets } from '../source-file.ts';
import type { Vault } from '../vault.ts';
import { assembleInventory } from './assemble.ts';
import { InventoryBuilder } from './builder.ts';
import { readIniInventory } from './ini-inventory.ts';
import { expandHostRange, splitPort } from './ranges.ts';
import { isInventoryScript, readScriptInventory } from './script-inventory.ts';
import { inventoryLevels, playbookLevels, VarsDirectory } from './vars-directories.ts';
import { readYamlInventory } from './yaml-inventory.ts';

export interface InventoryOptions {
  readonly vault?: Vault | undefined;
  /** Directories of the playbooks, whose group_vars/ and host_vars/ count as well. */
  readonly playbookDirectories?: readonly string[] | undefined;
}

/**
 * Reads what `-i` named: files, directories, or lists such as `host1,host2,`; later ones win.
 *
 * @returns the merged inventory, and every fault of every file
 */
export function loadInventory(
  sources: readonly string[],
  options: InventoryOptions = {},
): { inventory: Inventory; faults: readonly Fault[] } {
  const faults = new Faults();
  const builder = new InventoryBuilder(faults);
  for (const source of sources) readSource(builder, source, options);
  const directories = [...new Set(sources.map(directoryOf).filter((path) => path !== undefined))];
  const playbookDirectories = [...new Set(options.playbookDirectories ?? [])];
  const already = new Set(directories.map((path) => resolve(path)));
  const varsDirectories = {
    inventory: directories.map((path) => new VarsDirectory(path, inventoryLevels, faults, options.vault)),
    playbook: playbookDirectories
      .filter((path) => !already.has(resolve(path)))
      .map((path) => new VarsDirectory(path, playbookLevels, faults, options.vault)),
  };
  const directory = resolve(directories[0] ?? '.');
  const inventory = assembleInventory(builder, { sources, directory, varsDirectories });
  for (const vars of varsDirectories.inventory) {
    vars.reportStrangers(inventory.groups.keys(), inventory.hosts.keys());
  }
  const late = (folders: readonly VarsDirectory[]) => folders.map((each) => throwing(each, faults));
  const varsPlaces = { inventory: late(varsDirectories.inventory), playbook: late(varsDirectories.playbook) };
  return { inventory: { ...inventory, varsPlaces }, faults: [...faults.list] };
}

/** What is asked for once the inventory has been read: new faults are thrown, since nobody would look at them. */
function throwing(folders: VarsDirectory, faults: Faults): VarsFolders {
  const watch = <Result>(action: () => Result): Result => {
    const before = faults.list.length;
    const result = action();
    const added = faults.list.slice(before);
    if (added.some(({ severity }) => severity === 'error')) throw new InventoryError(added);
    return result;
  };
  return {
    forGroup: (name) => watch(() => folders.forGroup(name)),
    forHost: (name) => watch(() => folders.forHost(name)),
    groupNames: () => folders.groupNames(),
  };
}

/** The host of a name; `localhost` is there also where no inventory names it. */
export function findHost(inventory: Inventory, name: string): Host | undefined {
  return inventory.hosts.get(name) ?? (isLocalhost(name) ? inventory.implicitLocalhost : undefined);
}

/** The names that mean the control node where no inventory has them. */
export function isLocalhost(name: string): boolean {
  return ['localhost', '127.0.0.1', '::1'].includes(name);
}

function directoryOf(source: string): string | undefined {
  if (isDirectory(source)) return source;
  return isHostList(source) ? undefined : dirname(source);
}

function isHostList(source: string): boolean {
  return source.includes(',') && !isFile(source);
}

function readSource(builder: InventoryBuilder, source: string, options: InventoryOptions): void {
  if (isHostList(source)) readHostList(builder, source);
  else if (isDirectory(source)) for (const file of filesOf(source)) readFile(builder, file, options);
  else readFile(builder, source, options);
}

/** `-i host1,host2,`: names with ranges and ports, separated by commas. */
function readHostList(builder: InventoryBuilder, source: string): void {
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

function readFile(builder: InventoryBuilder, path: string, options: InventoryOptions): void {
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
  if (parsed.value !== undefined) readYamlInventory(builder, path, parsed.value);
}

/** Files without a telling extension are judged by their first line that says something. */
function isIni(path: string, text: string): boolean {
  const extension = extname(path);
  if (['.yml', '.yaml', '.json'].includes(extension)) return false;
  if (extension === '.ini') return true;
  const first = text.split('\n').find((line) => line.trim() !== '' && !/^\s*#/.test(line)) ?? '';
  return !/^(?:---|%YAML|\{|(["']?)[\w.-]+\1\s*:(?:\s|$))/.test(first);
}
