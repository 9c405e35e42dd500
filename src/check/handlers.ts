import { isOpenRole, positionOf } from '../load/index.ts';
import type { Fault } from '../model/errors.ts';
import type { CommonKeywords } from '../model/playbook.ts';
import { isTemplate } from '../template/index.ts';
import { suggest } from '../util/suggest.ts';
import { chainOf, type PlaySite } from './site.ts';

/** `notify` of names that no handler of the play has or listens to. */
export function handlerFaults({ play, tasks }: PlaySite): Fault[] {
  const handlers = tasks.filter((site) => site.handler);
  const names = handlers.flatMap(({ task, roles }) => {
    const { name, listen = [] } = task.keywords;
    const role = roles.at(-1);
    return [name ?? [], name !== undefined && role ? `${role.name} : ${name}` : [], listen].flat();
  });
  if (names.some(isTemplate)) return [];
  const opened = handlers.some(
    ({ task }) => task.module === 'include_tasks' && isTemplate(String(task.params['file'] ?? '')),
  );
  const openRole = tasks.some(({ task }) => task.module === 'include_role' && isOpenRole(task.params));
  if (opened || openRole) return [];
  const known = new Set(names);
  const levels = new Set(tasks.flatMap(chainOf));
  return [...levels].flatMap((keywords) =>
    (keywords.notify ?? [])
      .filter((name) => !known.has(name) && !isTemplate(name))
      .map((name) => unknownHandler(name, keywords, known, play.keywords.name ?? play.hosts)),
  );
}

function unknownHandler(
  name: string,
  keywords: CommonKeywords,
  known: ReadonlySet<string>,
  play: string,
): Fault {
  const nearest = suggest(name, known);
  const list = known.size === 0 ? 'the play has no handlers' : `handlers: ${[...known].join(', ')}`;
  const position = positionOf(keywords, 'notify');
  return {
    severity: 'error',
    code: 'unknown-handler',
    message: `no handler of play "${play}" is called "${name}" or listens to it`,
    hint: nearest ? `did you mean "${nearest}"?` : list,
    ...(position ? { position } : {}),
  };
}
