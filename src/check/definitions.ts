import { existsSync } from 'node:fs';
import { isOpenRole, loadVarsFile, type Vault } from '../load/index.ts';
import type { Fault } from '../model/errors.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { isTemplate } from '../template/index.ts';
import { searchPath } from '../util/search-path.ts';
import { placesOf, type TaskSite } from './site.ts';

/** A variable that a task sets. */
export interface Definition {
  readonly name: string;
  readonly site: TaskSite;
  readonly how: 'register' | 'set_fact' | 'include_vars' | 'include_role' | 'secret_file';
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
export function collectDefinitions(tasks: readonly TaskSite[], vault: Vault | undefined): Definitions {
  const byName = new Map<string, Definition[]>();
  const open: TaskSite[] = [];
  const faults: Fault[] = [];
  for (const site of tasks) {
    const made = definitionsOf(site, vault);
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

function definitionsOf(site: TaskSite, vault: Vault | undefined): Made {
  const { register } = site.task.keywords;
  const registered: Definition[] = register ? [{ name: register, site, how: 'register' }] : [];
  const made = madeByModule(site, vault);
  return { ...made, definitions: [...registered, ...made.definitions] };
}

function madeByModule(site: TaskSite, vault: Vault | undefined): Made {
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
    default:
      return { definitions: [], open: false, faults: [] };
  }
}

function named(site: TaskSite, how: Definition['how'], names: readonly string[]): Made {
  const definitions = names.filter((name) => !isTemplate(name)).map((name) => ({ name, site, how }));
  return { definitions, open: names.some(isTemplate), faults: [] };
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
  const definitions = Object.entries(values).map(
    ([key, value]) => ({ name: key, site, how: 'include_vars', value }) as const,
  );
  return { definitions, open: false, faults };
}
