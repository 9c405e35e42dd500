import { existsSync } from 'node:fs';
import { isOpenRole, loadVarsFile, type Vault } from '../load/index.ts';
import type { Fault } from '../model/errors.ts';
import type { Inventory } from '../model/inventory.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { isTemplate } from '../template/index.ts';
import { searchPath } from '../util/search-path.ts';
import { groupVariables } from './group-variables.ts';
import { factHosts } from './set-on.ts';
import { placesOf, type TaskSite } from './site.ts';

/** A variable that a task sets. */
export interface Definition {
  readonly name: string;
  readonly site: TaskSite;
  readonly how:
    | 'register'
    | 'set_fact'
    | 'include_vars'
    | 'include_role'
    | 'secret_file'
    | 'group_by'
    | 'add_host';
  /** The hosts that have it then; undefined where only the run can tell. */
  readonly hosts: readonly string[] | undefined;
  /** As written, where the value is templates of the user's; undefined for data. */
  readonly value?: Value;
}

export interface Definitions {
  readonly byName: ReadonlyMap<string, readonly Definition[]>;
  /** Tasks after which any name may be defined: files whose names are only known during the run. */
  readonly open: readonly TaskSite[];
  /** Some task adds hosts or groups. */
  readonly makesHosts: boolean;
  readonly faults: readonly Fault[];
}

/** Every variable that tasks set, in the order of the run. */
export function collectDefinitions(
  tasks: readonly TaskSite[],
  inventory: Inventory,
  vault: Vault | undefined,
): Definitions {
  const byName = new Map<string, Definition[]>();
  const open: TaskSite[] = [];
  const faults: Fault[] = [];
  for (const site of tasks) {
    const made = definitionsOf(site, inventory, vault);
    for (const definition of made.definitions) {
      byName.set(definition.name, [...(byName.get(definition.name) ?? []), definition]);
    }
    if (made.open) open.push(site);
    faults.push(...made.faults);
  }
  const makesHosts = tasks.some(({ task }) => ['add_host', 'group_by'].includes(task.module));
  return { byName, open, makesHosts, faults };
}

interface Made {
  readonly definitions: readonly Definition[];
  readonly open: boolean;
  readonly faults: readonly Fault[];
}

function definitionsOf(site: TaskSite, inventory: Inventory, vault: Vault | undefined): Made {
  const { register } = site.task.keywords;
  const registered: Definition[] = register
    ? [{ name: register, site, how: 'register', hosts: site.hosts }]
    : [];
  const made = madeByModule(site, inventory, vault);
  return { ...made, definitions: [...registered, ...made.definitions] };
}

function madeByModule(site: TaskSite, inventory: Inventory, vault: Vault | undefined): Made {
  const { module, params } = site.task;
  switch (module) {
    case 'set_fact':
      return named(
        site,
        'set_fact',
        Object.keys(params).filter((name) => name !== 'cacheable'),
      );
    case 'secret_file':
      return named(site, 'secret_file', secretNames(params));
    case 'include_vars':
      return includedVars(site, vault);
    case 'include_tasks':
      return { definitions: [], open: isTemplate(String(params['file'] ?? '')), faults: [] };
    case 'include_role': {
      const made = named(
        site,
        'include_role',
        site.shows.flatMap(({ values }) => Object.keys(values)),
      );
      return { ...made, open: isOpenRole(params) };
    }
    case 'group_by':
    case 'add_host': {
      const { names, faults } = groupVariables(site, inventory);
      const hosts = module === 'add_host' ? addedHosts(params) : site.hosts;
      return { ...named(site, module, names, { hosts }), faults };
    }
    default:
      return { definitions: [], open: false, faults: [] };
  }
}

function named(
  site: TaskSite,
  how: Definition['how'],
  names: readonly string[],
  { hosts }: Pick<Definition, 'hosts'> = { hosts: factHosts(site) },
): Made {
  const definitions = names.filter((name) => !isTemplate(name)).map((name) => ({ name, site, how, hosts }));
  return { definitions, open: names.some(isTemplate), faults: [] };
}

/** Mostly a host that there is not yet; undefined where only the run can tell. */
function addedHosts({ name, hostname }: ValueMap): readonly string[] | undefined {
  const written = name ?? hostname;
  return typeof written === 'string' && !isTemplate(written) ? [written] : undefined;
}

/** A certificate also sets NAME_key. */
function secretNames(params: ValueMap): string[] {
  const secrets = params['secrets'];
  if (!isMap(secrets)) return [];
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const type = isMap(secret) ? secret['type'] : undefined;
    return type === 'certificate' || type === 'authority' ? [name, `${name}_key`] : [name];
  });
}

function includedVars(site: TaskSite, vault: Vault | undefined): Made {
  const { file, name } = site.task.params;
  if (typeof name === 'string' && !isTemplate(name)) return named(site, 'include_vars', [name]);
  const nothing = { definitions: [], faults: [] };
  if (typeof file !== 'string' || isTemplate(file)) return { ...nothing, open: true };
  const path = searchPath(file, 'vars', placesOf(site)).find((candidate) => existsSync(candidate));
  if (path === undefined) return { ...nothing, open: false };
  const { values, faults } = loadVarsFile(path, { vault });
  const hosts = factHosts(site);
  const definitions = Object.entries(values).map(
    ([key, value]) => ({ name: key, site, how: 'include_vars', hosts, value }) as const,
  );
  return { definitions, open: false, faults };
}
