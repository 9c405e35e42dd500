import type { HostAccess, PackageState } from '../../../src/module/index.ts';
import { type CacheAge, readCacheAge } from './cache-age.ts';
import { type AptCommand, simulationArgv } from './commands.ts';
import { type DebFile, isDebInstalled, readDebFile } from './deb-file.ts';
import { type AptParams, commandOf, wantsUpdate } from './params.ts';
import { type PackageChange, parseSimulation, type Simulation, unknownNames } from './simulation.ts';
import { isSatisfied, type PackageSpec, parseSpecs } from './specs.ts';

/** How the packages are, and what apt would do about them. */
export interface AptCurrent {
  /** Packages (or a .deb) that are not yet as desired, by dpkg's own database. */
  readonly wanted: readonly string[];
  readonly deb?: DebFile;
  /** The lists must be fetched before anything can be decided. */
  readonly updateDue: boolean;
  /** What apt would do by the lists as they are, while they are to be fetched first. */
  readonly preview?: readonly PackageChange[];
  readonly updatedNow: boolean;
  /** undefined = nothing to ask apt for. */
  readonly command?: AptCommand;
  /** undefined = not asked: nothing wanted, lists not yet fetched, or a .deb on the control node. */
  readonly simulation?: Simulation;
  /** Names to suggest from where apt did not find one. */
  readonly known: readonly string[];
}

/**
 * Asks dpkg once for all names; where all is as desired that is the only question. Otherwise apt
 * itself says what it would do.
 */
export async function readApt(
  host: HostAccess,
  params: AptParams,
  earlier?: AptCurrent,
): Promise<AptCurrent> {
  const specs = parseSpecs(params.name);
  const guess = guessFrom(host, earlier);
  const [states, deb, age] = await Promise.all([
    readStates(host, specs),
    params.deb === undefined ? undefined : readDebFile(host, params.deb, params.remote_src),
    wantsUpdate(params) ? readCacheAge(host) : undefined,
  ]);
  const wanted = deb ? await wantedDeb(host, deb) : wantedSpecs(params, specs, states);
  const global =
    params.upgrade !== 'no' || params.state === 'fixed' || (params.autoremove && isUnnamed(params));
  const common = { wanted: wanted.map((spec) => spec.text), updatedNow: age?.updatedNow ?? false, known: [] };
  const withDeb = deb ? { deb } : {};
  if (await isUpdateDue(host, params, wanted, global, age)) {
    const preview = wanted.length > 0 && !deb ? await readPreview(host, commandOf(params, wanted)) : [];
    return { ...common, ...withDeb, updateDue: true, preview };
  }
  if (wanted.length === 0 && !global) return { ...common, ...withDeb, updateDue: false };
  const command = commandOf(params, wanted);
  if (deb?.local) return { ...common, deb, updateDue: false, command };
  const decision = await simulate(host, command, guess);
  const known = await namesLike(host, unknownNames(decision.simulation));
  return { ...common, ...withDeb, updateDue: false, ...decision, known };
}

async function readStates(
  host: HostAccess,
  specs: readonly PackageSpec[],
): Promise<ReadonlyMap<string, PackageState>> {
  const named = specs.filter((spec) => !spec.pattern);
  const states = await Promise.all(named.map((spec) => host.package(spec.name)));
  return new Map(states.map((state, index) => [named[index]?.name ?? state.name, state]));
}

function wantedSpecs(
  params: AptParams,
  specs: readonly PackageSpec[],
  states: ReadonlyMap<string, PackageState>,
): PackageSpec[] {
  if (params.state === 'latest' || params.state === 'build-dep') {
    return specs.filter((spec) => !params.only_upgrade || spec.pattern || states.get(spec.name)?.installed);
  }
  if (params.state === 'absent') {
    return specs.filter((spec) => spec.pattern || isThere(states.get(spec.name), params.purge));
  }
  return specs.filter((spec) => {
    const state = states.get(spec.name);
    if (params.only_upgrade && !spec.pattern && !state?.installed) return false;
    return params.only_upgrade || !isSatisfied(spec, state);
  });
}

/** A removed package's configuration files are still there: dpkg calls that `deinstall ok config-files`. */
function isThere(state: PackageState | undefined, purge: boolean): boolean {
  return state?.installed === true || (purge && state?.status.endsWith(' config-files') === true);
}

async function wantedDeb(host: HostAccess, deb: DebFile): Promise<PackageSpec[]> {
  if (isDebInstalled(deb, await host.package(deb.name))) return [];
  const path = deb.path.startsWith('/') ? deb.path : `./${deb.path}`;
  const text = deb.local ? `$MOORING_STAGE/${deb.name}.deb` : path;
  return [{ text, name: deb.name, pattern: false }];
}

