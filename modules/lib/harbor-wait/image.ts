import type { ModuleLook } from '../../../src/module/index.ts';
import type { HarborReads } from '../harbor/api.ts';

export interface ImageWanted {
  /** `example/app1:1.0`; without a tag any tag of the repository. */
  readonly image: string;
  /** The digest it must have; undefined = any. */
  readonly digest: string | undefined;
  readonly present: boolean;
}

/** Whether an image is on a Harbor, or is gone. */
export async function lookForImage(harbor: HarborReads, wanted: ImageWanted): Promise<ModuleLook> {
  const [repository = '', tag] = wanted.image.split(':');
  const tags = await harbor.tags(repository);
  const found = tag === undefined ? tags : tags.filter(({ name }) => name === tag);
  const digests = found.map(({ digest }) => digest);
  const values = { digest: digests[0] ?? null };
  const fits = wanted.digest === undefined ? found.length > 0 : digests.includes(wanted.digest);
  const seen = describe(wanted.image, tag === undefined ? found.map(({ name }) => name) : digests);
  return { done: fits === wanted.present, seen, values };
}

function describe(image: string, found: readonly string[]): string {
  return found.length === 0 ? `${image} is not there` : `${image} is there (${found.slice(0, 3).join(', ')})`;
}
