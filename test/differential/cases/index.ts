import { type Case, flatten } from '../case.ts';
import { background } from './background.ts';
import { blocks } from './blocks.ts';
import { conditions } from './conditions.ts';
import { delegatedFacts } from './delegated-facts.ts';
import { failures } from './failures.ts';
import { handlers } from './handlers.ts';
import { inventories } from './inventories.ts';
import { loops } from './loops.ts';
import { modules } from './modules.ts';
import { places } from './places.ts';
import { reuse } from './reuse.ts';
import { rolling } from './rolling.ts';
import { selection } from './selection.ts';
import { variables } from './variables.ts';
import { withLoopGroups } from './with-loops.ts';

/** Every case; a new group gets a line here. */
export const allCases: readonly Case[] = flatten({
  ...failures,
  ...handlers,
  ...blocks,
  ...selection,
  ...rolling,
  ...loops,
  ...withLoopGroups,
  ...conditions,
  ...variables,
  ...reuse,
  ...places,
  ...inventories,
  ...delegatedFacts,
  ...modules,
  ...background,
});

/** The ten that are asked live in every gate. */
export const sample: readonly Case[] = [
  'any_errors_fatal: no host goes on after the task that failed',
  'handler: forced by the play',
  'block: nested: the outer rescue takes what the inner lets through',
  'tags: skipping wins',
  'serial: a list, whose last entry repeats',
  'run_once: on the first host whose condition holds',
  'until: a failing command that comes right',
  'precedence: block, task, set_fact, include_vars and extra vars',
  'roles: dependencies come first, once',
  'delegate_to: runs there with the variables of the host',
].flatMap((title) => allCases.filter((one) => one.title === title));
