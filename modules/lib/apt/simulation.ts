import { suggest } from '../../../src/module/index.ts';

/** One package that apt would install, upgrade, downgrade or remove. */
export interface PackageChange {
  readonly name: string;
  /** Installed version; undefined = not installed now. */
  readonly from?: string;
  /** undefined = removed. */
  readonly to?: string;
}

/** What `apt-get -s` said. */
export interface Simulation {
  readonly changes: readonly PackageChange[];
  /** apt's own error lines without `E: `; empty = it can be done. */
  readonly errors: readonly string[];
  /** Virtual packages apt would not choose for: name → packages that provide it. */
  readonly virtual: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads the output of `apt-get -s -y …` (apt-get(8), LC_ALL=C).
 *
 * @param stdout of the simulation: `Inst name [from] (to source [arch])`, `Remv name [from]`, `Purg name [from]`
 * @param stderr of the simulation: `E: …` lines
 */
export function parseSimulation(stdout: string, stderr: string, exitCode: number): Simulation {
  const changes = new Map<string, PackageChange>();
  for (const line of stdout.split('\n')) {
    const change = parseChange(line);
    if (change) changes.set(change.name, { ...change, ...keepFrom(changes.get(change.name)) });
  }
  const errors = stderr
    .split('\n')
    .filter((line) => line.startsWith('E: '))
    .map((line) => line.slice(3));
  if (exitCode !== 0 && errors.length === 0)
    errors.push(lastLine(stderr) ?? `apt-get ended with ${exitCode}`);
  return {
    changes: [...changes.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    errors: exitCode === 0 ? [] : [...unmet(stdout), ...errors],
    virtual: virtualPackages(stdout),
  };
}

/** The names apt did not find in its lists. */
export function unknownNames(simulation: Simulation): string[] {
  return simulation.errors.flatMap((error) => {
    const match = /^Unable to locate package (\S+)|^Couldn't find any package by (?:glob|regex) '(.+)'/.exec(
      error,
    );
    return match?.[1] ?? match?.[2] ?? [];
  });
}

/**
 * One line for people on why apt cannot do it.
 *
 * @param known package names to take a suggestion from
 */
export function explainErrors(simulation: Simulation, known: readonly string[]): string {
  const unknown = new Set(unknownNames(simulation));
  const lines = [...unknown].map((name) => unknownPackage(name, known));
  for (const error of simulation.errors) {
    if (/^(Unable to locate package|Couldn't find any package by)/.test(error)) continue;
    const virtual = /^Package '(.+)' has no installation candidate/.exec(error)?.[1];
    const providers = virtual === undefined ? undefined : simulation.virtual.get(virtual);
    lines.push(providers ? chooseProvider(virtual ?? '', providers) : withRemedy(error));
  }
  return [...new Set(lines)].join('; ');
}

function parseChange(line: string): PackageChange | undefined {
  const installed = /^Inst (\S+) (?:\[([^\]]+)\] )?\((\S+) /.exec(line);
  if (installed?.[1] && installed[3]) {
    return { name: installed[1], ...(installed[2] ? { from: installed[2] } : {}), to: installed[3] };
  }
  const removed = /^(?:Remv|Purg) (\S+)(?: \[([^\]]+)\])?/.exec(line);
  return removed?.[1] ? { name: removed[1], from: removed[2] ?? '(configuration files)' } : undefined;
}

/** apt may remove a package first and install its new version afterwards. */
function keepFrom(earlier: PackageChange | undefined): { from?: string } {
  return earlier?.from === undefined ? {} : { from: earlier.from };
}

function virtualPackages(stdout: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let providers: string[] | undefined;
  for (const line of stdout.split('\n')) {
    const name = /^Package (\S+) is a virtual package provided by:/.exec(line)?.[1];
    if (name) {
      providers = [];
      found.set(name, providers);
    } else if (/^ {2}\S/.test(line)) {
      providers?.push(line.trim().split(/[\s:]/)[0] ?? '');
    } else {
      providers = undefined;
    }
  }
  return found;
}

/** The lines under "The following packages have unmet dependencies", where the real reason stands. */
function unmet(stdout: string): string[] {
  const lines = stdout.split('\n');
  const start = lines.findIndex((line) => line.startsWith('The following packages have unmet dependencies'));
  if (start === -1) return [];
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => !line.startsWith(' '));
  return rest.slice(0, end === -1 ? undefined : end).map((line) => line.trim().replaceAll(/\s+/g, ' '));
}

function unknownPackage(name: string, known: readonly string[]): string {
  const nearest = suggest(name, known);
  const hint = nearest
    ? `did you mean "${nearest}"?`
    : 'are the package lists there and fresh (update_cache: true)?';
  return `apt knows no package "${name}": ${hint}`;
}

function chooseProvider(name: string, providers: readonly string[]): string {
  return `"${name}" is a virtual package; name one of those that provide it: ${providers.join(', ')}`;
}

function withRemedy(error: string): string {
  const remedies: readonly (readonly [RegExp, string])[] = [
    [/^Packages were downgraded/, 'this would be a downgrade; set allow_downgrade: true to permit it'],
    [
      /^Held packages were changed/,
      'this would change packages that are on hold (apt-mark showhold); set allow_change_held_packages: true to permit it',
    ],
    [/^Essential packages were removed/, 'this would remove essential packages; only force: true permits it'],
    [
      /^There were unauthenticated packages/,
      'packages come from a source that is not signed; set allow_unauthenticated: true to permit it',
    ],
    [
      /^Packages need to be removed but remove is disabled/,
      'this would remove packages, which fail_on_autoremove forbids',
    ],
    [/^Unmet dependencies\. Try/, 'packages on the host are half installed; run apt with state: fixed first'],
    [/^dpkg was interrupted/, 'dpkg was interrupted on the host; run `dpkg --configure -a` there'],
  ];
  return remedies.find(([pattern]) => pattern.test(error))?.[1] ?? error;
}

function lastLine(text: string): string | undefined {
  return text.trim().split('\n').at(-1) || undefined;
}
