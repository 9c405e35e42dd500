import type { ValueMap } from '../model/value.ts';
import { keyPositionOf } from '../util/yaml.ts';
import type { FileContext } from './context.ts';
import { isKeyword } from './keywords.ts';
import { loopFormOf } from './loop-keywords.ts';

const common = ['name', 'vars', 'tags', 'when', 'no_log', 'ignore_errors', 'listen'];

/** Keywords that a statement honours itself; no task module is called, so all others would do nothing. */
const honoured: Readonly<Record<string, readonly string[]>> = {
  include_tasks: [...common, 'loop', 'loop_control', 'run_once', 'serial'],
  include_role: [...common, 'loop', 'loop_control', 'run_once', 'serial'],
  meta: [
    ...common,
    'serial',
    ...[
      'connection',
      'remote_user',
      'port',
      'become',
      'become_user',
      'become_method',
      'ignore_unreachable',
      'serial',
    ],
  ],
};

/** Keywords of the task that its statement would silently ignore are errors, as they are with Ansible. */
export function reportIdleKeywords(
  context: FileContext,
  map: ValueMap,
  statement: string,
  level: 'task' | 'handler',
): void {
  const known = honoured[statement];
  if (!known) return;
  const isMeta = statement === 'meta';
  for (const name of Object.keys(map)) {
    if (!isKeyword(name, level) || known.includes(name)) continue;
    if (!isMeta && loopFormOf(name) !== undefined) continue;
    context.faults.error('misplaced-keyword', `"${name}" has no effect on ${statement}`, {
      position: keyPositionOf(map, name),
      hint: isMeta ? 'leave it out' : includeHint(name),
    });
  }
}

function includeHint(name: string): string {
  if (isKeyword(name, 'block')) return `for the tasks it brings in write it below "apply:"`;
  return 'put it on the tasks it brings in';
}
