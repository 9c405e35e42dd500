/**
 * harbor.cfg: `key = value` lines without a section, as Python's RawConfigParser reads them: `#` and
 * `;` at the start of a line are comments, ` ;` begins one behind a value, indented lines continue a
 * value, and of a repeated key the last one counts.
 */

interface IniEntry {
  readonly key: string;
  readonly value: string;
  /** First line and the one after the last, from 0. */
  readonly from: number;
  readonly to: number;
  /** Key, separator and the blanks around it. */
  readonly prefix: string;
}

/** Keys, lower case, and their values. */
export function parseIni(text: string): Map<string, string> {
  return new Map(entriesOf(text.split('\n')).map((entry) => [entry.key, entry.value]));
}

/**
 * Sets and removes keys. A line whose value is right stays as it is; a new key goes behind the line
 * where it stands commented out, else to the end.
 */
export function editIni(
  text: string,
  settings: ReadonlyMap<string, string>,
  absent: readonly string[],
): string {
  const lines = text.split('\n');
  for (const [key, value] of settings) setKey(lines, key, value);
  for (const key of absent) {
    for (const entry of entriesOf(lines).reverse()) {
      if (entry.key === key) lines.splice(entry.from, entry.to - entry.from);
    }
  }
  return lines.join('\n');
}

/** The text with the values of some keys replaced, for showing it. */
export function maskIni(text: string, maskOf: (key: string, value: string) => string | undefined): string {
  const lines = text.split('\n');
  for (const entry of entriesOf(lines).reverse()) {
    const mask = entry.value === '' ? undefined : maskOf(entry.key, entry.value);
    if (mask !== undefined) lines.splice(entry.from, entry.to - entry.from, `${entry.prefix}${mask}`);
  }
  return lines
    .map((line) => {
      const commented = /^([#;]\s*([\w]+)\s*=\s*)\S/.exec(line);
      const mask = commented?.[2] ? maskOf(commented[2], '') : undefined;
      return commented?.[1] && mask !== undefined ? `${commented[1]}${mask}` : line;
    })
    .join('\n');
}

function setKey(lines: string[], key: string, value: string): void {
  const entry = entriesOf(lines).findLast((candidate) => candidate.key === key);
  if (entry) {
    if (entry.value === value) return;
    const prefix = /\s$/.test(entry.prefix) || value === '' ? entry.prefix : `${entry.prefix} `;
    lines.splice(entry.from, entry.to - entry.from, `${prefix}${value}`);
    return;
  }
  const line = value === '' ? `${key} =` : `${key} = ${value}`;
  const commented = lines.findLastIndex((candidate) => new RegExp(`^[#;]\\s*${key}\\s*=`).test(candidate));
  if (commented !== -1) lines.splice(commented + 1, 0, line);
  else if (lines.at(-1) === '') lines.splice(-1, 0, line);
  else lines.push(line);
}

function entriesOf(lines: readonly string[]): IniEntry[] {
  const entries: IniEntry[] = [];
  lines.forEach((line, index) => {
    if (/^\s*$/.test(line) || /^[#;]/.test(line)) return;
    const last = entries.at(-1);
    if (/^\s/.test(line)) {
      if (last?.to === index)
        entries.splice(-1, 1, { ...last, value: `${last.value}\n${line.trim()}`, to: index + 1 });
      return;
    }
    const match = /^([^:=\s][^:=]*?)(\s*[:=][ \t]*)(.*)$/.exec(line);
    if (!match?.[1]) return;
    const [, name, separator = '', rest = ''] = match;
    const value = withoutComment(rest);
    entries.push({
      key: name.toLowerCase(),
      value,
      from: index,
      to: index + 1,
      prefix: `${name}${separator}`,
    });
  });
  return entries;
}

function withoutComment(value: string): string {
  const at = value.search(/\s;/);
  return (at === -1 ? value : value.slice(0, at)).trim();
}
