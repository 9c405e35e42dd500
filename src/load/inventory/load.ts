import { readdirSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Fault } from '../../model/errors.ts';
import type { Host, Inventory } from '../../model/inventory.ts';
import { Faults } from '../faults.ts';
import { isDirectory, isFile, readYamlFile } from '../source-file.ts';
import type { Vault } from '../vault.ts';
import { assembleInventory } from './assemble.ts';
import { InventoryBuilder } from './builder.ts';
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
  return { inventory, faults: faults.list };
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
  return source.includes(',') && !isFile(source) ? undefined : dirname(source);
}

function readSource(builder: InventoryBuilder, source: string, options: InventoryOptions): void {
  if (isDirectory(source)) {
    for (const file of filesOf(source)) readFile(builder, file, options);
  } else {
    readFile(builder, source, options);
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
  const { value, faults } = readYamlFile(path, { vault: options.vault });
  builder.faults.add(faults);
  if (value !== undefined) readYamlInventory(builder, path, value);
  if (basename(path) === '') return;
}
