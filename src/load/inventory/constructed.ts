import { InternalError } from '../../model/errors.ts';
import type { VarsFolders, VarsPlaces, VarsSource } from '../../model/inventory.ts';
import { isMap, type Value, type ValueMap } from '../../model/value.ts';
import { membersOf, mergeOrder, varsOfHost } from '../../util/host-vars.ts';
import { keyPositionOf, positionInside, positionOf } from '../../util/yaml.ts';
import type { GroupDraft, HostDraft, InventoryBuilder } from './builder.ts';
import { type ConstructedConfig, type KeyedGroup, readPluginConfig } from './plugin.ts';

/** Evaluates what constructed inventories say; handed in, since this layer knows no templates. */
export interface Expressions {
  /** What is wrong with an expression, or a template, whatever the variables are. */
  faults(text: string, kind: 'expression' | 'template'): readonly ExpressionProblem[];
  /** Expressions and templates over the variables of one host, lowest precedence first. */
  over(sources: readonly VarsSource[]): ExpressionScope;
}

export interface ExpressionScope {
  value(expression: string): Outcome<Value>;
  condition(expression: string): Outcome<boolean>;
  text(template: string): Outcome<string>;
}

export type Outcome<T> = { readonly value: T } | { readonly problem: ExpressionProblem };

export interface ExpressionProblem {
  readonly message: string;
  readonly hint?: string | undefined;
  /** Index into the text, from 0. */
  readonly offset: number;
  /** A variable is missing, which other hosts may well have. */
  readonly isUndefined: boolean;
}

export interface ConstructedOptions {
  readonly expressions?: Expressions | undefined;
  readonly extraVars?: ValueMap | undefined;
  /** `group_vars/` and `host_vars/` of the sources so far. */
  readonly folders: readonly VarsFolders[];
}

/** Makes variables and groups for the hosts that the sources before this one have named. */
export function readConstructed(
  builder: InventoryBuilder,
  file: string,
  map: ValueMap,
  options: ConstructedOptions,
): void {
  const config = readPluginConfig(builder.faults, map);
  if (!config) return;
  if (!options.expressions) throw new InternalError('constructed inventories need expressions');
  new Construction(builder, file, config, options, options.expressions).run();
}

class Construction {
  readonly #builder: InventoryBuilder;
  readonly #file: string;
  readonly #config: ConstructedConfig;
  readonly #options: ConstructedOptions;
  readonly #expressions: Expressions;
  /** Expressions that no host can be asked about. */
  readonly #broken = new Set<string>();

  constructor(
    builder: InventoryBuilder,
    file: string,
    config: ConstructedConfig,
    options: ConstructedOptions,
    expressions: Expressions,
  ) {
    this.#builder = builder;
    this.#file = file;
    this.#config = config;
    this.#options = options;
    this.#expressions = expressions;
  }

