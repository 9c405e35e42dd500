import type { Fault } from '../model/errors.ts';
import { isTemplate } from '../template/index.ts';
import { suggest } from '../util/suggest.ts';
import { chainOf, labelOf, type RunSites, type TaskSite } from './site.ts';

const specialTags: readonly string[] = ['all', 'tagged', 'untagged', 'always', 'never'];

export interface Selection {
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly startAtTask: string | undefined;
  /** Handlers of `--notify`. */
  readonly notify: readonly string[];
}

/** Tags and task names of the command line that nothing has: such a run would do something else than meant. */
export function selectionFaults({ plays, hasUnknownIncludes }: RunSites, selection: Selection): Fault[] {
  const tasks = plays.flatMap((play) => play.tasks);
  const tags = tasks.flatMap((site) => chainOf(site).flatMap((keywords) => keywords.tags ?? []));
  const names = tasks.flatMap(({ task, roles }) => {
    const role = roles.at(-1);
    return role ? [labelOf(task), `${role.name} : ${labelOf(task)}`] : [labelOf(task)];
  });
  const isOpen = hasUnknownIncludes || tags.some(isTemplate);
  const unknown = (option: string, given: readonly string[]) =>
    given
      .flatMap((entry) => entry.split(','))
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '' && !specialTags.includes(tag) && !tags.includes(tag))
      .map((tag) => fault('unknown-tag', `${option}: no task has the tag "${tag}"`, tag, tags, isOpen));
  const start = selection.startAtTask;
  // With wildcards, the run itself finds the first task that matches.
  const lost = start !== undefined && !/[*?]/.test(start) && !names.includes(start);
  const nameOpen = hasUnknownIncludes || names.some(isTemplate);
  return [
    ...unknown('--tags', selection.tags),
    ...unknown('--skip-tags', selection.skipTags),
    ...(lost
      ? [fault('unknown-task', `--start-at-task: no task is called "${start}"`, start, names, nameOpen)]
      : []),
    ...lostHandlers(tasks, selection.notify, hasUnknownIncludes),
  ];
}

function lostHandlers(tasks: readonly TaskSite[], asked: readonly string[], hasUnknown: boolean): Fault[] {
  const handlers = tasks.filter((site) => site.handler);
  const names = handlers.flatMap(({ task, roles }) => {
    const role = roles.at(-1);
    return [labelOf(task), role ? `${role.name} : ${labelOf(task)}` : [], task.keywords.listen ?? []].flat();
  });
  const isOpen = hasUnknown || names.some(isTemplate);
  return asked
    .filter((name) => !names.includes(name))
    .map((name) => fault('unknown-handler', `--notify: no handler is called "${name}"`, name, names, isOpen));
}

function fault(
  code: string,
  message: string,
  word: string,
  candidates: readonly string[],
  isOpen: boolean,
): Fault {
  const nearest = suggest(word, candidates);
  const distinct = [...new Set(candidates)].sort();
  const hint = nearest ? `did you mean "${nearest}"?` : `there are: ${distinct.slice(0, 20).join(', ')}`;
  return { severity: isOpen ? 'warning' : 'error', code, message, ...(distinct.length > 0 ? { hint } : {}) };
}
