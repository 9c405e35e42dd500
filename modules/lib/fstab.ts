import { decodeOctal, encodeOctal } from './octal.ts';

/** One line of fstab(5), values decoded. */
export interface FstabEntry {
  readonly src: string;
  readonly path: string;
  readonly fstype: string;
  readonly opts: string;
  readonly dump: string;
  readonly passno: string;
}

/** What a task says of a line; undefined = as it is, or the usual value in a new line. */
export type FstabChange = Pick<FstabEntry, 'path' | 'src' | 'fstype'> &
  Partial<Pick<FstabEntry, 'opts' | 'dump' | 'passno'>>;

/** The entries for a mount point, in order; the first is the one mount(8) uses. */
export function fstabEntries(text: string, path: string): FstabEntry[] {
  return text.split('\n').flatMap((line) => {
    const entry = parseLine(line);
    return entry && samePath(entry.path, path) ? [entry] : [];
  });
}

/**
 * Sets the line of a mount point. Fields that mean the same stay as they are written, with the blanks
 * between them; every other line stays byte for byte.
 */
export function setFstab(text: string, change: FstabChange): string {
  const lines = text.split('\n');
  const index = lines.findIndex((line) => samePath(parseLine(line)?.path, change.path));
  const line = lines[index];
  if (line !== undefined) {
    lines[index] = editLine(line, change);
    return lines.join('\n');
  }
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  const { src, path, fstype, opts = 'defaults', dump = '0', passno = '0' } = change;
  return `${text}${separator}${[src, path, fstype, opts, dump, passno].map(encodeOctal).join(' ')}\n`;
}

/** Takes every line of a mount point out. */
export function removeFstab(text: string, path: string): string {
  return text
    .split('\n')
    .filter((line) => !samePath(parseLine(line)?.path, path))
    .join('\n');
}

/** The same options in another order, or with and without `defaults`, are the same. */
export function sameOpts(a: string, b: string): boolean {
  const words = (text: string): string[] =>
    [...new Set(splitOpts(text))].filter((word) => word !== 'defaults').sort();
  return words(a).join(',') === words(b).join(',');
}

/** Options at their commas, save those inside quotes (SELinux contexts). */
export function splitOpts(text: string): string[] {
  return (text.match(/(?:[^,"]|"[^"]*")+/g) ?? []).map((word) => word.trim()).filter((word) => word !== '');
}

function parseLine(line: string): FstabEntry | undefined {
  if (/^\s*(#|$)/.test(line)) return undefined;
  const [src = '', path, fstype = '', opts = 'defaults', dump = '0', passno = '0'] = line
    .trim()
    .split(/\s+/)
    .map(decodeOctal);
  return path === undefined ? undefined : { src, path, fstype, opts, dump, passno };
}

function editLine(line: string, change: FstabChange): string {
  const current = parseLine(line);
  if (!current) return line;
  const wanted = { ...current, ...change, path: current.path };
  const opts = sameOpts(current.opts, wanted.opts) ? current.opts : wanted.opts;
  const before = [current.src, current.path, current.fstype, current.opts, current.dump, current.passno];
  const after = [wanted.src, current.path, wanted.fstype, opts, wanted.dump, wanted.passno];
  const words = [...line.matchAll(/(\s*)(\S+)/g)].map(([, lead = '', word = '']) => ({ lead, word }));
  const needed = Math.max(words.length, after.findLastIndex((value, field) => value !== before[field]) + 1);
  const fields = after.slice(0, needed).map((value, field) => {
    const { lead, word } = words[field] ?? { lead: ' ', word: undefined };
    return `${lead}${word !== undefined && value === before[field] ? word : encodeOctal(value)}`;
  });
  const rest = words.slice(after.length).map(({ lead, word }) => `${lead}${word}`);
  const end = /\s*$/.exec(line)?.[0] ?? '';
  return [...fields, ...rest].join('') + end;
}

function samePath(a: string | undefined, b: string): boolean {
  return a !== undefined && withoutSlash(a) === withoutSlash(b);
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}
