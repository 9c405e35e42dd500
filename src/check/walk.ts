import { existsSync } from 'node:fs';
import { isOpenRole, loadRole, loadTaskFile, selectHosts, type Vault } from '../load/index.ts';
import { InventoryError } from '../model/errors.ts';
import type { Inventory } from '../model/inventory.ts';
import type { CommonKeywords, Parallel, Play, Playbook, Role, Task, TaskNode } from '../model/playbook.ts';
import { handlersIn, publicVars } from '../model/roles.ts';
import type { ValueMap } from '../model/value.ts';
import type { Module } from '../module/index.ts';
import { isTemplate, render, Scope } from '../template/index.ts';
import { searchPath } from '../util/search-path.ts';
import { type PlaySite, placesOf, type RunSites, type TaskSite } from './site.ts';

export interface WalkOptions {
  readonly playbooks: readonly Playbook[];
  readonly inventory: Inventory;
  readonly modules: ReadonlyMap<string, Module>;
  readonly extraVars: ValueMap;
  readonly vault?: Vault | undefined;
  /** Absolute folders where roles are looked for besides the usual ones. */
  readonly rolesPath?: readonly string[] | undefined;
}

/**
 * Lists every play and task in the order of a run, those of files that `include_tasks` names outright
 * included.
 */
export function walkRun(options: WalkOptions): RunSites {
  const walker = new Walker(options);
  const plays = options.playbooks.flatMap((playbook) =>
    playbook.entries.flatMap((entry) =>
      entry.kind === 'play'
        ? [walker.play(playbook, entry, undefined)]
        : entry.plays.map((play) => walker.play(playbook, play, entry)),
    ),
  );
  return { inventory: options.inventory, plays, hasUnknownIncludes: walker.hasUnknownIncludes };
}

/** The pattern of a play with extra variables filled in; undefined where it needs more than those. */
export function patternOf(play: Play, extraVars: WalkOptions['extraVars']): string | undefined {
  if (!isTemplate(play.hosts)) return play.hosts;
  const layers = [{ origin: 'extra vars', level: 22, values: extraVars, templated: true }];
  try {
    const pattern = render(play.hosts, new Scope(layers));
    return typeof pattern === 'string' ? pattern : undefined;
  } catch {
    return undefined;
  }
}

interface Around {
  readonly playbook: Playbook;
  readonly play: Play;
  readonly hosts: readonly string[];
  readonly keywords: readonly CommonKeywords[];
  readonly roles: readonly Role[];
  readonly loopNames: ReadonlySet<string>;
  readonly handler: boolean;
  readonly repeats: boolean;
  /** Absolute paths of the files, and the calls of roles, included around this place. */
  readonly files: readonly string[];
}