function isUnnamed(params: AptParams): boolean {
  return params.name === undefined && params.deb === undefined;
}

async function isUpdateDue(
  host: HostAccess,
  params: AptParams,
  wanted: readonly PackageSpec[],
  global: boolean,
  age: CacheAge | undefined,
): Promise<boolean> {
  if (!age || age.updatedNow || age.seconds <= (params.cache_valid_time ?? 0)) return false;
  if (params.state === 'absent') return false;
  if (isUnnamed(params) || global || params.state !== 'present') return true;
  return wanted.length > 0 && !(await areProvided(host, wanted));
}

/** True where installed packages provide every name: a virtual package needs no fresh lists. */
async function areProvided(host: HostAccess, specs: readonly PackageSpec[]): Promise<boolean> {
  if (specs.some((spec) => spec.pattern || spec.version !== undefined || spec.release !== undefined))
    return false;
  const provided = await readProvided(host);
  return specs.every((spec) => provided.has(spec.name));
}

async function readProvided(host: HostAccess): Promise<ReadonlySet<string>> {
  const { stdout } = await host.run(['dpkg-query', '-W', '-f=${db:Status-Status}\t${Provides}\n']);
  const lines = stdout.split('\n').filter((line) => line.startsWith('installed\t'));
  const names = lines.flatMap((line) => line.slice('installed\t'.length).split(','));
  return new Set(names.map((name) => name.trim().split(/[\s:(]/)[0] ?? '').filter((name) => name !== ''));
}

/** Where apt cannot tell yet, it may be able to once the lists are there. */
async function readPreview(host: HostAccess, command: AptCommand): Promise<readonly PackageChange[]> {
  const { changes, errors } = await runSimulation(host, command);
  return errors.length > 0 ? [] : changes;
}

/** What apt would do, and the command that makes it do so. */
interface Decision {
  readonly command: AptCommand;
  readonly simulation: Simulation;
}

/** A simulation that was asked for before it was known to be needed. */
interface Guess {
  readonly command: AptCommand;
  /** Rejected in silence where nobody needs it. */
  readonly simulation: Promise<Simulation>;
}

/** What had to be simulated before is likely to be again: it is asked for together with the rest. */
function guessFrom(host: HostAccess, earlier: AptCurrent | undefined): Guess | undefined {
  if (!earlier?.command || earlier.deb?.local) return undefined;
  const { command } = earlier;
  const simulation = runSimulation(host, command);
  simulation.catch(() => undefined);
  return { command, simulation };
}

async function simulate(host: HostAccess, command: AptCommand, guess?: Guess): Promise<Decision> {
  const isGuessed = guess !== undefined && JSON.stringify(guess.command) === JSON.stringify(command);
  const simulation = await (isGuessed ? guess.simulation : runSimulation(host, command));
  if (simulation.virtual.size > 0 && simulation.errors.length > 0) {
    return withoutProvided(host, { command, simulation });
  }
  if (unknownNames(simulation).length === 0) return { command, simulation };
  // Where an earlier task was only simulated to fetch the lists, this makes the answer unknown.
  return { command, simulation: await runSimulation(host, command, true) };
}

/** apt refuses to choose between providers even where one is installed; dpkg knows that it is. */
async function withoutProvided(host: HostAccess, first: Decision): Promise<Decision> {
  const provided = await readProvided(host);
  const isProvided = (target: string): boolean =>
    first.simulation.virtual.has(target) && provided.has(target);
  const targets = first.command.targets.filter((target) => !isProvided(target));
  if (targets.length === first.command.targets.length) return first;
  const command = { ...first.command, targets };
  if (targets.length > 0) return { command, simulation: await runSimulation(host, command) };
  return { command, simulation: { changes: [], errors: [], virtual: new Map() } };
}

async function runSimulation(host: HostAccess, command: AptCommand, needsLists = false): Promise<Simulation> {
  const needs = needsLists ? [{ other: 'apt lists' }] : [];
  const { stdout, stderr, exitCode } = await host.run(simulationArgv(command), { needs, timeoutMs: 120_000 });
  return parseSimulation(stdout, stderr, exitCode);
}

/** Package names that begin as the given ones do. */
async function namesLike(host: HostAccess, names: readonly string[]): Promise<string[]> {
  const prefixes = [...new Set(names.map((name) => name.slice(0, 2)))].filter((prefix) =>
    /^[a-z0-9]/.test(prefix),
  );
  const replies = await Promise.all(prefixes.map((prefix) => host.run(['apt-cache', 'pkgnames', prefix])));
  return replies.flatMap((reply) => reply.stdout.split('\n')).filter((name) => name !== '');
}
