import type { Fault } from '../model/errors.ts';
import { isTemplate } from '../template/index.ts';
import type { CheckOptions } from './check-run.ts';
import { groupNamesOf } from './group-variables.ts';
import { walkRun } from './walk.ts';

/**
 * Faults without the warnings of files of variables whose group a `group_by` or `add_host` of the run makes,
 * or may make since its name is a template.
 */
export function withoutMadeGroups(faults: readonly Fault[], options: CheckOptions): readonly Fault[] {
  const strangers = options.inventory.strangeGroups ?? [];
  if (strangers.length === 0) return faults;
  const { plays } = walkRun({ ...options, extraVars: options.extraVars ?? {} });
  const makers = plays
    .flatMap(({ tasks }) => tasks)
    .filter(({ task }) => ['add_host', 'group_by'].includes(task.module));
  const made = makers.flatMap(groupNamesOf);
  const settled = strangers.filter(({ name }) => made.some((each) => mayBe(each, name)));
  const dropped = new Set(settled.map(({ fault }) => fault));
  return faults.filter((fault) => !dropped.has(fault));
}

/** What stands around the templates of a name must be there; anything may come of a template. */
function mayBe(written: string, name: string): boolean {
  if (!isTemplate(written)) return written.replaceAll(' ', '-') === name;
  const fixed = written.split(/\{\{.*?\}\}/s).map((text) => literal(text.replaceAll(' ', '-')));
  return written.includes(',') || new RegExp(`^${fixed.join('.*')}$`, 's').test(name);
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
