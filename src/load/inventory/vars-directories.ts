import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Fault } from '../../model/errors.ts';
import type { VarsFolders, VarsSource } from '../../model/inventory.ts';
import { suggest } from '../../util/suggest.ts';
import type { Faults } from '../faults.ts';
import { isDirectory, isFile } from '../source-file.ts';
import { loadVarsFile } from '../vars-files.ts';
import type { Vault } from '../vault.ts';

const extensions = ['', '.yml', '.yaml', '.json'];

/** Precedence numbers of the variables below one directory. */
export interface DirectoryLevels {
  readonly all: number;
  readonly group: number;
  readonly host: number;
}

/** Beside an inventory, and beside a playbook. */
export const inventoryLevels: DirectoryLevels = { all: 4, group: 6, host: 9 };
export const playbookLevels: DirectoryLevels = { all: 5, group: 7, host: 10 };

/** A file of variables of something that is not in the inventory. */
interface Stranger {
  readonly name: string;
  readonly fault: Fault;
}

/** `group_vars/` and `host_vars/` of one directory; each file is read once. */
export class VarsDirectory implements VarsFolders {
  readonly #directory: string;
  readonly #levels: DirectoryLevels;
  readonly #faults: Faults;
  readonly #vault: Vault | undefined;
  readonly #read = new Map<string, readonly VarsSource[]>();
  readonly #entries = new Map<string, ReadonlySet<string>>();

  constructor(directory: string, levels: DirectoryLevels, faults: Faults, vault: Vault | undefined) {
    this.#directory = directory;
    this.#levels = levels;
    this.#faults = faults;
    this.#vault = vault;
  }

  forGroup(name: string): readonly VarsSource[] {
    return this.#sources('group_vars', name, name === 'all' ? this.#levels.all : this.#levels.group);
  }

  forHost(name: string): readonly VarsSource[] {
    return this.#sources('host_vars', name, this.#levels.host);
  }

  groupNames(): readonly string[] {
    const names = [...this.#entriesOf('group_vars')].filter((entry) => !isIgnored(entry));
    return [...new Set(names.map((entry) => entry.slice(0, entry.length - vars(entry).length)))];
  }

  /**
   * Warns about files that belong to no group or host: mostly a typo in the name.
   *
   * @returns the names that are taken for groups, with the warnings
   */
  reportStrangers(groups: Iterable<string>, hosts: Iterable<string>): readonly Stranger[] {
    const found = this.#reportStrangers('group_vars', 'group', new Set(groups));
    this.#reportStrangers('host_vars', 'host', new Set([...hosts, 'localhost']));
    return found;
  }

  #reportStrangers(folder: string, what: string, known: ReadonlySet<string>): Stranger[] {
    const path = join(this.#directory, folder);
    const found: Stranger[] = [];
    if (!isDirectory(path)) return found;
    for (const entry of readdirSync(path).sort()) {
      if (isIgnored(entry) || !extensions.includes(vars(entry))) continue;
      const name = entry.slice(0, entry.length - vars(entry).length);
      if (known.has(name) || known.has(entry)) continue;
      const nearest = suggest(name, known);
      this.#faults.warning('unused-vars', `${join(path, entry)} belongs to no ${what} of the inventory`, {
        position: startOf(join(path, entry)),
        hint: nearest ? `did you mean "${nearest}"?` : undefined,
      });
      const fault = this.#faults.list.at(-1);
      if (fault) found.push({ name, fault });
    }
    return found;
  }

  #sources(folder: string, name: string, level: number): readonly VarsSource[] {
    const key = `${folder}/${name}`;
    const known = this.#read.get(key);
    if (known) return known;
    const sources = this.#files(folder, name).map((path) => {
      const { values, faults } = loadVarsFile(path, { vault: this.#vault });
      this.#faults.add(faults);
      return { origin: path, level, values };
    });
    this.#read.set(key, sources);
    return sources;
  }

  /** Listed once: most hosts have no file, and looking for each costs eight calls of the system. */
  #entriesOf(folder: string): ReadonlySet<string> {
    const known = this.#entries.get(folder);
    if (known) return known;
    const path = join(this.#directory, folder);
    const entries = new Set(isDirectory(path) ? readdirSync(path) : []);
    this.#entries.set(folder, entries);
    return entries;
  }

  /** A directory of that name, or the first file of it; where there are more, the others are not read. */
  #files(folder: string, name: string): string[] {
    const entries = this.#entriesOf(folder);
    const found = extensions
      .filter((extension) => entries.has(name + extension))
      .map((extension) => join(this.#directory, folder, name + extension))
      .filter((file) => isFile(file) || isDirectory(file));
    const [first, ...others] = found;
    for (const other of others) {
      this.#faults.warning('ignored-vars', `${other} is not read, because ${first} is there`, {
        position: startOf(other),
        hint: 'keep one of them; a directory may hold several files',
      });
    }
    if (first === undefined) return [];
    return isDirectory(first) ? filesBelow(first) : [first];
  }
}

/** Undefined for a folder, which has no lines to show. */
function startOf(path: string) {
  return isFile(path) ? { file: path, line: 1, col: 1 } : undefined;
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory)
    .sort()
    .flatMap((entry) => {
      if (isIgnored(entry)) return [];
      const path = join(directory, entry);
      if (isDirectory(path)) return extname(entry) === '' ? filesBelow(path) : [];
      return extensions.includes(extname(entry)) ? [path] : [];
    });
}

function isIgnored(entry: string): boolean {
  return entry.startsWith('.') || entry.endsWith('~');
}

/** The extension of a vars file, or nothing: a host name may have dots as well. */
function vars(entry: string): string {
  const extension = extname(entry);
  return extensions.includes(extension) ? extension : '';
}
