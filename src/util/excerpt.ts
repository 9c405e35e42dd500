import type { Position } from '../model/position.ts';

/** Columns of the file shown at most; a longer line is cut around the caret. */
const maxColumns = 100;

/**
 * The lines around a place with a caret under it, as people know it from compilers.
 *
 * @param text the whole file
 * @param position the place to point at
 * @param context lines shown before it
 * @returns lines without trailing newline; empty where the file has no such line
 */
export function renderExcerpt(text: string, position: Position, context = 1): string[] {
  const lines = text.split('\n');
  if (position.line < 1 || position.line > lines.length) return [];
  const first = Math.max(1, position.line - context);
  const width = String(position.line).length;
  const shift = Math.max(0, position.col - Math.floor(maxColumns * 0.7));
  const rendered: string[] = [];
  for (let number = first; number <= position.line; number++) {
    const line = clip(lines[number - 1] ?? '', shift);
    rendered.push(`${String(number).padStart(width)} | ${line}`.trimEnd());
  }
  const column = Math.max(0, position.col - 1 - shift + (shift > 0 ? 1 : 0));
  rendered.push(`${' '.repeat(width)} | ${' '.repeat(Math.min(column, maxColumns))}^`);
  return rendered;
}

/** A tab or another control character is shown as one space so that the caret stays below its column. */
function clip(line: string, shift: number): string {
  const clean = line.replace(/\r$/, '').replaceAll(/\p{Cc}/gu, ' ');
  const start = shift > 0 ? `…${clean.slice(shift)}` : clean;
  return start.length > maxColumns ? `${start.slice(0, maxColumns - 1)}…` : start;
}
