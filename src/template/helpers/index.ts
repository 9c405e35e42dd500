import { addresses } from './addresses.ts';
import { chance } from './chance.ts';
import { encodings } from './encodings.ts';
import { groups } from './groups.ts';
import type { Helper } from './helper.ts';
import { lists } from './lists.ts';
import { mapHelper } from './mapping.ts';
import { maps } from './maps.ts';
import { passwords } from './passwords.ts';
import { paths } from './paths.ts';
import { texts } from './texts.ts';
import { times } from './times.ts';
import { types } from './types.ts';

const table = new Map<string, Helper>(
  [
    ...texts,
    ...lists,
    ...groups,
    ...maps,
    ...types,
    ...encodings,
    ...passwords,
    ...chance,
    ...times,
    ...paths,
    ...addresses,
  ].map((entry) => [entry.name, entry]),
);
const map = mapHelper(table);

/** Every helper by name. */
export const helpers: ReadonlyMap<string, Helper> = table.set(map.name, map);
