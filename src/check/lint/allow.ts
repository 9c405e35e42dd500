import { existsSync, readFileSync } from 'node:fs';
import type { Fault } from '../../model/errors.ts';
import type { Position } from '../../model/position.ts';

/**
 * The faults without the warnings that the user does not want to hear of: rules that are switched off, and
 * places with a comment `# mooring: allow NAME` at the end of the line or in the lines of comments above it.
 * Errors stay: `run` would not begin because of them.
 *
 * @param skipped names of rules
 */
export function withoutAllowed(faults: readonly Fault[], skipped: readonly string[]): Fault[] {
  const files = new Map<string, readonly string[]>();
  return faults.filter(({ severity, code, position }) => {
    if (severity === 'error') return true;
    return !skipped.includes(code) && !(position && isAllowedAt(position, code, files));
  });
}

const allowance = /#\s*mooring:\s*allow\s+([\w-]+(?:\s*,\s*[\w-]+)*)/;

function isAllowedAt({ file, line }: Position, code: string, files: Map<string, readonly string[]>): boolean {
  const lines = files.get(file) ?? linesOf(file);
  files.set(file, lines);
  if (allows(lines[line - 1], code)) return true;
  for (let above = line - 2; /^\s*#/.test(lines[above] ?? ''); above--) {
    if (allows(lines[above], code)) return true;
  }
  return false;
}

function allows(line: string | undefined, code: string): boolean {
  const names = allowance.exec(line ?? '')?.[1]?.split(',');
  return names?.some((name) => name.trim() === code) === true;
}

function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
}
