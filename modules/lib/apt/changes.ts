import type { Diff, Prediction } from '../../../src/module/index.ts';
import type { PackageChange } from './simulation.ts';

const listed = 8;

/** The changes in words: `install rpcbind 1.2.6-6; upgrade curl 7.88.1-14 → 7.88.1-15; remove nano 7.2-1`. */
export function describeChanges(changes: readonly PackageChange[]): string {
  const installed = changes.filter((change) => change.from === undefined);
  const changed = changes.filter((change) => change.from !== undefined && change.to !== undefined);
  const removed = changes.filter((change) => change.to === undefined);
  return [
    clause('install', installed, (change) => `${change.name} ${change.to}`),
    clause('change', changed, (change) => `${change.name} ${change.from} → ${change.to}`),
    clause('remove', removed, (change) => `${change.name} ${change.from}`),
  ]
    .filter((text) => text !== '')
    .join('; ');
}

/** Versions before and after, one package a line. */
export function packagesDiff(changes: readonly PackageChange[]): Diff {
  const lines = (version: (change: PackageChange) => string | undefined): string =>
    changes
      .filter((change) => version(change) !== undefined)
      .map((change) => `${change.name} ${version(change)}\n`)
      .join('');
  return {
    header: 'packages',
    before: lines((change) => change.from),
    after: lines((change) => change.to),
  };
}

/** What the changes leave behind, for the tasks after them. */
export function predictPackages(changes: readonly PackageChange[]): Prediction[] {
  return changes.map((change) => ({
    kind: 'package',
    name: change.name,
    installed: change.to !== undefined,
    ...(change.to === undefined ? {} : { version: change.to }),
  }));
}

function clause(
  verb: string,
  changes: readonly PackageChange[],
  label: (change: PackageChange) => string,
): string {
  if (changes.length === 0) return '';
  const names = changes.slice(0, listed).map(label).join(', ');
  const more = changes.length > listed ? ` and ${changes.length - listed} more` : '';
  return `${verb} ${names}${more}`;
}
