import { modules } from '../../modules/index.ts';
import { checkRun, withoutMadeGroups } from '../check/index.ts';
import { type Loader, type RunOptions, runPlaybooks } from '../engine/index.ts';
import { loadRole, loadTaskFile, loadVarsFile, selectHosts } from '../load/index.ts';
import type { Fault } from '../model/errors.ts';
import type { Playbook } from '../model/playbook.ts';
import type { Redactor } from '../util/redact.ts';
import { createAsk } from './ask.ts';
import { flushStdout } from './batched-stdout.ts';
import { connectDefaults } from './connect-defaults.ts';
import { exitCodes } from './exit-codes.ts';
import { countFaults, faultLines } from './faults.ts';
import { listPlaybooks } from './list-command.ts';
import { createOutput, stderrPaint } from './output.ts';
import { reportError } from './report-error.ts';
import type { RunArguments } from './run-options.ts';
import { saveVaultFile } from './save-vault-file.ts';
import { loadPlaybooks, loadSite, type Site } from './site.ts';

/**
 * `mooring run`: reads and checks everything, then runs the playbooks.
 *
 * @returns the exit code
 */
export async function runCommand(args: RunArguments): Promise<number> {
  const site = await loadSite(args, args.playbooks);
  const { playbooks, faults } = loadPlaybooks(args.playbooks, site);
  const sealed = faults.filter((fault) => fault.code.startsWith('vault'));
  const checked = checkRun({ ...args, playbooks, modules, ...site, faults: [...site.faults, ...sealed] });
  const ofSite = withoutMadeGroups(site.faults, { ...args, playbooks, modules, ...site });
  if (reportFaults([...ofSite, ...faults, ...checked], args, site.redactor)) return exitCodes.fault;
  if (args.syntaxCheck) {
    process.stdout.write(`${args.playbooks.join(', ')}: nothing wrong\n`);
    return exitCodes.ok;
  }
  if (args.listHosts || args.listTasks || args.listTags) {
    process.stdout.write(listPlaybooks(playbooks, site.inventory, args));
    return exitCodes.ok;
  }
  return runChecked(args, site, playbooks);
}

async function runChecked(args: RunArguments, site: Site, playbooks: readonly Playbook[]): Promise<number> {
  const connect = await connectDefaults(args, site.redactor);
  const output = createOutput({ ...args, verbosity: args.verbose, redactor: site.redactor });
  const interrupt = watchInterrupt();
  const options: RunOptions = {
    ...optionsOf(args),
    playbooks,
    inventory: site.inventory,
    extraVars: site.extraVars,
    modules,
    loader: createLoader(args, site),
    emit: output.emit,
    redactor: site.redactor,
    connect,
    ask: createAsk(args.step),
    signal: interrupt.signal,
  };
  try {
    const summary = await runPlaybooks(options);
    return summary.exitCode;
  } catch (error) {
    output.stop();
    return reportError(error, site.redactor);
  } finally {
    output.stop();
    interrupt.stop();
  }
}

function optionsOf(args: RunArguments): Partial<RunOptions> {
  return {
    tags: args.tags,
    skipTags: args.skipTags,
    forks: args.forks,
    check: args.check,
    diff: args.diff,
    verbosity: args.verbose,
    forceHandlers: args.forceHandlers,
    notify: args.notify,
    speculate: args.speculate,
    ...(args.limit === undefined ? {} : { limit: args.limit }),
    ...(args.startAtTask === undefined ? {} : { startAtTask: args.startAtTask }),
  };
}

function createLoader(args: RunArguments, site: Site): Loader {
  let { vault } = site;
  const { rolesPath } = site;
  return {
    selectHosts: (pattern, inventory, limit) => selectHosts(pattern, inventory, { limit }),
    loadTaskFile: async (path, options) => loadTaskFile(path, { ...options, modules, vault, rolesPath }),
    loadRole: async (params, options) => loadRole(params, { ...options, modules, vault, rolesPath }),
    loadVarsFile: async (path) => loadVarsFile(path, { vault }),
    saveVaultFile: async (path, values) => {
      vault = await saveVaultFile(path, values, args, site);
    },
    reloadInventory: async () => (await loadSite(args, args.playbooks)).inventory,
  };
}

/** Prints what is wrong; true where something is an error, so that nothing may run. */
function reportFaults(faults: readonly Fault[], args: RunArguments, redactor: Redactor): boolean {
  const isFatal = faults.some((fault) => fault.severity === 'error');
  if (args.output === 'json') {
    printJsonFaults(faults, args, redactor, isFatal);
    return isFatal;
  }
  for (const line of faultLines(faults, stderrPaint())) process.stderr.write(`${redactor.text(line)}\n`);
  if (isFatal) process.stderr.write(`${countFaults(faults)}; nothing was run\n`);
  return isFatal;
}

/** Also where nothing may run, the last line is a recap. */
function printJsonFaults(
  faults: readonly Fault[],
  args: RunArguments,
  redactor: Redactor,
  isFatal: boolean,
): void {
  const print = (event: Readonly<Record<string, unknown>>): void => {
    const line = { time: new Date().toISOString(), ...redactor.value(event) };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
  for (const fault of faults) print({ event: 'fault', ...fault });
  const recap = { event: 'recap', hosts: {}, durationMs: 0, exitCode: exitCodes.fault, check: args.check };
  if (isFatal) print(recap);
}

/** The first Ctrl-C ends the run in order, the second at once. */
function watchInterrupt(): { readonly signal: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    flushStdout();
    process.stderr.write('\ninterrupted: finishing what is under way; once more to stop at once\n');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const stop = (): void => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  return { signal: controller.signal, stop };
}
