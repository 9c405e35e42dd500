import { decodeOctal } from '../octal.ts';

/**
 * /etc/exports as exports(5) and nfs-utils' parser have it, with the place of every word, so that an
 * edit leaves all other bytes alone.
 */

/** One client of an export line. */
export interface ClientWord {
  /** Where the white space before it begins. */
  readonly lead: number;
  readonly start: number;
  readonly end: number;
  /** `*` where none is written: `(rw)` means the whole world. */
  readonly host: string;
  readonly options: readonly string[];
}

/** One logical line: a path and its clients. */
export interface ExportLine {
  readonly start: number;
  /** After the line break. */
  readonly end: number;
  readonly path: string;
  readonly pathEnd: number;
  /** The `-ro,sync` before the clients: options of each client that it does not override. */
  readonly defaults: readonly string[];
  readonly hasDefaults: boolean;
  readonly clients: readonly ClientWord[];
  /** Where a trailing `# …` begins and ends; undefined = there is none. */
  readonly comment?: { readonly start: number; readonly end: number; readonly text: string };
}

interface Word {
  readonly lead: number;
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

/** The export lines of the text, in order; blank lines and comment lines are passed over. */
export function parseExports(text: string): ExportLine[] {
  const lines: ExportLine[] = [];
  for (let at = 0; at < text.length; ) {
    const { line, next } = parseLine(text, at);
    if (line) lines.push(line);
    at = next;
  }
  return lines;
}

function parseLine(text: string, start: number): { line?: ExportLine; next: number } {
  const words: Word[] = [];
  for (let at = start; ; ) {
    const wordStart = skipBlanks(text, at);
    const character = text[wordStart];
    if (character === undefined || character === '\n' || character === '#') {
      const lineEnd = endOfLine(text, wordStart);
      const next = Math.min(lineEnd + 1, text.length);
      const comment = character === '#' ? commentAt(text, wordStart, lineEnd) : {};
      const line = toExportLine(words, start, next);
      return line ? { line: { ...line, ...comment }, next } : { next };
    }
    const word = readWord(text, wordStart);
    words.push({ lead: at, ...word });
    at = word.end;
  }
}

function commentAt(text: string, start: number, end: number): Pick<Required<ExportLine>, 'comment'> {
  return { comment: { start, end, text: text.slice(start + 1, end).trim() } };
}

function toExportLine(words: readonly Word[], start: number, end: number): ExportLine | undefined {
  const [path, ...rest] = words;
  if (!path) return undefined;
  const [first] = rest;
  const hasDefaults = first?.value.startsWith('-') === true;
  const defaults = hasDefaults ? splitList(first.value.slice(1)) : [];
  const clients = rest.slice(hasDefaults ? 1 : 0).map(toClient);
  return { start, end, path: path.value, pathEnd: path.end, defaults, hasDefaults, clients };
}

function toClient(word: Word): ClientWord {
  const { lead, start, end, value } = word;
  const open = value.indexOf('(');
  if (open === -1) return { lead, start, end, host: value, options: [] };
  const close = value.endsWith(')') ? -1 : undefined;
  return {
    lead,
    start,
    end,
    host: value.slice(0, open) || '*',
    options: splitList(value.slice(open + 1, close)),
  };
}

function splitList(text: string): string[] {
  return text.split(',').filter((option) => option !== '');
}

/** Past blanks and continuations: a backslash at the end of a line joins the next one to it. */
function skipBlanks(text: string, start: number): number {
  let at = start;
  for (;;) {
    if (text[at] === ' ' || text[at] === '\t') at += 1;
    else if (text[at] === '\\' && text[at + 1] === '\n') at += 2;
    else return at;
  }
}

/** A word ends at white space outside quotes, or at a continuation. */
function readWord(text: string, start: number): { start: number; end: number; value: string } {
  let value = '';
  let quoted = false;
  let at = start;
  for (;;) {
    const character = text[at];
    if (character === undefined || character === '\n') break;
    if (!quoted && (character === ' ' || character === '\t')) break;
    if (character === '\\' && text[at + 1] === '\n') break;
    if (character === '"') quoted = !quoted;
    else value += character;
    at += 1;
  }
  return { start, end: at, value: decodeOctal(value) };
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}
