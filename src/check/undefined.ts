import type { Fault } from '../model/errors.ts';
import { formatPosition, type Position } from '../model/position.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import type { Module } from '../module/index.ts';
import { type Reference, referencesOfExpression, referencesOfTemplate } from '../template/index.ts';
import { suggest } from '../util/suggest.ts';
import { mistypedFact } from './fact-names.ts';
import { type MissingKey, missingKey, missingResultKey } from './keys.ts';
import type { Known, Viewpoint, Written } from './known.ts';
import { labelOf } from './site.ts';
import { offsetOf } from './syntax.ts';
import { entryTexts, type TextSite } from './texts.ts';

/** What surrounds the texts that are looked at. */
export interface View {
  readonly known: Known;
  readonly modules: ReadonlyMap<string, Module>;
  readonly from: Viewpoint;
  /** Names that a condition around the texts asks for: `when: x is defined`. */
  readonly guarded: ReadonlySet<string>;
  /** A condition decides on which hosts the texts are evaluated at all. */
  readonly isConditional: boolean;
}

/** Names that conditions ask for with `is defined` or `default`. */
export function guardedNames(expressions: readonly (string | boolean)[]): Set<string> {
  const references = expressions.flatMap((text) =>
    typeof text === 'string' ? referencesOfExpression(text) : [],
  );
  return new Set(references.filter((reference) => reference.guarded).map((reference) => reference.name));
}

/**
 * Names that are not defined where the texts are evaluated, also those that only the value of another
 * variable needs.
 */
export function undefinedFaults(texts: Iterable<TextSite>, view: View): Fault[] {
  const faults: Fault[] = [];
  for (const text of texts) {
    if (text.use !== 'lazy') checkText(text, view, new Set(), faults);
  }
  return faults;
}

/** Uses of variables in a text. */
export function referencesOf(text: TextSite): Reference[] {
  return text.kind === 'template' ? referencesOfTemplate(text.text) : referencesOfExpression(text.text);
}

/** @param needed variables whose values led here */
function checkText(text: TextSite, view: View, needed: ReadonlySet<string>, faults: Fault[]): void {
  const references = referencesOf(text);
  const guarded = new Set(references.filter((one) => one.guarded).map((one) => one.name));
  for (const reference of references) {
    const { name } = reference;
    if (guarded.has(name) || view.guarded.has(name) || reference.mayBeKey || needed.has(name)) continue;
    checkReference(reference, text, view, needed, faults);
  }
}

function checkReference(
  reference: Reference,
  text: TextSite,
  view: View,
  needed: ReadonlySet<string>,
  faults: Fault[],
): void {
  const knowledge = view.known.lookUp(reference.name, view.from, text.local);
  const report = (severity: Fault['severity'], message: string, hint: string | undefined) =>
    faults.push(faultOf(reference, text, severity, message, hint));
  const severity = text.use === 'tolerant' ? 'warning' : 'error';
  const nearest = () => {
    const names = view.known.namesAt(view.from, text.local);
    names.delete(reference.name);
    return suggest(reference.name, names);
  };
  switch (knowledge.kind) {
    case 'defined':
      for (const fault of missingKeys(reference, knowledge.values, view, text)) {
        report(severity === 'error' ? fault.severity : severity, fault.message, fault.hint);
      }
      checkValues(knowledge.values, reference, text, view, needed, faults);
      return;
    case 'missing':
      checkValues(knowledge.values, reference, text, view, needed, faults);
      if (view.isConditional) return;
      report('warning', `"${reference.name}" is not defined on ${listed(knowledge.on)}`, undefined);
      return;
    case 'later':
      report(severity, `"${reference.name}" is not defined yet`, laterHint(knowledge.definition));
      return;
    case 'possible': {
      const meant = nearest();
      if (!meant) return;
      const message = `"${reference.name}" may not be defined: it would have to come from a file that is not read yet`;
      report('warning', message, didYouMean(meant));
      return;
    }
    case 'undefined': {
      const { elsewhere } = knowledge;
      const other = elsewhere && `it is set on other hosts: hostvars['${elsewhere}'].${reference.name}`;
      report(severity, `"${reference.name}" is not defined`, other ?? didYouMean(nearest()));
    }
  }
}

/** Keys that the variable certainly does not have, and facts that there are not. */
function missingKeys(
  reference: Reference,
  values: readonly Written[],
  view: View,
  text: TextSite,
): MissingKey[] {
  const { name, keys } = reference;
  const [first] = keys;
  const fact = mistypedFact(reference, (wanted) => view.known.namesAt(view.from, text.local).has(wanted));
  if (first === undefined) return fact ? [fact] : [];
  const definition = view.known.registeredBy(name, view.from);
  return [
    fact,
    view.known.missingEntry(name, String(first)),
    view.known.missingHostVar(name, keys, view.from),
    definition && missingResultKey(definition, String(first), view.modules.get(definition.site.task.module)),
    ...values.map(({ container, key }) => missingKey(name, container[key] ?? null, keys)),
  ].filter((fault) => fault !== undefined);
}

/** The values of a variable are templates themselves: what the keys that are asked for need must exist too. */
function checkValues(
  values: readonly Written[],
  reference: Reference,
  text: TextSite,
  view: View,
  needed: ReadonlySet<string>,
  faults: Fault[],
): void {
  const inner = new Set([...needed, reference.name]);
  for (const value of values) {
    for (const found of textsUnder(value, reference.keys, text)) checkText(found, view, inner, faults);
  }
}

function textsUnder(written: Written, keys: readonly (string | number)[], user: TextSite): TextSite[] {
  let container: ValueMap | readonly Value[] = written.container;
  let key: string | number = written.key;
  let value: Value | undefined = written.container[written.key];
  for (const next of keys) {
    if (!isMap(value) && !Array.isArray(value)) break;
    container = value;
    key = next;
    value = isMap(value) ? value[String(next)] : value[Number(next)];
  }
  const texts = entryTexts(container, key, value, user.use);
  return texts.map((text) => ({ ...text, local: user.local, at: (offset) => text.at(offset) ?? user.at(0) }));
}

function faultOf(
  reference: Reference,
  text: TextSite,
  severity: Fault['severity'],
  message: string,
  hint: string | undefined,
): Fault {
  const position = text.at(offsetOf(text.text, reference.at.line, reference.at.col));
  return {
    severity,
    code: 'undefined-variable',
    message,
    ...(position ? { position } : {}),
    ...(hint === undefined ? {} : { hint }),
  };
}

function laterHint({ how, site }: { how: string; site: { task: Parameters<typeof labelOf>[0] } }): string {
  const place: Position = site.task.position;
  return `${how} sets it later, in task "${labelOf(site.task)}" (${formatPosition(place)})`;
}

function didYouMean(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `did you mean "${name}"?`;
}

/** At most five names, then how many more. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
