import { DecidedAtRunTime } from '../model/errors.ts';
import { isUnknown, type Unknown } from '../model/value.ts';
import { renderText } from '../template/index.ts';
import { withFacts } from './facts.ts';
import { factsFor } from './gather.ts';
import type { AccessSource } from './host-access.ts';
import type { ReadTrace, Render } from './read-trace.ts';
import { watchLayer } from './scope.ts';

/**
 * A file of the control node with the task's variables, noted in the trace.
 *
 * @param text of the file
 * @throws DecidedAtRunTime where a variable is not known yet; TemplateError
 */
export async function renderedText(source: AccessSource, trace: ReadTrace, text: string): Promise<string> {
  const rendered = await withFacts(factsFor(source.playRun, source.host, source.task), () => {
    const { value, render } = renderedWith(source, text);
    trace.renders.push(render);
    return value;
  });
  if (isUnknown(rendered)) throw new DecidedAtRunTime(rendered.reason);
  return rendered;
}

function renderedWith(source: AccessSource, text: string): { value: string | Unknown; render: Render } {
  let usedOthers = false;
  const watch = watchLayer((name) => {
    usedOthers ||= ofOthers.has(name);
  });
  const value = renderText(text, source.scope().with(watch));
  const isSame = (): boolean => {
    try {
      return renderText(text, source.scope()) === value;
    } catch {
      return false;
    }
  };
  return { value, render: { usedOthers, isSame } };
}

/** Variables whose values hang on what happens on other hosts meanwhile. */
const ofOthers: ReadonlySet<string> = new Set([
  ...['hostvars', 'groups', 'group_names', 'ansible_failed_task', 'ansible_failed_result'],
  ...['ansible_play_hosts', 'play_hosts', 'ansible_play_batch'],
]);
