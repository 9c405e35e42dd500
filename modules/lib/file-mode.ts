import { ParamsError } from '../../src/module/index.ts';

/** `0644`, `644`, `u=rwX,g-w`; for a schema. */
export const modePattern = '^(0?[0-7]{3,4}|[ugoa]*[-+=][rwxXstugo]*([-+=,][rwxXstugoa]*)*)$';

const typicalUmask = 0o022;

/**
 * The octal mode that `mode` stands for.
 *
 * @param mode octal or symbolic, as chmod takes it (POSIX.1-2017, chmod); without `ugoa` a umask of 022 is minded
 * @param current octal mode now; undefined = the path is new
 * @param type a directory gets `x` from `X` in any case
 * @returns four octal digits
 * @throws ParamsError where it is neither form
 */
export function resolveMode(mode: string, current: string | undefined, type: 'file' | 'directory'): string {
  if (/^[0-7]{3,5}$/.test(mode)) return formatMode(Number.parseInt(mode, 8));
  const start = current === undefined ? defaultMode(type) : Number.parseInt(current, 8);
  return formatMode(mode.split(',').reduce((bits, clause) => applyClause(bits, clause, type), start));
}

/** Whether two octal modes are the same number. */
export function sameMode(one: string, other: string): boolean {
  return Number.parseInt(one, 8) === Number.parseInt(other, 8);
}

function defaultMode(type: 'file' | 'directory'): number {
  return (type === 'directory' ? 0o777 : 0o666) & ~typicalUmask;
}

function formatMode(bits: number): string {
  return bits.toString(8).padStart(4, '0');
}

function applyClause(bits: number, clause: string, type: 'file' | 'directory'): number {
  const match = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(clause);
  if (!match) throw new ParamsError(`"${clause}" is not a mode`, { hint: "write '0644' or u=rw,g=r,o=r" });
  const [, who = '', actions = ''] = match;
  const mask = maskOf(who);
  const cleared = who === '' ? 0o7777 : mask;
  let result = bits;
  for (const [, operator = '', perms = ''] of actions.matchAll(/([-+=])([rwxXstugo]*)/g)) {
    const chosen = permissionBits(perms, result, type) & mask;
    if (operator === '+') result |= chosen;
    else if (operator === '-') result &= ~chosen;
    else result = (result & ~(cleared & ~specialKept(type))) | chosen;
  }
  return result;
}

/** GNU chmod keeps set-user-ID and set-group-ID of a directory unless they are named. */
function specialKept(type: 'file' | 'directory'): number {
  return type === 'directory' ? 0o6000 : 0;
}

function maskOf(who: string): number {
  if (who === '') return 0o7777 & ~typicalUmask;
  if (who.includes('a')) return 0o7777;
  const masks: Record<string, number> = { u: 0o4700, g: 0o2070, o: 0o1007 };
  return [...who].reduce((mask, letter) => mask | (masks[letter] ?? 0), 0);
}

function permissionBits(perms: string, bits: number, type: 'file' | 'directory'): number {
  if (/^[ugo]$/.test(perms)) return copiedBits(perms, bits);
  const executable = type === 'directory' || (bits & 0o111) !== 0;
  const values: Record<string, number> = {
    r: 0o444,
    w: 0o222,
    x: 0o111,
    X: executable ? 0o111 : 0,
    s: 0o6000,
    t: 0o1000,
  };
  return [...perms].reduce((sum, letter) => sum | (values[letter] ?? 0), 0);
}

function copiedBits(from: string, bits: number): number {
  const shift = { u: 6, g: 3, o: 0 }[from] ?? 0;
  const three = (bits >> shift) & 0o7;
  return three | (three << 3) | (three << 6);
}
