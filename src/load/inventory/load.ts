import { resolve } from 'node:path';
import { type Fault, InventoryError } from '../../model/errors.ts';
import type { Host, Inventory, VarsFolders } from '../../model/inventory.ts';
import { Faults } from '../faults.ts';
import { assembleInventory } from './assemble.ts';
import { InventoryBuilder } from './builder.ts';
import { directoryOf, readSource, type SourceOptions } from './sources.ts';
import { inventoryLevels, playbookLevels, VarsDirectory } from './vars-directories.ts';

export interface InventoryOptions extends Omit<SourceOptions, 'folders'> {
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
  const directories = sources.map(directoryOf);
  const folders = new Map<string, VarsDirectory>();
  for (const path of directories) {
    if (path === undefined || folders.has(resolve(path))) continue;
    folders.set(resolve(path), new VarsDirectory(path, inventoryLevels, faults, options.vault));
  }
  for (const [index, source] of sources.entries()) {
    const upToHere = new Set(directories.slice(0, index + 1).flatMap((path) => path ?? []));
    const known = [...upToHere].flatMap((path) => folders.get(resolve(path)) ?? []);
    readSource(builder, source, { ...options, folders: known });
  }
  const playbookDirectories = [...new Set(options.playbookDirectories ?? [])];
  const varsDirectories = {
    inventory: [...folders.values()],
    playbook: playbookDirectories
      .filter((path) => !folders.has(resolve(path)))
      .map((path) => new VarsDirectory(path, playbookLevels, faults, options.vault)),
  };
  const directory = resolve(directories.find((path) => path !== undefined) ?? '.');
  const inventory = assembleInventory(builder, { sources, directory, varsDirectories });
  const strangeGroups = varsDirectories.inventory.flatMap((vars) =>
    vars.reportStrangers(inventory.groups.keys(), inventory.hosts.keys()),
  );
  const late = (all: readonly VarsDirectory[]) => all.map((each) => throwing(each, faults));
  const varsPlaces = { inventory: late(varsDirectories.inventory), playbook: late(varsDirectories.playbook) };
  return { inventory: { ...inventory, varsPlaces, strangeGroups }, faults: [...faults.list] };
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
