import { ParamsError } from '../model/errors.ts';
import type { Play, Sizes } from '../model/playbook.ts';

/** The hosts of a play in the order it wants. */
export function ordered(hosts: readonly string[], order: Play['order']): readonly string[] {
  switch (order) {
    case 'inventory':
      return hosts;
    case 'reverse_inventory':
      return hosts.toReversed();
    case 'sorted':
      return hosts.toSorted();
    case 'reverse_sorted':
      return hosts.toSorted().reverse();
    case 'shuffle':
      return shuffled(hosts);
  }
}

/**
 * Splits hosts into the batches of `serial`; the last size is used again until no host is left.
 *
 * @param sizes numbers or percentages of all hosts (`"30%"`, at least one host); empty = one batch
 * @throws ParamsError for a size that is none
 */
export function batchesOf<T>(hosts: readonly T[], sizes: Sizes): T[][] {
  const batches: T[][] = [];
  let start = 0;
  for (let index = 0; start < hosts.length; index++) {
    const size = batchSize(sizes, index, hosts.length);
    batches.push(hosts.slice(start, start + size));
    start += size;
  }
  return batches;
}

/**
 * How many hosts there are in one batch of `serial`.
 *
 * @param index of the batch, from 0
 * @param total what percentages are of
 * @throws ParamsError for a size that is none
 */
export function batchSize(sizes: Sizes, index: number, total: number): number {
  const written = sizes[Math.min(index, sizes.length - 1)];
  if (written === undefined) return total;
  const match = /^\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(String(written));
  if (!match) throw new ParamsError(`serial must be a number or a percentage, not "${written}"`);
  const number = Number(match[1]);
  const size = match[2] === '%' ? Math.floor((number / 100) * total) : Math.floor(number);
  // Ansible: 0 means all hosts at once, a percentage of next to nothing one host.
  if (size >= 1) return size;
  return match[2] === '%' ? 1 : total;
}

function shuffled(hosts: readonly string[]): string[] {
  const mixed = [...hosts];
  for (let last = mixed.length - 1; last > 0; last--) {
    const pick = Math.floor(Math.random() * (last + 1));
    const held = mixed[last];
    const other = mixed[pick];
    if (held === undefined || other === undefined) continue;
    mixed[last] = other;
    mixed[pick] = held;
  }
  return mixed;
}
