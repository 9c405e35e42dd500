import type { Inventory } from '../model/inventory.ts';
import type { CommonKeywords, Parallel, Play, Playbook, Role, Task, VarsLevel } from '../model/playbook.ts';
import type { SearchPlaces } from '../util/search-path.ts';

/** A play with what it means for this inventory. */
export interface PlaySite {
  readonly playbook: Playbook;
  readonly play: Play;
  readonly parallel: Parallel | undefined;
  /** Names of the hosts it runs on; empty where that cannot be told, or there are none. */
  readonly hosts: readonly string[];
  readonly tasks: readonly TaskSite[];
  /** Tasks before it, or its own, make hosts or groups (add_host, group_by), which it may mean. */
  readonly followsNewHosts: boolean;
}

/** A task at its place in the run. */
export interface TaskSite {
  readonly task: Task;
  /** Keywords of the play, the blocks and the includes around it, outer first. */
  readonly around: readonly CommonKeywords[];
  /** Roles it belongs to, outermost first. */
  readonly roles: readonly Role[];
  /** Of an `include_role` with `public`: what the tasks after it see. */
  readonly shows: readonly VarsLevel[];
  /** Loop variables of the includes around it. */
  readonly loopNames: ReadonlySet<string>;
  readonly handler: boolean;
  /** Place in the run; handlers come after the tasks of their play. */
  readonly order: number;
  /** It may run again after what follows it: inside an include with a loop, or a handler. */
  readonly repeats: boolean;
  readonly playbook: Playbook;
  readonly play: Play;
  readonly hosts: readonly string[];
}

/** What the whole check works on. */
export interface RunSites {
  readonly inventory: Inventory;
  readonly plays: readonly PlaySite[];
  /** Tasks are included whose file is only known during the run. */
  readonly hasUnknownIncludes: boolean;
}

/** Keywords of all levels of a task, outer first, its own last. */
export function chainOf(site: TaskSite): readonly CommonKeywords[] {
  return [...site.around, site.task.keywords];
}

/** Where the files that a task names are looked for. */
export function placesOf({
  task,
  playbook,
  roles,
}: Pick<TaskSite, 'task' | 'playbook' | 'roles'>): SearchPlaces {
  const roleDirectories = roles.map(({ path }) => path).reverse();
  return { taskDirectory: task.directory, playbookDirectory: playbook.directory, roleDirectories };
}

/** The task as messages name it. */
export function labelOf(task: Task): string {
  return task.keywords.name ?? task.module;
}
