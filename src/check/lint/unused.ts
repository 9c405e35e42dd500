import { positionOf } from '../../load/index.ts';
import { isTemplate } from '../../template/index.ts';
import { chainOf } from '../site.ts';
import type { Finding, LintInput, LintRule } from './rule.ts';

/** What is written and used by nothing. */
export const unusedRules: readonly LintRule[] = [
  {
    name: 'unused-register',
    summary: 'A result is registered under a name that nothing uses.',
    find: unusedRegisters,
  },
  {
    name: 'unused-handler',
    summary: 'A handler that no task notifies.',
    find: unusedHandlers,
  },
];

function unusedRegisters({ sites, texts }: LintInput): Finding[] {
  const all = [...texts.around, ...[...texts.byTask.values()].flat()];
  const words = new Set(all.flatMap(({ text }) => text.match(/\w+/g) ?? []));
  return sites.plays.flatMap(({ tasks }) =>
    tasks.flatMap(({ task }) => {
      const name = task.keywords.register;
      if (name === undefined || words.has(name) || usedByDebug(name, tasks)) return [];
      const position = positionOf(task.keywords, 'register') ?? task.position;
      return [{ message: `nothing uses the result "${name}"`, position, hint: 'leave register out' }];
    }),
  );
}

/** `debug: {var: name}` holds an expression, which may be no text of its own. */
function usedByDebug(name: string, tasks: LintInput['sites']['plays'][number]['tasks']): boolean {
  return tasks.some(({ task }) => task.module === 'debug' && String(task.params['var']).includes(name));
}

function unusedHandlers({ sites }: LintInput): Finding[] {
  return sites.plays.flatMap(({ tasks }) => {
    const notified = new Set(tasks.flatMap((site) => chainOf(site).flatMap(({ notify }) => notify ?? [])));
    if ([...notified].some(isTemplate) || sites.hasUnknownIncludes) return [];
    return tasks.flatMap((site) => {
      const { name, listen = [] } = site.task.keywords;
      const names = [name ?? [], listen].flat();
      if (!site.handler || names.length === 0 || names.some((one) => isTemplate(one) || notified.has(one)))
        return [];
      return [{ message: `no task notifies the handler "${names[0]}"`, position: site.task.position }];
    });
  });
}
