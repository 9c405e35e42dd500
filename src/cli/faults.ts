import { existsSync, readFileSync } from 'node:fs';
import { byPlace, type Fault } from '../model/errors.ts';
import { formatPosition } from '../model/position.ts';
import type { Paint } from '../report/index.ts';
import { renderExcerpt } from '../util/excerpt.ts';

/**
 * Everything wrong, as people read it from compilers: place, message, excerpt with a caret, way out.
 *
 * @param faults in any order; sorted here by file and line
 * @returns lines
 */
export function faultLines(faults: readonly Fault[], paint: Paint): readonly string[] {
  const sources = new Map<string, string>();
  return [...faults].sort(byPlace).flatMap((fault) => [...oneFault(fault, paint, sources), '']);
}

/** `2 errors, 1 warning`. */
export function countFaults(faults: readonly Fault[]): string {
  const errors = faults.filter((fault) => fault.severity === 'error').length;
  const warnings = faults.length - errors;
  const parts = [plural(errors, 'error'), plural(warnings, 'warning')];
  return parts.filter((part) => !part.startsWith('0 ')).join(', ');
}

function oneFault(fault: Fault, paint: Paint, sources: Map<string, string>): string[] {
  const place = fault.position ? `${formatPosition(fault.position)}: ` : '';
  const word = fault.severity === 'error' ? paint('red', 'error') : paint('magenta', 'warning');
  const lines = [`${place}${word}: ${fault.message} ${paint('dim', `[${fault.code}]`)}`];
  if (fault.position) {
    const text = sourceText(fault.position.file, sources);
    if (text !== '') lines.push(...renderExcerpt(text, fault.position).map((line) => `  ${line}`));
  }
  if (fault.hint) lines.push(`  ${paint('cyan', 'hint')}: ${fault.hint}`);
  return lines;
}

function sourceText(file: string, sources: Map<string, string>): string {
  const known = sources.get(file);
  if (known !== undefined) return known;
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  sources.set(file, text);
  return text;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
