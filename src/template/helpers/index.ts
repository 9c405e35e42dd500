import type { Helper } from './helper.ts';
import { lists } from './lists.ts';
import { texts } from './texts.ts';

/** Every helper by name. */
export const helpers: ReadonlyMap<string, Helper> = new Map(
  [...texts, ...lists].map((entry) => [entry.name, entry]),
);
