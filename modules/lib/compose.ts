import type { Container } from './docker.ts';

/** What a compose project must look like, as far as deciding needs it. */
export interface DesiredProject {
  /** Config hash by service, as compose itself computes it. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Only these; undefined = all. */
  readonly services?: readonly string[] | undefined;
  readonly recreate: 'auto' | 'always' | 'never';
  readonly removeOrphans: boolean;
}

/** What is to be done with one service, and why. */
export interface Decision {
  readonly service: string;
  readonly action: 'create' | 'recreate' | 'start' | 'remove';
  readonly why: string;
}

const label = {
  service: 'com.docker.compose.service',
  hash: 'com.docker.compose.config-hash',
  oneOff: 'com.docker.compose.oneoff',
} as const;

/**
 * Compares each service's config hash, image and container state with what runs.
 *
 * @param desired hashes from `compose config --hash`
 * @param containers all containers of the project
 * @param images id by image reference, of the images present on the host
 * @returns one decision per service that differs, in the order of the file; orphans last
 */
export function decide(
  desired: DesiredProject,
  containers: readonly Container[],
  images: Readonly<Record<string, string>>,
): readonly Decision[] {
  const own = containers.filter((container) => container.labels[label.oneOff] !== 'True');
  const wanted = Object.keys(desired.hashes).filter((name) => desired.services?.includes(name) ?? true);
  const decisions = wanted.flatMap((service) => {
    const present = own.filter((container) => container.labels[label.service] === service);
    const decision = decideService(service, desired, present, images);
    return decision ? [decision] : [];
  });
  return desired.removeOrphans ? [...decisions, ...orphans(desired, own)] : decisions;
}

function decideService(
  service: string,
  desired: DesiredProject,
  present: readonly Container[],
  images: Readonly<Record<string, string>>,
): Decision | undefined {
  const [container] = present;
  if (!container) return { service, action: 'create', why: 'it has no container' };
  if (desired.recreate === 'always') return { service, action: 'recreate', why: '`recreate: always`' };
  if (desired.recreate === 'auto') {
    const why = differences(container, desired.hashes[service], images);
    if (why) return { service, action: 'recreate', why };
  }
  const stopped = present.find((item) => item.status !== 'running' && item.status !== 'restarting');
  return stopped ? { service, action: 'start', why: `its container is ${stateOf(stopped)}` } : undefined;
}

function differences(
  container: Container,
  hash: string | undefined,
  images: Readonly<Record<string, string>>,
): string | undefined {
  if (container.labels[label.hash] !== hash) return 'its configuration changed';
  const imageId = images[container.image];
  if (imageId !== undefined && imageId !== container.imageId) return `its image ${container.image} changed`;
  return undefined;
}

function orphans(desired: DesiredProject, containers: readonly Container[]): readonly Decision[] {
  return containers
    .filter((container) => !(String(container.labels[label.service]) in desired.hashes))
    .map((container) => ({
      service: container.labels[label.service] ?? container.name,
      action: 'remove',
      why: `container ${container.name} belongs to no service any more`,
    }));
}

/** `running (healthy)`, `exited with 1`. */
export function stateOf(container: Container): string {
  if (container.status === 'exited') return `exited with ${container.exitCode}`;
  return container.health ? `${container.status} (${container.health})` : container.status;
}

/** The service a container belongs to. */
export function serviceOf(container: Container): string {
  return container.labels[label.service] ?? '';
}

/** Parses `compose config --hash '*'`: a line `service hash` each. */
export function parseHashes(text: string): Readonly<Record<string, string>> {
  const pairs = text.split('\n').map((line) => /^(\S+)\s+([0-9a-f]{64})\s*$/.exec(line));
  return Object.fromEntries(pairs.flatMap((match) => (match?.[1] && match[2] ? [[match[1], match[2]]] : [])));
}
