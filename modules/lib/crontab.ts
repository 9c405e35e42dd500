/** One entry as the task wants it. */
export interface CronEntry {
  readonly name: string;
  /** The line itself; undefined = no such entry. */
  readonly line: string | undefined;
}

/** Entries written by Ansible are known by its marker, and keep it. */
const markers = ['#Mooring: ', '#Ansible: '];

/**
 * Sets or removes a named entry: the line below its marker. All other lines stay byte for byte.
 */
export function setEntry(text: string, entry: CronEntry): string {
  const lines = linesOf(text);
  const names = markers.map((marker) => `${marker}${entry.name}`);
  const index = lines.findIndex((line) => names.includes(line));
  if (entry.line === undefined) {
    if (index === -1) return text;
    lines.splice(index, hasJob(lines, index) ? 2 : 1);
  } else if (index === -1) {
    lines.push(`${markers[0]}${entry.name}`, entry.line);
  } else if (lines[index + 1] === entry.line) {
    return text;
  } else {
    lines.splice(index + 1, hasJob(lines, index) ? 1 : 0, entry.line);
  }
  return textOf(lines);
}

/** Sets or removes a variable; a new one goes to the top, since it counts for the lines below it. */
export function setVariable(text: string, entry: CronEntry): string {
  const lines = linesOf(text);
  const index = lines.findIndex((line) => line.split('=')[0]?.trim() === entry.name && !line.startsWith('#'));
  if (entry.line === undefined) {
    if (index === -1) return text;
    lines.splice(index, 1);
  } else if (index === -1) {
    lines.unshift(entry.line);
  } else if (lines[index] === entry.line) {
    return text;
  } else {
    lines[index] = entry.line;
  }
  return textOf(lines);
}

/** A marker whose job somebody took out may stand right before the next marker. */
function hasJob(lines: readonly string[], index: number): boolean {
  const next = lines[index + 1];
  return next !== undefined && !markers.some((marker) => next.startsWith(marker));
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** cron ignores a last line without a line break. */
function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
