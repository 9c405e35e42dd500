import type { Inventory } from '../model/inventory.ts';
import type { CommonKeywords, Play } from '../model/playbook.ts';
import type { ValueMap } from '../model/value.ts';
import { suggest } from '../util/suggest.ts';
import type { Definition, Definitions } from './definitions.ts';
import { type MissingKey, missingKey } from './keys.ts';
import { isSetByEngine, magicNames } from './magic-names.ts';
import { allRoleVars, type RoleVars } from './role-vars.ts';

/** A point of the run from which names are looked up. */
export interface Viewpoint {
  readonly play: Play;
  readonly hosts: readonly string[];
  /** Keywords of all levels, outer first; the first are the play's. */
  readonly chain: readonly CommonKeywords[];
  readonly loopNames: ReadonlySet<string>;
  readonly roleVars: RoleVars;
  readonly order: number;
  readonly repeats: boolean;
}

/** A value as the user wrote it, with the way to its place. */
export interface Written {
  readonly container: ValueMap;
  readonly key: string;
}

/** What is known of a name at a point of the run; `elsewhere` is a host that has it. */
export type Knowledge =
  /** Defined on all hosts; `values` are those written by the user, which may hold templates. */
  | { readonly kind: 'defined'; readonly values: readonly Written[] }
  | { readonly kind: 'missing'; readonly on: readonly string[]; readonly values: readonly Written[] }
  | { readonly kind: 'later'; readonly definition: Definition }
  /** A file that is only known during the run may define it. */
  | { readonly kind: 'possible' }
  | { readonly kind: 'undefined'; readonly elsewhere: string | undefined };

/** Answers which variables exist where. */
export class Known {
  readonly #inventory: Inventory;
  readonly #extraVars: ValueMap;
  readonly #definitions: Definitions;
  readonly #isBroken: boolean;

  /** @param isBroken something of the inventory could not be read */
  constructor(inventory: Inventory, extraVars: ValueMap, definitions: Definitions, isBroken: boolean) {
    this.#inventory = inventory;
    this.#extraVars = extraVars;
    this.#definitions = definitions;
    this.#isBroken = isBroken;
  }

