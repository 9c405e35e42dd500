import { ParamsError } from '../model/errors.ts';
import type { LoopForm } from '../model/loop-form.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { sequenceItems } from './loop-sequence.ts';

/** What looks at the files of the control node for the loops that are made of them. */
export interface LoopFiles {
  /** The files that a pattern (`files/*.conf`) matches. */
  glob(pattern: string): readonly string[];
  /** The first file that is there, or undefined. @param names relative to the usual folders */
  first(names: readonly string[]): string | undefined;
}

type Expand = (terms: readonly Value[], files: LoopFiles) => readonly Value[];

/**
 * Each `with_NAME` loop: how the items come out of what stands behind it. Ansible's rules; behaviour read
 * in its lookup plugins.
 */
const expansions: Readonly<Record<LoopForm, Expand>> = {
  items: (terms) => terms.flatMap(listed),
  list: (terms) => terms,
  flattened: flattenDeep,
  dict: (terms) => terms.flatMap(entriesOf),
  indexed_items: (terms) => terms.flatMap(listed).map((item, index) => [index, item]),
  // Ansible opens the lists of a combination once more.
  nested: (terms) => combined(terms, 'nested').map((row) => row.flatMap(listed)),
  cartesian: (terms) => combined(terms, 'cartesian'),
  together: zipped,
  subelements: subElements,
  sequence: (terms) => terms.flatMap((term) => sequenceItems(term)),
  random_choice: (terms) =>
    terms.length === 0 ? [] : [terms[Math.floor(Math.random() * terms.length)] ?? null],
  fileglob: (terms, files) => terms.flatMap((term) => files.glob(textOf(term, 'fileglob'))),
  first_found: firstFound,
};

/**
 * The items of a loop.
 *
 * @param form undefined = `loop`, which is the list itself
 * @param written what stands behind the keyword, rendered
 * @throws ParamsError where it does not fit the form
 */
export function expandLoop(form: LoopForm | undefined, written: Value, files: LoopFiles): readonly Value[] {
  if (form === undefined) return listOf(written);
  return expansions[form](termsOf(form, written), files);
}

function listOf(written: Value): readonly Value[] {
  if (Array.isArray(written)) return written;
  const hint = isMap(written) ? 'use … | dict2items' : 'write a list, or "{{ name_of_a_list }}"';
  throw new ParamsError(`loop must be a list, not ${JSON.stringify(written)}`, { hint });
}

/** One term may stand alone. Of a mapping, plain loops take the keys, as Ansible does. */
function termsOf(form: LoopForm, written: Value): readonly Value[] {
  if (Array.isArray(written)) return written;
  const takesKeys: readonly LoopForm[] = ['items', 'indexed_items', 'flattened'];
  return isMap(written) && takesKeys.includes(form) ? Object.keys(written) : [written];
}

function listed(value: Value): readonly Value[] {
  return Array.isArray(value) ? value : [value];
}

function flattenDeep(terms: readonly Value[]): readonly Value[] {
  return terms.flatMap((term): readonly Value[] => {
    if (Array.isArray(term)) return flattenDeep(term);
    return term === null ? [] : [term];
  });
}

function entriesOf(term: Value): readonly Value[] {
  if (isMap(term)) return Object.entries(term).map(([key, value]) => ({ key, value }));
  throw new ParamsError(`with_dict must be a mapping, not ${JSON.stringify(term)}`, {
    hint: Array.isArray(term) ? 'use loop for a list' : 'for a variable write "{{ name }}"',
  });
}

/** Every combination of one item of each list, those of the last list changing fastest. */
function combined(terms: readonly Value[], form: string): readonly (readonly Value[])[] {
  if (terms.length === 0) throw new ParamsError(`with_${form} needs at least one list`);
  return terms
    .map(listed)
    .reduce<readonly (readonly Value[])[]>(
      (rows, list) => rows.flatMap((row) => list.map((item) => [...row, ...listed(item)])),
      [[]],
    );
}

/** The first items of all lists, then the second ones; null where a list is too short. */
function zipped(terms: readonly Value[]): readonly Value[] {
  if (terms.length === 0) throw new ParamsError('with_together needs at least one list');
  const lists = terms.map(listed);
  const length = Math.max(...lists.map((list) => list.length));
  return Array.from({ length }, (_, index) => lists.flatMap((list) => listed(list[index] ?? null)));
}

/** A list of mappings, and the key of the list inside each: pairs of mapping and entry. */
function subElements(terms: readonly Value[]): readonly Value[] {
  const [elements, key, flags = {}] = terms;
  const list = isMap(elements) ? Object.values(elements) : elements;
  if (!Array.isArray(list) || typeof key !== 'string' || terms.length > 3 || !isMap(flags)) {
    throw new ParamsError('with_subelements takes a list of mappings and the name of a key in them', {
      hint: 'with_subelements: ["{{ users }}", keys], and {skip_missing: true} as a third entry where some have none',
    });
  }
  const mayLack = flags['skip_missing'] === true;
  return list.flatMap((element: Value): readonly Value[] => {
    if (!isMap(element)) {
      throw new ParamsError(
        `with_subelements: each element must be a mapping, not ${JSON.stringify(element)}`,
      );
    }
    if (element['skipped'] !== undefined && element['skipped'] !== false) return [];
    const inner = valueAt(element, key);
    if (inner === undefined && mayLack) return [];
    if (inner === undefined) throw missingSubElement(element, key);
    if (Array.isArray(inner)) return inner.map((item) => [without(element, key.split('.')), item]);
    throw new ParamsError(`with_subelements: "${key}" must be a list, not ${JSON.stringify(inner)}`);
  });
}

function valueAt(element: ValueMap, key: string): Value | undefined {
  let value: Value | undefined = element;
  for (const name of key.split('.')) value = isMap(value) ? value[name] : undefined;
  return value;
}

/** The mapping without the list that its entries come from. */
function without(element: ValueMap, [name = '', ...inner]: readonly string[]): ValueMap {
  const { [name]: value, ...rest } = element;
  return inner.length > 0 && isMap(value) ? { ...element, [name]: without(value, inner) } : rest;
}

function missingSubElement(element: ValueMap, key: string): ParamsError {
  return new ParamsError(`with_subelements: there is no "${key}" in ${JSON.stringify(element)}`, {
    hint: 'add {skip_missing: true} as the third entry where some may have none',
  });
}

/** Names, or a mapping with `files`, `paths` and `skip`. */
function firstFound(terms: readonly Value[], files: LoopFiles): readonly Value[] {
  const names = terms.flatMap(candidatesOf);
  const found = files.first(names);
  if (found !== undefined) return [found];
  if (terms.some((term) => isMap(term) && term['skip'] === true)) return [];
  throw new ParamsError(`with_first_found: none of ${names.join(', ') || 'no names'} is there`, {
    hint: 'write {files: […], skip: true} to skip the task instead',
  });
}

function candidatesOf(term: Value): readonly string[] {
  if (Array.isArray(term)) return term.flatMap(candidatesOf);
  if (!isMap(term)) return [textOf(term, 'first_found')];
  const names = split(term['files'] ?? [], /[,;]/);
  const folders = split(term['paths'] ?? [], /[,;:]/);
  if (folders.length === 0) return names;
  return folders.flatMap((folder) => names.map((name) => `${folder.replace(/\/+$/, '')}/${name}`));
}

function split(value: Value, separator: RegExp): readonly string[] {
  return listed(value)
    .flatMap((item) => textOf(item, 'first_found').split(separator))
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function textOf(value: Value, form: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new ParamsError(`with_${form} takes the names of files, not ${JSON.stringify(value)}`);
}
