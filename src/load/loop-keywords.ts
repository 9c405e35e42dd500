import { type LoopForm, loopForms } from '../model/loop-form.ts';
import type { LoopControl } from '../model/playbook.ts';
import type { ValueMap } from '../model/value.ts';
import { suggest } from '../util/suggest.ts';
import { copyPlace, keyPositionOf, positionOf } from '../util/yaml.ts';
import type { FileContext } from './context.ts';
import { type KeywordKind, readKeywordValue } from './keyword-values.ts';

/** Keywords inside `loop_control`. */
export const loopControlKeywords: ReadonlyMap<string, readonly [keyof LoopControl, KeywordKind]> = new Map([
  ['loop_var', ['loopVar', 'variable']],
  ['index_var', ['indexVar', 'variable']],
  ['label', ['label', 'text']],
  ['pause', ['pause', 'number']],
  ['extended', ['extended', 'plain-boolean']],
  ['extended_allitems', ['extendedAllitems', 'plain-boolean']],
  ['break_when', ['breakWhen', 'conditions']],
]);

/** `with_items` and its kin. */
export const withKeywords: readonly string[] = loopForms.map((form) => `with_${form}`);

/** The form of a loop that is written `with_NAME`; undefined for `loop` and every other keyword. */
export function loopFormOf(keyword: string): LoopForm | undefined {
  return loopForms.find((form) => keyword === `with_${form}`);
}

/** Reads `loop_control`; what is wrong in it is reported. */
export function readLoopControl(context: FileContext, map: ValueMap): LoopControl | undefined {
  const source = readKeywordValue(context, map, 'loop_control', 'map');
  if (source === undefined) return undefined;
  const found: Record<string, unknown> = {};
  for (const name of Object.keys(source)) {
    const entry = loopControlKeywords.get(name);
    if (!entry) {
      const nearest = suggest(name, loopControlKeywords.keys());
      context.faults.error('unknown-keyword', `unknown keyword "${name}" in loop_control`, {
        position: keyPositionOf(source, name),
        hint: nearest ? `did you mean "${nearest}"?` : `known: ${[...loopControlKeywords.keys()].join(', ')}`,
      });
      continue;
    }
    const [field, kind] = entry;
    const value = readKeywordValue(context, source, name, kind);
    if (value === undefined) continue;
    found[field] = value;
    copyPlace(source, name, found, field);
  }
  return found;
}

/** Reports a second loop of a task, a loop over a bare word, and what means nothing without a loop. */
export function reportLoops(context: FileContext, map: ValueMap): void {
  const loops = Object.keys(map).filter((name) => name === 'loop' || loopFormOf(name) !== undefined);
  const [first, second] = loops;
  if (second !== undefined) {
    context.faults.error(
      'two-loops',
      `one task can have only one loop: here are "${loops.join('" and "')}"`,
      {
        position: keyPositionOf(map, second),
        hint: 'join the lists, or put the inner loop into a file and loop over include_tasks',
      },
    );
  }
  if (first === undefined && Object.hasOwn(map, 'loop_control')) {
    context.faults.warning('no-effect', '"loop_control" has no effect: the task has no loop', {
      position: keyPositionOf(map, 'loop_control'),
      hint: 'leave it out, or add the loop',
    });
  }
  if (first !== undefined) warnOfBareWord(context, map, first);
}

/** Text is one item; where a list or mapping is wanted, the name of a variable was meant. */
const takesText: readonly LoopForm[] = ['sequence', 'fileglob', 'first_found'];

function warnOfBareWord({ faults }: FileContext, map: ValueMap, name: string): void {
  const form = loopFormOf(name);
  const value = map[name];
  if (form === undefined || takesText.includes(form) || typeof value !== 'string') return;
  if (!/^[A-Za-z_][\w.]*$/.test(value)) return;
  faults.warning('bare-word-loop', `"${name}" loops over the one text "${value}"`, {
    position: positionOf(map, name),
    hint: `for the variable write "{{ ${value} }}"`,
  });
}
