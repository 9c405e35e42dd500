import type { HarborReads } from '../harbor/api.ts';
import { matchesPattern } from './pattern.ts';

/** Digest of every tagged image: `example/app1:1.0` → `sha256:…`. */
export type Images = Readonly<Record<string, string>>;

/** Which images are looked at. */
export interface Selection {
  readonly projects: readonly string[];
  /** Patterns on repositories with their project, `example/app*`; empty = all. */
  readonly repositories: readonly string[];
  /** Patterns on tags; empty = all. */
  readonly tags: readonly string[];
}

/** What one of two Harbors has of the selection. */
export interface Holding {
  readonly images: Images;
  /** Projects of the selection that are not there. */
  readonly missingProjects: readonly string[];
  /** Repositories that have images and that this Harbor does not list: it replicates none of them. */
  readonly unlisted: readonly string[];
}

/** Both Harbors, of the same moment as nearly as it goes. */
export interface Pair {
  readonly here: Holding;
  readonly there: Holding;
}

/** How many exchanges are under way with one Harbor. */
const atOnce = 6;

/**
 * Reads the images of two Harbors. Repositories that only one of them lists are looked for in the other all
 * the same: 1.5 does not list what was pushed by another client than Docker's, yet hands it out.
 *
 * @param only reads these repositories alone, with the rest of the selection left aside
 */
export async function readPair(
  here: HarborReads,
  there: HarborReads,
  selection: Selection,
  only?: readonly string[],
): Promise<Pair> {
  if (only !== undefined) {
    const [imagesHere, imagesThere] = await Promise.all(
      [here, there].map((harbor) => readImages(harbor, only, selection.tags)),
    );
    return { here: holding(imagesHere), there: holding(imagesThere) };
  }
  const [listedHere, listedThere] = await Promise.all(
    [here, there].map((harbor) => readRepositories(harbor, selection)),
  );
  const names = [...new Set([...(listedHere?.names ?? []), ...(listedThere?.names ?? [])])].sort();
  const [first, second] = await Promise.all([
    readHolding(here, names, listedHere, selection),
    readHolding(there, names, listedThere, selection),
  ]);
  return { here: first, there: second };
}

/** `example/app1:1.0` → `example/app1`. */
export function repositoryOf(image: string): string {
  return image.slice(0, image.lastIndexOf(':'));
}

/** `example/app1:1.0` → `1.0`. */
export function tagOf(image: string): string {
  return image.slice(image.lastIndexOf(':') + 1);
}

/** Whether a repository is of the selection; its project is. */
function isSelected(repository: string, { repositories }: Selection): boolean {
  return (
    repositories.length === 0 || repositories.some((pattern) => matchesPattern(pattern, repository, '2'))
  );
}

interface Listed {
  readonly names: readonly string[];
  readonly projects: readonly string[];
  readonly missingProjects: readonly string[];
}

async function readRepositories(harbor: HarborReads, selection: Selection): Promise<Listed> {
  const projects = await inTurns(selection.projects, (name) => harbor.project(name));
  const found = projects.flatMap((project) => project ?? []);
  const lists = await inTurns(found, (project) => harbor.repositories(project));
  const names = lists.flat().map(({ name }) => name);
  return {
    names: names.filter((name) => isSelected(name, selection)),
    projects: found.map(({ name }) => name),
    missingProjects: selection.projects.filter((_, index) => projects[index] === undefined),
  };
}

async function readHolding(
  harbor: HarborReads,
  names: readonly string[],
  listed: Listed | undefined,
  selection: Selection,
): Promise<Holding> {
  const projects = listed?.projects ?? [];
  // Without its project a repository cannot be there, and 1.5 would answer 404.
  const possible = names.filter((name) => projects.includes(name.split('/')[0] ?? ''));
  const images = await readImages(harbor, possible, selection.tags);
  const withImages = [...new Set(Object.keys(images).map(repositoryOf))];
  return {
    images,
    missingProjects: listed?.missingProjects ?? [],
    unlisted: withImages.filter((name) => !listed?.names.includes(name)),
  };
}

async function readImages(
  harbor: HarborReads,
  repositories: readonly string[],
  tags: readonly string[],
): Promise<Images> {
  const lists = await inTurns(repositories, (repository) => harbor.tags(repository));
  const images = lists.flatMap((list, index) =>
    list
      .filter(({ name }) => tags.length === 0 || tags.some((pattern) => matchesPattern(pattern, name, '2')))
      .map(({ name, digest }): [string, string] => [`${repositories[index]}:${name}`, digest]),
  );
  return Object.fromEntries(images.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function holding(images: Images = {}): Holding {
  return { images, missingProjects: [], unlisted: [] };
}

/** Asks for one after another, a few at once, and keeps the order. */
async function inTurns<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) answers[index] = await ask(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return answers;
}
