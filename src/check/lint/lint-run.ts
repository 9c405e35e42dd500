import { byPlace, type Fault } from '../../model/errors.ts';
import { type CheckOptions, checkRun, surveyRun } from '../check-run.ts';
import { commandRules } from './commands.ts';
import { connectionRules } from './connections.ts';
import { modeRules } from './modes.ts';
import type { LintRule } from './rule.ts';
import { runWarnings } from './run-warnings.ts';
import { secretRules } from './secrets.ts';
import { structureRules } from './structure.ts';
import { textRules } from './texts.ts';
import { unusedRules } from './unused.ts';
import { versionRules } from './versions.ts';

/** What only `lint` looks for. */
export const lintRules: readonly LintRule[] = [
  ...commandRules,
  ...connectionRules,
  ...secretRules,
  ...versionRules,
  ...modeRules,
  ...structureRules,
  ...textRules,
  ...unusedRules,
].sort((a, b) => (a.name < b.name ? -1 : 1));

/** Every rule that can be switched off, with its sentence. */
export const ruleSummaries: ReadonlyMap<string, string> = new Map([
  ...lintRules.map(({ name, summary }) => [name, summary] as const),
  ...runWarnings,
]);

export interface LintOptions extends CheckOptions {
  readonly hasInventory: boolean;
}

/**
 * Finds what is wrong with a run, as `checkRun` does, and what would better be written otherwise.
 *
 * @returns errors and warnings, sorted by place
 */
export function lintRun(options: LintOptions): Fault[] {
  const { sites, texts } = surveyRun(options);
  const input = { sites, texts, modules: options.modules, hasInventory: options.hasInventory };
  const found = lintRules.flatMap((rule) => rule.find(input).map((finding) => toFault(rule, finding)));
  return [...checkRun(options), ...distinct(found)].sort(byPlace);
}

function toFault(
  { name }: LintRule,
  { message, position, hint }: ReturnType<LintRule['find']>[number],
): Fault {
  return { severity: 'warning', code: name, message, position, ...(hint === undefined ? {} : { hint }) };
}

/** A file of tasks that several plays import is told of once. */
function distinct(faults: readonly Fault[]): Fault[] {
  const seen = new Set<string>();
  return faults.filter(({ code, position }) => {
    const key = JSON.stringify([code, position]);
    return seen.size < seen.add(key).size;
  });
}
