import {
  CommandError,
  type ExecResult,
  type HostAccess,
  type Need,
  quoteWord,
} from '../../src/module/index.ts';

/** What Docker says of one container (`docker inspect`), as far as modules need it. */
export interface Container {
  readonly id: string;
  readonly name: string;
  /** created, running, restarting, exited, paused, dead */
  readonly status: string;
  readonly exitCode: number;
  /** starting, healthy, unhealthy; undefined = no health check */
  readonly health?: string;
  /** Reference it was made from, e.g. `mysql:5.7`. */
  readonly image: string;
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Whatever installs Docker: while one of these is only predicted, nothing can be asked of Docker. */
export const dockerNeeds: readonly Need[] = [
  { package: 'docker.io' },
  { package: 'docker-ce' },
  { unit: 'docker.service' },
  { path: '/usr/bin/docker' },
];

/**
 * The containers that match, running or not.
 *
 * @param host the host
 * @param filters `docker ps --filter` values, all must match
 * @throws CommandError where there is no Docker or its daemon does not answer
 */
export async function containersBy(
  host: HostAccess,
  filters: readonly string[],
  needs: readonly Need[] = dockerNeeds,
): Promise<readonly Container[]> {
  const options = filters.map((filter) => `--filter ${quoteWord(filter)}`).join(' ');
  const script = `ids=$(docker ps -aq --no-trunc ${options}) || exit
[ -z "$ids" ] || docker inspect $ids`;
  const reply = await host.script(script, { needs });
  assertDocker(reply);
  return reply.stdout.trim() === '' ? [] : parseInspect(reply.stdout);
}

/**
 * The container of that name, with all Docker says of it.
 *
 * @returns undefined where there is none
 */
export async function inspectContainer(
  host: HostAccess,
  name: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const reply = await host.run(['docker', 'container', 'inspect', name], { needs: dockerNeeds });
  if (reply.exitCode !== 0 && /no such container/i.test(reply.stderr)) return undefined;
  assertDocker(reply);
  return (JSON.parse(reply.stdout) as Readonly<Record<string, unknown>>[])[0];
}

/** Image id of each reference that is present; one process for all. */
export async function imageIds(
  host: HostAccess,
  references: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (references.length === 0) return new Map();
  const words = references.map(quoteWord).join(' ');
  const script = `for image in ${words}; do
  id=$(docker image inspect --format '{{.Id}}' "$image" 2>/dev/null) && printf '%s %s\\n' "$id" "$image"
done
docker version --format '{{.Server.Version}}' >/dev/null`;
  const reply = await host.script(script, { needs: dockerNeeds });
  assertDocker(reply);
  const pairs = reply.stdout.split('\n').map((line) => /^(\S+) (.+)$/.exec(line));
  return new Map(pairs.flatMap((match) => (match?.[1] && match[2] ? [[match[2], match[1]] as const] : [])));
}

/** Throws CommandError with the likely cause where a docker command could not do its work. */
function assertDocker(reply: ExecResult): void {
  if (reply.exitCode === 0) return;
  if (reply.exitCode === 127 || /docker: (command )?not found/.test(reply.stderr)) {
    throw new CommandError('Docker is not installed on this host', {
      hint: 'Install it first, e.g. `apt: name=docker.io`.',
    });
  }
  if (/permission denied/i.test(reply.stderr)) {
    throw new CommandError(`Docker refuses this user: ${reply.stderr.trim()}`, {
      hint: 'Set `become: true` on the task, or put the user into the group docker.',
    });
  }
  throw new CommandError(`Docker does not answer: ${reply.stderr.trim() || `exit code ${reply.exitCode}`}`);
}

interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly Health?: { readonly Status: string };
  };
  readonly Config: { readonly Image: string; readonly Labels: Readonly<Record<string, string>> | null };
}

function parseInspect(text: string): readonly Container[] {
  return (JSON.parse(text) as readonly Inspected[]).map((item) => ({
    id: item.Id,
    name: item.Name.replace(/^\//, ''),
    status: item.State.Status,
    exitCode: item.State.ExitCode,
    ...(item.State.Health ? { health: item.State.Health.Status } : {}),
    image: item.Config.Image,
    imageId: item.Image,
    labels: item.Config.Labels ?? {},
  }));
}
