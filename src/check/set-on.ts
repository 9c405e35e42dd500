import type { CommonKeywords } from '../model/playbook.ts';
import { isTemplate } from '../template/index.ts';
import { chainOf, type TaskSite } from './site.ts';

/**
 * The hosts that facts of a task are kept for: its own, or with `delegate_facts` the one it is delegated to.
 *
 * @returns undefined where only the run can tell
 */
export function factHosts(site: TaskSite): readonly string[] | undefined {
  const chain = chainOf(site);
  const isDelegated = innermost(chain, 'delegateFacts') ?? false;
  const delegate = innermost(chain, 'delegateTo');
  if (isDelegated === false || delegate === undefined) return site.hosts;
  return isDelegated === true && !isTemplate(delegate) ? [delegate] : undefined;
}

function innermost<Key extends keyof CommonKeywords>(
  chain: readonly CommonKeywords[],
  key: Key,
): CommonKeywords[Key] | undefined {
  return chain.findLast((keywords) => keywords[key] !== undefined)?.[key];
}