  run(): void {
    const { compose, groups, keyedGroups } = this.#config;
    for (const map of [compose, groups]) for (const key of Object.keys(map)) this.#checkText(map, key);
    for (const { source } of keyedGroups) {
      this.#checkText(source, 'key');
      this.#checkText(source, 'parent_group', 'template');
    }
    const memberships = this.#memberships();
    for (const host of [...this.#builder.hosts.values()]) {
      const memberOf = memberships.get(host.name) ?? [];
      this.#compose(host, this.#scopeOf(host, memberOf));
      const scope = this.#scopeOf(host, memberOf);
      this.#addToGroups(host, scope);
      for (const keyed of keyedGroups) this.#addToKeyedGroup(host, keyed, scope);
    }
  }

  #checkText(map: ValueMap, key: string, kind: 'expression' | 'template' = 'expression'): void {
    const text = map[key];
    if (typeof text !== 'string') return;
    for (const problem of this.#expressions.faults(text, kind)) {
      this.#broken.add(text);
      this.#builder.faults.error('bad-expression', problem.message, {
        position: positionInside(map, key, problem.offset) ?? positionOf(map, key),
        hint: problem.hint,
      });
    }
  }

  /** The groups of each host before this source, in the order of merging. */
  #memberships(): ReadonlyMap<string, readonly GroupDraft[]> {
    const { groups } = this.#builder;
    const memberships = new Map<string, GroupDraft[]>();
    for (const group of mergeOrder(groups)) {
      if (group.name === 'all') continue;
      for (const host of membersOf(groups, group.name)) {
        const found = memberships.get(host);
        if (found) found.push(group);
        else memberships.set(host, [group]);
      }
    }
    return memberships;
  }

  #scopeOf(host: HostDraft, memberOf: readonly GroupDraft[]): ExpressionScope {
    const { useVarsPlugins, useExtraVars } = this.#config;
    const grouped = memberOf.filter(({ name }) => name !== 'ungrouped' || memberOf.length === 1);
    const places: VarsPlaces = { inventory: useVarsPlugins ? this.#options.folders : [], playbook: [] };
    const all = this.#builder.addGroup('all');
    const magic = {
      inventory_hostname: host.name,
      inventory_hostname_short: host.name.split('.')[0] ?? host.name,
      group_names: grouped.map(({ name }) => name).sort(),
    };
    return this.#expressions.over([
      ...varsOfHost(host.name, [all, ...grouped], host.vars, places),
      ...(useExtraVars ? [{ origin: 'extra vars', level: 22, values: this.#options.extraVars ?? {} }] : []),
      { origin: 'magic', level: 24, values: magic },
    ]);
  }

  #compose(host: HostDraft, scope: ExpressionScope): void {
    const { compose } = this.#config;
    const values: Record<string, Value> = {};
    for (const name of Object.keys(compose)) {
      const value = this.#outcome(host, compose, name, (text) => scope.value(text));
      if (value !== undefined) values[name] = value;
    }
    if (Object.keys(values).length > 0) this.#builder.setHostVars(host.name, this.#file, values);
  }

  #addToGroups(host: HostDraft, scope: ExpressionScope): void {
    const { groups } = this.#config;
    for (const name of Object.keys(groups)) {
      const holds = this.#outcome(host, groups, name, (text) => scope.condition(text));
      if (holds === true) this.#builder.addHost(host.name, safeName(name), keyPositionOf(groups, name));
    }
  }

  #addToKeyedGroup(host: HostDraft, keyed: KeyedGroup, scope: ExpressionScope): void {
    const key = this.#outcome(host, keyed.source, 'key', (text) => scope.value(text));
    if (key === undefined) return;
    const names = this.#groupNames(host, keyed, key);
    if (names.length === 0) return;
    const parent =
      keyed.parentGroup &&
      this.#outcome(host, keyed.source, 'parent_group', (template) => scope.text(template));
    if (keyed.parentGroup && typeof parent !== 'string') return;
    const { prefix } = keyed;
    const separator = prefix === '' && !this.#config.leadingSeparator ? '' : keyed.separator;
    const position = positionOf(keyed.source, 'key');
    for (const name of names) {
      const group = safeName(`${prefix}${separator}${name}`);
      this.#builder.addHost(host.name, group, position);
      if (typeof parent === 'string' && parent !== '') {
        this.#builder.addChild(safeName(parent), group, positionOf(keyed.source, 'parent_group'));
      }
    }
  }

  /** The last parts of the names that the value of a key stands for. */
  #groupNames(host: HostDraft, keyed: KeyedGroup, key: Value): string[] {
    const { defaultValue, separator, trailingSeparator } = keyed;
    const orDefault = (value: Value): string => (isEmpty(value) ? (defaultValue ?? '') : String(value));
    if (Array.isArray(key)) return (key as readonly Value[]).map(orDefault);
    if (isMap(key)) {
      return Object.entries(key).map(([name, value]) =>
        isEmpty(value) && !trailingSeparator ? name : `${name}${separator}${orDefault(value)}`,
      );
    }
    if ((typeof key === 'string' && key !== '') || typeof key === 'number') return [String(key)];
    if (key === '' && defaultValue !== undefined) return [defaultValue];
    const message = isEmpty(key)
      ? `the key of a group is empty for the host ${host.name}`
      : `a group cannot be named after ${String(key)} of the host ${host.name}`;
    const place = { position: positionOf(keyed.source, 'key'), hint: 'give it text, a list or a mapping' };
    if (isEmpty(key) && !this.#config.strict) return [];
    // One host is enough to show what is meant.
    this.#broken.add(String(keyed.key));
    this.#builder.faults.error('bad-key', message, place);
    return [];
  }

  /** The value of an expression; undefined where there is none, which `strict` makes a fault. */
  #outcome(
    host: HostDraft,
    map: ValueMap,
    key: string,
    evaluate: (text: string) => Outcome<Value>,
  ): Value | undefined {
    const text = map[key];
    if (typeof text !== 'string') return text;
    if (this.#broken.has(text)) return undefined;
    const outcome = evaluate(text);
    if ('value' in outcome) return outcome.value;
    const { message, hint, offset, isUndefined } = outcome.problem;
    const place = { position: positionInside(map, key, offset) ?? positionOf(map, key), hint };
    const { faults } = this.#builder;
    if (this.#config.strict || !isUndefined) this.#broken.add(text);
    if (this.#config.strict) faults.error('bad-expression', `for the host ${host.name}: ${message}`, place);
    else if (!isUndefined) faults.warning('bad-expression', message, place);
    return undefined;
  }
}

function isEmpty(value: Value): boolean {
  return value === '' || value === null;
}

/** As Ansible makes a name fit for a variable: other characters, and a digit at the start, become `_`. */
function safeName(name: string): string {
  return name.replaceAll(/^[^\p{L}_]|[^\p{L}\p{N}_]/gu, '_');
}
