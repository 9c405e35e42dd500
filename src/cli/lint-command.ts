import { modules } from '../../modules/index.ts';
import { lintRun, ruleSummaries, withoutAllowed, withoutMadeGroups } from '../check/index.ts';
import { byPlace, type Fault } from '../model/errors.ts';
import { createSarifReport } from '../report/index.ts';
import type { Redactor } from '../util/redact.ts';
import { suggest } from '../util/suggest.ts';
import { exitCodes } from './exit-codes.ts';
import { countFaults, faultLines } from './faults.ts';
import type { LintArguments } from './lint-options.ts';
import { stderrPaint } from './output.ts';
import { loadPlaybooks, loadSite } from './site.ts';
import { UsageError } from './usage.ts';

/**
 * `mooring lint`: every check of `run`, and what would better be written otherwise.
 *
 * @param version of the program, for SARIF
 * @returns the exit code
 */
export async function lintCommand(args: LintArguments, version: string): Promise<number> {
  for (const name of args.skipRule) checkRule(name);
  const site = await loadSite(args, args.playbooks);
  const { playbooks, faults } = loadPlaybooks(args.playbooks, site);
  const hasInventory = args.inventory.length > 0;
  const sealed = faults.filter((fault) => fault.code.startsWith('vault'));
  const given = { ...site, playbooks, modules, hasInventory, faults: [...site.faults, ...sealed] };
  const ofSite = withoutMadeGroups(site.faults, given);
  const found = withoutAllowed([...ofSite, ...faults, ...lintRun(given)], args.skipRule).sort(byPlace);
  const hasErrors = found.some((fault) => fault.severity === 'error');
  const code = hasErrors || (args.strict && found.length > 0) ? exitCodes.fault : exitCodes.ok;
  printers[args.output](
    found.map((fault) => site.redactor.value(fault)),
    { args, code, version, redactor: site.redactor },
  );
  return code;
}

interface Context {
  readonly args: LintArguments;
  readonly code: number;
  readonly version: string;
  readonly redactor: Redactor;
}

const printers: Readonly<
  Record<LintArguments['output'], (faults: readonly Fault[], context: Context) => void>
> = {
  human: printHuman,
  json: printJson,
  sarif: (faults, { version }) => {
    const report = createSarifReport(faults, { version, rules: ruleSummaries });
    process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  },
};

function printHuman(faults: readonly Fault[], { args, redactor }: Context): void {
  for (const line of faultLines(faults, stderrPaint())) process.stderr.write(`${redactor.text(line)}\n`);
  const names = args.playbooks.join(', ');
  process.stderr.write(faults.length === 0 ? `${names}: nothing wrong\n` : `${countFaults(faults)}\n`);
}

function printJson(faults: readonly Fault[], { code }: Context): void {
  const print = (event: Readonly<Record<string, unknown>>): void => {
    process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
  };
  for (const fault of faults) print({ event: 'fault', ...fault });
  const errors = faults.filter((fault) => fault.severity === 'error').length;
  print({ event: 'summary', errors, warnings: faults.length - errors, exitCode: code });
}

function checkRule(name: string): void {
  if (ruleSummaries.has(name)) return;
  const nearest = suggest(name, ruleSummaries.keys());
  const meant = nearest
    ? `did you mean "${nearest}"?`
    : `there are: ${[...ruleSummaries.keys()].sort().join(', ')}`;
  throw new UsageError(`--skip-rule: there is no rule "${name}"; ${meant}`);
}