  /** @param local names that exist only in the text itself */
  lookUp(name: string, from: Viewpoint, local: readonly string[]): Knowledge {
    if (isSetByEngine(name) || local.includes(name) || from.loopNames.has(name)) return data;
    const shared = this.#shared(name, from);
    if (shared) return this.isSetByTask(name, from) ? data : shared;
    const lacking = from.hosts.filter((host) => !this.#isSetOn(name, host, from));
    const values = this.isSetByTask(name, from) ? [] : this.#inventoryValues(name, from.hosts);
    if (from.hosts.length > 0 && lacking.length === 0) return { kind: 'defined', values };
    const byDefault = defaultValue(name, from);
    if (byDefault) return { kind: 'defined', values: [...values, byDefault] };
    if (this.isOpenAt(from)) return { kind: 'possible' };
    if (from.hosts.length === 0) return this.#withoutHosts(name, from);
    if (lacking.length < from.hosts.length) return { kind: 'missing', on: lacking, values };
    const [first] = this.#definitions.byName.get(name) ?? [];
    const own = first?.hosts?.some((host) => from.hosts.includes(host));
    if (first && own) return { kind: 'later', definition: first };
    return { kind: 'undefined', elsewhere: first?.hosts?.[0] ?? this.#hostWith(name) };
  }

  /** The one task that registered a name, where nothing else sets it. */
  registeredBy(name: string, from: Viewpoint): Definition | undefined {
    const before = (this.#definitions.byName.get(name) ?? []).filter(({ site }) =>
      this.#isBefore(site, from),
    );
    const [only, ...others] = before;
    return only?.how === 'register' && others.length === 0 ? only : undefined;
  }

  /** What a task registered or set is data, and wins over what is written in the inventory. */
  isSetByTask(name: string, from: Viewpoint): boolean {
    return (this.#definitions.byName.get(name) ?? []).some(({ site }) => this.#isBefore(site, from));
  }

  /** Files that are not read yet may set any name. */
  isOpenAt(from: Viewpoint): boolean {
    const files = [...from.play.varsFiles, ...(from.play.defaultsFiles ?? [])];
    // A file that could not be read has no values; that is told elsewhere.
    if (this.#isBroken || files.some(({ values = {} }) => Object.keys(values).length === 0)) return true;
    return this.#definitions.open.some((site) => this.#isBefore(site, from));
  }

  /** Names to suggest for a misspelled one. */
  namesAt(from: Viewpoint, local: readonly string[]): Set<string> {
    const inventory = [...this.#inventory.hosts.values()].flatMap((host) => host.vars);
    return new Set([
      ...local,
      ...from.loopNames,
      ...from.chain.flatMap((keywords) => Object.keys(keywords.vars ?? {})),
      ...allRoleVars(from.roleVars).flatMap((values) => Object.keys(values)),
      ...filesOf(from.play).flatMap((values) => Object.keys(values)),
      ...from.play.varsPrompt.map((prompt) => prompt.name),
      ...inventory.flatMap((source) => Object.keys(source.values)),
      ...Object.keys(this.#extraVars),
      ...this.#definitions.byName.keys(),
      ...magicNames,
    ]);
  }

  /** What the play sets on every host, by falling precedence. */
  #shared(name: string, { play, chain, roleVars }: Viewpoint): Knowledge | undefined {
    const levels = [
      this.#extraVars,
      ...roleVars.params.toReversed(),
      ...chain
        .slice(1)
        .toReversed()
        .map((keywords) => keywords.vars),
      ...roleVars.vars.toReversed(),
      ...play.varsFiles.map((file) => file.values).toReversed(),
    ];
    const found = ownValue(levels, name);
    if (found) return { kind: 'defined', values: [found] };
    if (play.varsPrompt.some((prompt) => prompt.name === name)) return data;
    const inPlay = ownValue([play.keywords.vars], name);
    return inPlay && { kind: 'defined', values: [inPlay] };
  }

  #isSetOn(name: string, host: string, from: Viewpoint): boolean {
    if (this.#hostVars(host).some((source) => Object.hasOwn(source.values, name))) return true;
    const definitions = this.#definitions.byName.get(name) ?? [];
    return definitions.some(
      ({ site, hosts }) => (hosts?.includes(host) ?? true) && this.#isBefore(site, from),
    );
  }

  #isBefore(site: { readonly order: number; readonly play: Play }, from: Viewpoint): boolean {
    return site.order < from.order || (from.repeats && site.play === from.play);
  }

  #inventoryValues(name: string, hosts: readonly string[]): Written[] {
    const containers = hosts.flatMap((host) => {
      const source = this.#hostVars(host).findLast(({ values }) => Object.hasOwn(values, name));
      return source ? [source.values] : [];
    });
    return [...new Set(containers)].map((container) => ({ container, key: name }));
  }

  #hostVars(name: string) {
    const { hosts, implicitLocalhost } = this.#inventory;
    return (
      (hosts.get(name) ?? (name === implicitLocalhost?.name ? implicitLocalhost : undefined))?.vars ?? []
    );
  }

  #hostWith(name: string): string | undefined {
    const isSet = (host: string) => this.#hostVars(host).some(({ values }) => Object.hasOwn(values, name));
    return [...this.#inventory.hosts.keys()].find(isSet);
  }

  /** A group or host that `groups` or `hostvars` has no entry for. */
  missingEntry(name: string, key: string): MissingKey | undefined {
    const { groups, hosts } = this.#inventory;
    if (this.#definitions.makesHosts || this.#isBroken) return undefined;
    if (name === 'groups') {
      const known = Object.fromEntries([...groups.keys(), 'all', 'ungrouped'].map((group) => [group, '']));
      return missingKey('groups', known, [key]);
    }
    if (name !== 'hostvars' || key === 'localhost') return undefined;
    return missingKey('hostvars', Object.fromEntries([...hosts.keys()].map((host) => [host, ''])), [key]);
  }

  /** A variable that a host, as it is written in `hostvars.HOST.NAME`, certainly has not. */
  missingHostVar(name: string, keys: readonly (string | number)[], from: Viewpoint): MissingKey | undefined {
    const [host, variable] = keys;
    if (name !== 'hostvars' || typeof host !== 'string' || typeof variable !== 'string') return undefined;
    if (!this.#inventory.hosts.has(host)) return undefined;
    const knowledge = this.lookUp(variable, { ...from, hosts: [host] }, []);
    if (knowledge.kind !== 'undefined') return undefined;
    const message = `"hostvars.${host}.${variable}" is not defined: "${host}" has no "${variable}"`;
    if (knowledge.elsewhere !== undefined) {
      return { severity: 'error', message, hint: `it is set on "${knowledge.elsewhere}"` };
    }
    const nearest = suggest(variable, this.namesAt(from, []));
    return { severity: 'error', message, hint: nearest && `did you mean "${nearest}"?` };
  }

  /** A play without hosts runs nothing here; with another inventory its names may well exist. */
  #withoutHosts(name: string, from: Viewpoint): Knowledge {
    return this.namesAt(from, []).has(name) ? data : { kind: 'possible' };
  }
}

const data: Knowledge = { kind: 'defined', values: [] };

function filesOf(play: Play): ValueMap[] {
  return [...play.varsFiles, ...(play.defaultsFiles ?? [])].map((file) => file.values ?? {});
}

function ownValue(levels: readonly (ValueMap | undefined)[], name: string): Written | undefined {
  const container = levels.find((values) => values && Object.hasOwn(values, name));
  return container && { container, key: name };
}

/** Everything else wins over the defaults of roles, and over `defaults_files`. */
function defaultValue(name: string, { play, roleVars }: Viewpoint): Written | undefined {
  const files = (play.defaultsFiles ?? []).map((file) => file.values);
  return ownValue([...roleVars.defaults.toReversed(), ...files.toReversed()], name);
}
