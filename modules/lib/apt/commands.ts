import { quote, type RunStep } from '../../../src/module/index.ts';

/** What apt-get is asked to do; the same for the simulation and for the real run. */
export interface AptCommand {
  readonly action:
    | 'install'
    | 'remove'
    | 'purge'
    | 'autoremove'
    | 'build-dep'
    | 'upgrade'
    | 'dist-upgrade'
    | 'fix';
  readonly targets: readonly string[];
  /** Options of apt-get that change what it decides, e.g. `--only-upgrade`. */
  readonly options: readonly string[];
}

export const listsDirectory = '/var/lib/apt/lists';

const dpkgLocks = ['/var/lib/dpkg/lock-frontend', '/var/lib/dpkg/lock', '/var/cache/apt/archives/lock'];

const environment = {
  DEBIAN_FRONTEND: 'noninteractive',
  DEBIAN_PRIORITY: 'critical',
  APT_LISTCHANGES_FRONTEND: 'none',
  UCF_FORCE_CONFFOLD: '1',
};

/** The argv of a simulation: decides everything, changes nothing, takes no lock. */
export function simulationArgv(command: AptCommand): string[] {
  return ['apt-get', '-s', '-q', '-y', ...words(command)];
}

/**
 * The step that really does it.
 *
 * @param lockTimeout seconds to wait for another apt or dpkg
 */
export function aptStep(
  command: AptCommand,
  settings: {
    readonly dpkgOptions: readonly string[];
    readonly lockTimeout: number;
    readonly stage?: RunStep['stage'];
  },
): Pick<RunStep, 'kind' | 'script' | 'env' | 'long' | 'timeoutMs' | 'stage'> {
  const pty = ['-o', 'Dpkg::Use-Pty=0'];
  const dpkg = settings.dpkgOptions.flatMap((option) => ['-o', `Dpkg::Options::=--${option}`]);
  const stage = settings.stage ? { stage: settings.stage } : {};
  return {
    ...underLock(quoteTargets(['-q', '-y', ...pty, ...dpkg, ...words(command)]), settings.lockTimeout),
    ...stage,
  };
}

/** The step that fetches the package lists; a source that cannot be fetched is a failure. */
export function updateStep(
  lockTimeout: number,
): Pick<RunStep, 'kind' | 'script' | 'env' | 'long' | 'timeoutMs'> {
  const argv = ['-q', '-o', 'Acquire::Retries=3', '-o', 'APT::Update::Error-Mode=any', 'update'];
  // apt leaves the directory's time alone where no list was newer, so its age would never go down.
  return underLock(quote(argv), lockTimeout, [`${listsDirectory}/lock`], `touch ${listsDirectory}`);
}

function words(command: AptCommand): string[] {
  const action = command.action === 'fix' ? ['-f', 'install'] : [command.action];
  return [...command.options, ...action, ...command.targets];
}

/** Staged files are named by a variable of the shell, which must stay outside the quotes. */
function quoteTargets(argv: readonly string[]): string {
  return argv
    .map((word) =>
      word.startsWith('$MOORING_STAGE/') ? `"$MOORING_STAGE"/${quote([word.slice(15)])}` : quote([word]),
    )
    .join(' ');
}

function underLock(
  words: string,
  lockTimeout: number,
  locks: readonly string[] = dpkgLocks,
  afterwards = ':',
): Pick<RunStep, 'kind' | 'script' | 'env' | 'long' | 'timeoutMs'> {
  return {
    kind: 'run',
    script: lockScript(words, lockTimeout, locks, afterwards),
    env: environment,
    long: true,
    timeoutMs: 3_600_000 + lockTimeout * 1000,
  };
}

/**
 * apt waits by itself for dpkg's lock only, and silently; so the script looks for the holder of each
 * lock in /proc/locks, says who it is, and waits. It runs apt-get a second time where another
 * process took a lock between the look and the start.
 */
function lockScript(
  words: string,
  lockTimeout: number,
  locks: readonly string[],
  afterwards: string,
): string {
  return `limit=${lockTimeout} waited=0 again=1
holder() {
  for lock in ${locks.join(' ')}; do
    inode=$(stat -c %i "$lock" 2>/dev/null) || continue
    while read -r _ type _ mode pid file _; do
      [ "$type" = POSIX ] && [ "$mode" = WRITE ] || continue
      case $file in
        *:"$inode") echo "process $pid ($(cat "/proc/$pid/comm" 2>/dev/null)) that holds $lock"; return 0 ;;
      esac
    done </proc/locks
  done
  return 1
}
while :; do
  while who=$(holder); do
    if [ "$waited" -ge "$limit" ]; then
      echo "gave up after $waited s of waiting for $who (lock_timeout)" >&2
      exit 100
    fi
    [ $((waited % 5)) -ne 0 ] || echo "waiting for $who: $waited of at most $limit s"
    sleep 1
    waited=$((waited + 1))
  done
  apt-get -o DPkg::Lock::Timeout=$((limit - waited)) ${words} && { ${afterwards}; exit 0; }
  code=$?
  [ "$code" -eq 100 ] && [ "$again" -eq 1 ] && holder >/dev/null || exit "$code"
  again=0
done`;
}
