import type { Position } from '../model/position.ts';

/** A text with the offsets of its lines, so that a place costs one number until somebody asks for it. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  #lineStarts: number[] | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  /** @param offset in UTF-16 units from the start of the text */
  positionAt(offset: number): Position {
    this.#lineStarts ??= findLineStarts(this.text);
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file: this.file, line: low + 1, col: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }
}

/** How a scalar is written, which decides where its n-th character stands in the file. */
export type ScalarShape = 'plain' | 'single' | 'double' | 'block' | 'other';

export interface Place {
  readonly source: SourceText;
  readonly value: number;
  readonly key: number;
  readonly shape: ScalarShape;
}

interface Places {
  start?: Place;
  readonly entries: Map<string, Place>;
}

const known = new WeakMap<object, Places>();

/** Where the value under a key (or at an index) was written; undefined for what no file holds. */
export function positionOf(container: object, key: string | number): Position | undefined {
  const place = placeOf(container, key);
  return place?.source.positionAt(place.value);
}

/** Where the key itself was written; for list items the place of the item. */
export function keyPositionOf(container: object, key: string | number): Position | undefined {
  const place = placeOf(container, key);
  return place?.source.positionAt(place.key);
}

/** Where a mapping or list begins. */
export function startOf(container: object): Position | undefined {
  const place = known.get(container)?.start;
  return place?.source.positionAt(place.value);
}

/**
 * Where one character of a string value stands in its file, quotes, escapes and block indentation
 * counted.
 *
 * @param offset index into the value, from 0
 */
export function positionInside(
  container: object,
  key: string | number,
  offset: number,
): Position | undefined {
  const place = placeOf(container, key);
  return place?.source.positionAt(place.value + offsetInSource(place, offset));
}

export function placeOf(container: object, key: string | number): Place | undefined {
  return known.get(container)?.entries.get(String(key));
}

export function setPlace(container: object, key: string | number, place: Place): void {
  placesOf(container).entries.set(String(key), place);
}

export function setStart(container: object, source: SourceText, offset: number): void {
  placesOf(container).start = { source, value: offset, key: offset, shape: 'other' };
}

/** Gives a value that was taken from one container the same place in another. */
export function copyPlace(
  from: object,
  fromKey: string | number,
  to: object,
  toKey: string | number = fromKey,
): void {
  const place = placeOf(from, fromKey);
  if (place) setPlace(to, toKey, place);
}

/** Gives a copy of a container the places of the original, its start included. */
export function copyPlaces(from: object, to: object): void {
  const places = known.get(from);
  if (!places) return;
  const target = placesOf(to);
  if (places.start) target.start = places.start;
  for (const [key, place] of places.entries) target.entries.set(key, place);
}

function placesOf(container: object): Places {
  const found = known.get(container);
  if (found) return found;
  const created: Places = { entries: new Map() };
  known.set(container, created);
  return created;
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function offsetInSource(place: Place, offset: number): number {
  const text = place.source.text;
  switch (place.shape) {
    case 'plain':
      return offset;
    case 'single':
      return walkQuoted(text, place.value, offset, (at) => (text.startsWith("''", at) ? 2 : 1));
    case 'double':
      return walkQuoted(text, place.value, offset, (at) => escapeLength(text, at));
    case 'block':
      return blockOffset(text, place.value, offset);
    default:
      return 0;
  }
}

function walkQuoted(text: string, start: number, offset: number, widthAt: (at: number) => number): number {
  let at = start + 1;
  for (let index = 0; index < offset; index++) {
    if (text[at] === '\n') return 0;
    at += widthAt(at);
  }
  return at - start;
}

function escapeLength(text: string, at: number): number {
  if (text[at] !== '\\') return 1;
  const widths: Record<string, number> = { x: 4, u: 6, U: 10 };
  return widths[text[at + 1] ?? ''] ?? 2;
}

/** Counts through the lines below `|` or `>`; a folded line break is one character like any other. */
function blockOffset(text: string, start: number, offset: number): number {
  let lineStart = text.indexOf('\n', start) + 1;
  if (lineStart === 0) return 0;
  const indent = /^(?:[ \t]*\n)*( *)/.exec(text.slice(lineStart))?.[1]?.length ?? 0;
  let left = offset;
  while (true) {
    const end = text.indexOf('\n', lineStart);
    const length = Math.max(0, (end === -1 ? text.length : end) - lineStart - indent);
    if (left <= length || end === -1) return lineStart + indent + left - start;
    left -= length + 1;
    lineStart = end + 1;
  }
}
