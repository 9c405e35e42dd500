import { type Fault, PlaybookError } from '../model/errors.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Value } from '../model/value.ts';
import { isTemplate } from '../template/index.ts';
import type { TaskSite } from './site.ts';

/** Variables that hosts may have once a task has put them into groups, and files that cannot be read. */
export interface GroupVariables {
  readonly names: readonly string[];
  readonly faults: readonly Fault[];
}

/**
 * Finds the variables of the groups that `group_by` or `add_host` names. Where the name is a template, it may
 * be any group that there are variables for.
 */
export function groupVariables(site: TaskSite, inventory: Inventory): GroupVariables {
  const named = groupNamesOf(site);
  const places = [...(inventory.varsPlaces?.inventory ?? []), ...(inventory.varsPlaces?.playbook ?? [])];
  const anyGroup = [...inventory.groups.keys(), ...places.flatMap((folders) => folders.groupNames())];
  const meant = new Set(named.flatMap((name) => (isTemplate(name) ? anyGroup : [name])));
  const names = new Set<string>();
  const faults: Fault[] = [];
  for (const name of meant) {
    const inFile = inventory.groups.get(name)?.vars ?? [];
    try {
      const sources = [...inFile, ...places.flatMap((folders) => folders.forGroup(name))];
      for (const { values } of sources) for (const variable of Object.keys(values)) names.add(variable);
    } catch (error) {
      if (!(error instanceof PlaybookError)) throw error;
      // Only the run can tell whether a group comes to be whose name is a template.
      if (named.includes(name)) faults.push(...error.faults);
    }
  }
  return { names: [...names], faults };
}

/** Names of groups as `group_by` or `add_host` has them, templates among them. */
export function groupNamesOf({ task }: TaskSite): string[] {
  const { key, parents, groups, group } = task.params;
  const written = task.module === 'group_by' ? [key, parents] : [groups, group];
  return written.flatMap(namesIn);
}

function namesIn(value: Value | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value !== 'string') return [];
  return isTemplate(value) ? [value] : value.split(',').map((name) => name.trim());
}
