import { type Case, flatten } from '../case.ts';
import { blocks } from './blocks.ts';
import { conditions } from './conditions.ts';
import { failures } from './failures.ts';
import { handlers } from './handlers.ts';
import { loops } from './loops.ts';
import { modules } from './modules.ts';
import { places } from './places.ts';
import { reuse } from './reuse.ts';
import { rolling } from './rolling.ts';
import { selection } from './selection.ts';
import { variables } from './variables.ts';

/** Every case; a new group gets a line here. */
export const allCases: readonly Case[] = flatten({
  ...failures,
  ...handlers,
  ...blocks,
  ...selection,
  ...rolling,
  ...loops,
  ...conditions,
  ...variables,
  ...reuse,
  ...places,
  ...modules,
});

/** The ten that are asked live in every gate. */
export const sample: readonly Case[] = allCases.filter(
  (_, index) => index % Math.ceil(allCases.length / 10) === 0,
);
