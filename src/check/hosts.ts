import { findHost, patternFaults, positionOf } from '../load/index.ts';
import type { Fault } from '../model/errors.ts';
import type { Inventory } from '../model/inventory.ts';
import type { CommonKeywords } from '../model/playbook.ts';
import type { ValueMap } from '../model/value.ts';
import { isTemplate } from '../template/index.ts';
import { suggest } from '../util/suggest.ts';
import { chainOf, type PlaySite } from './site.ts';
import { patternOf } from './walk.ts';

/** Hosts and groups that plays and `delegate_to` name and the inventory does not have. */
export function hostFaults(site: PlaySite, inventory: Inventory, extraVars: ValueMap): Fault[] {
  const pattern = patternOf(site.play, extraVars);
  const position = positionOf(site.play, 'hosts') ?? site.play.position;
  const faults = [
    ...(pattern === undefined ? [] : patternFaults(pattern, inventory, position)),
    ...[...new Set(site.tasks.flatMap(chainOf))].flatMap((keywords) => delegateFaults(keywords, inventory)),
  ];
  if (!site.followsNewHosts) return faults;
  return faults.map((fault) => ({ ...fault, severity: 'warning' as const }));
}

function delegateFaults(keywords: CommonKeywords, inventory: Inventory): Fault[] {
  const name = keywords.delegateTo;
  if (name === undefined || isTemplate(name) || findHost(inventory, name)) return [];
  const nearest = suggest(name, inventory.hosts.keys());
  const position = positionOf(keywords, 'delegateTo');
  return [
    {
      severity: 'error',
      code: 'unknown-host',
      message: `delegate_to: no host is called "${name}"`,
      ...(nearest === undefined ? {} : { hint: `did you mean "${nearest}"?` }),
      ...(position ? { position } : {}),
    },
  ];
}
