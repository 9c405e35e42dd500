import { encodeOctal } from '../octal.ts';
import { type ClientWord, type ExportLine, parseExports } from './file.ts';
import { effectiveOptions, sameOptions } from './options.ts';

/** One client as the task wants it. */
export interface DesiredClient {
  readonly host: string;
  readonly options: readonly string[];
}

/**
 * Makes the file export the path to exactly these clients. A line that means the same already is kept
 * as it is; of one that differs only the clients that differ are rewritten.
 *
 * @param comment written behind the line; undefined = whatever is there
 * @returns the new text
 */
export function setExport(
  text: string,
  path: string,
  clients: readonly DesiredClient[],
  comment: string | undefined,
): string {
  const lines = linesOf(text, path);
  const [first, ...rest] = lines;
  if (!first) return appendLine(text, path, clients, comment);
  const line =
    rest.length === 0 ? editLine(text, first, clients, comment) : newLine(text, first, clients, comment);
  return replaceRanges(text, [
    { start: first.start, end: first.end, text: line },
    ...rest.map(({ start, end }) => ({ start, end, text: '' })),
  ]);
}

/** Takes every line of the path out of the file. */
export function removeExport(text: string, path: string): string {
  const ranges = linesOf(text, path).map(({ start, end }) => ({ start, end, text: '' }));
  return replaceRanges(text, ranges);
}

/** Clients the file exports the path to, with the line's own defaults in their options. */
export function clientsOf(text: string, path: string): DesiredClient[] {
  return linesOf(text, path).flatMap((line) => {
    if (line.clients.length === 0) return [{ host: '*', options: line.defaults }];
    return line.clients.map(({ host, options }) => ({ host, options: [...line.defaults, ...options] }));
  });
}

function writeClient({ host, options }: DesiredClient): string {
  return options.length > 0 ? `${host}(${options.join(',')})` : host;
}

function linesOf(text: string, path: string): ExportLine[] {
  return parseExports(text).filter((line) => withoutSlash(line.path) === withoutSlash(path));
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}

function appendLine(
  text: string,
  path: string,
  clients: readonly DesiredClient[],
  comment: string | undefined,
): string {
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  const words = [encodeOctal(path), ...clients.map(writeClient)].join(' ');
  return `${text}${separator}${words}${comment ? `  # ${comment}` : ''}\n`;
}

/** Several lines of one path, or defaults before the clients, become one plain line. */
function newLine(
  text: string,
  line: ExportLine,
  clients: readonly DesiredClient[],
  comment: string | undefined,
): string {
  const words = clients.map((client) => ` ${writeClient(client)}`).join('');
  return `${text.slice(line.start, line.pathEnd)}${words}${tail(text, line, line.pathEnd, comment)}`;
}

function editLine(
  text: string,
  line: ExportLine,
  clients: readonly DesiredClient[],
  comment: string | undefined,
): string {
  const missing = clients.filter((client) => !line.clients.some((word) => word.host === client.host));
  const unchanged = missing.length === 0 && line.clients.every((word) => sameClient(line, word, clients));
  if (line.hasDefaults && !unchanged) return newLine(text, line, clients, comment);
  const kept = line.clients.flatMap((word, index) => {
    const repeated = line.clients.findIndex((other) => other.host === word.host) !== index;
    const desired = clients.find((client) => client.host === word.host);
    if (!desired || repeated) return [];
    const same = sameClient(line, word, clients);
    return [
      text.slice(word.lead, word.start) + (same ? text.slice(word.start, word.end) : writeClient(desired)),
    ];
  });
  const lead = line.clients.length > 1 ? leadOf(text, line.clients.at(-1)) : ' ';
  const added = missing.map((client) => `${lead}${writeClient(client)}`);
  const wordsEnd = line.clients.at(-1)?.end ?? line.pathEnd;
  const words = [...kept, ...added].join('');
  const before = line.hasDefaults ? line.clients[0]?.lead : line.pathEnd;
  return text.slice(line.start, before) + words + tail(text, line, wordsEnd, comment);
}

function sameClient(line: ExportLine, word: ClientWord, clients: readonly DesiredClient[]): boolean {
  const desired = clients.find((client) => client.host === word.host);
  if (!desired) return false;
  return sameOptions(
    effectiveOptions([...line.defaults, ...word.options]),
    effectiveOptions(desired.options),
  );
}

function leadOf(text: string, word: ClientWord | undefined): string {
  return word ? text.slice(word.lead, word.start) : ' ';
}

/** What stands behind the last client: blanks, a comment, the line break. */
function tail(text: string, line: ExportLine, from: number, comment: string | undefined): string {
  const lineBreak = text.slice(line.start, line.end).endsWith('\n') ? '\n' : '';
  if (comment === undefined || comment === line.comment?.text) {
    return line.comment ? text.slice(behindWords(line, from), line.end) : lineBreak;
  }
  return comment === '' ? lineBreak : `  # ${comment}${lineBreak}`;
}

function behindWords(line: ExportLine, from: number): number {
  return Math.max(from, line.clients.at(-1)?.end ?? line.pathEnd);
}

function replaceRanges(
  text: string,
  ranges: readonly { readonly start: number; readonly end: number; readonly text: string }[],
): string {
  return [...ranges]
    .sort((a, b) => b.start - a.start)
    .reduce((result, range) => result.slice(0, range.start) + range.text + result.slice(range.end), text);
}