class Walker {
  hasUnknownIncludes = false;
  followsNewHosts = false;
  readonly #options: WalkOptions;
  readonly #handlers: { readonly node: TaskNode; readonly around: Around }[] = [];
  #order = 0;

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  play(playbook: Playbook, play: Play, parallel: Parallel | undefined): PlaySite {
    const hosts = this.#hostsOf(play);
    const around: Around = {
      ...{ playbook, play, hosts, keywords: [play.keywords], roles: [], loopNames: new Set<string>() },
      ...{ handler: false, repeats: false, files: [] },
    };
    const tasks = [...play.preTasks, ...play.tasks, ...play.postTasks];
    const sites = [
      ...tasks.flatMap((node) => this.#node(node, around)),
      ...play.handlers.flatMap((node) => this.#node(node, asHandler(around))),
      ...this.#takeHandlers(),
    ];
    this.followsNewHosts ||= sites.some(({ task }) => ['add_host', 'group_by'].includes(task.module));
    return { playbook, play, parallel, hosts, tasks: sites, followsNewHosts: this.followsNewHosts };
  }

  #hostsOf(play: Play): readonly string[] {
    const pattern = patternOf(play, this.#options.extraVars);
    if (pattern === undefined) return [];
    try {
      return selectHosts(pattern, this.#options.inventory);
    } catch (error) {
      if (error instanceof InventoryError) return [];
      throw error;
    }
  }

  #node(node: TaskNode, around: Around): TaskSite[] {
    if (node.kind === 'task') return this.#task(node, around);
    const roles = node.role ? [...around.roles, node.role] : around.roles;
    const inner = { ...around, roles, keywords: [...around.keywords, node.keywords] };
    return [...node.tasks, ...node.rescue, ...node.always].flatMap((child) => this.#node(child, inner));
  }

  #task(task: Task, around: Around): TaskSite[] {
    const { files: _, keywords, ...rest } = around;
    const site: TaskSite = { ...rest, task, around: keywords, shows: [], order: this.#order++ };
    if (task.module === 'include_tasks') return [site, ...this.#included(task, around)];
    return task.module === 'include_role' ? this.#includedRole(site, around) : [site];
  }

  #included(task: Task, around: Around): TaskSite[] {
    const file = task.params['file'];
    if (typeof file !== 'string' || isTemplate(file)) {
      this.hasUnknownIncludes = true;
      return [];
    }
    const places = placesOf({ ...around, task });
    const path = searchPath(file, 'tasks', places).find((candidate) => existsSync(candidate));
    if (path === undefined || around.files.includes(path)) return [];
    // What is wrong in the file was told when the playbook was loaded.
    const { tasks } = loadTaskFile(path, {
      modules: this.#options.modules,
      vault: this.#options.vault,
      rolesPath: this.#options.rolesPath,
      playbookDirectory: around.playbook.directory,
      roles: around.roles,
      level: around.handler ? 'handler' : 'task',
    });
    const inner = insideOf(task, around, path);
    return tasks.flatMap((node) => this.#node(node, inner));
  }

  #includedRole(site: TaskSite, around: Around): TaskSite[] {
    const { params, position } = site.task;
    const call = JSON.stringify(params);
    if (isOpenRole(params)) this.hasUnknownIncludes = true;
    if (isOpenRole(params) || around.files.includes(call)) return [site];
    const { tasks } = loadRole(params, {
      modules: this.#options.modules,
      vault: this.#options.vault,
      rolesPath: this.#options.rolesPath,
      playbookDirectory: around.playbook.directory,
      roles: around.roles,
      position,
    });
    const inner = insideOf(site.task, around, call);
    for (const node of handlersIn(tasks)) this.#handlers.push({ node, around: asHandler(inner) });
    return [{ ...site, shows: publicVars(tasks) }, ...tasks.flatMap((node) => this.#node(node, inner))];
  }

  /** Handlers of the roles that the tasks of a play include; these may include further ones. */
  #takeHandlers(): TaskSite[] {
    const found = this.#handlers.splice(0);
    if (found.length === 0) return [];
    return [...found.flatMap(({ node, around }) => this.#node(node, around)), ...this.#takeHandlers()];
  }
}

function asHandler(around: Around): Around {
  return { ...around, handler: true, repeats: true };
}

/** @param entered what the include brings in, so that it is not entered again inside itself */
function insideOf(task: Task, around: Around, entered: string): Around {
  const { loopControl, loop, vars } = task.keywords;
  const names = loop === undefined ? [] : [loopControl?.loopVar ?? 'item', loopControl?.indexVar ?? 'item'];
  return {
    ...around,
    keywords: [
      ...around.keywords,
      { ...(vars ? { vars } : {}), ...whenOf(task) },
      ...(task.apply ? [task.apply] : []),
    ],
    loopNames: new Set([...around.loopNames, ...names]),
    repeats: around.repeats || loop !== undefined,
    files: [...around.files, entered],
  };
}

/** The condition of an include guards what is included. */
function whenOf(task: Task): CommonKeywords {
  return task.keywords.when ? { when: task.keywords.when } : {};
}
