/** What the script of facts.ts printed, by section. */
export type Sections = ReadonlyMap<string, string>;

/** Sections are a record separator, a name, a line feed and the text up to the next one. */
export function parseSections(output: string): Sections {
  const sections = new Map<string, string>();
  for (const part of output.split('\x1e').slice(1)) {
    const end = part.indexOf('\n');
    sections.set(part.slice(0, end), part.slice(end + 1).trimEnd());
  }
  return sections;
}

/** Values of lines `name=value`. */
export function valueLines(text: string | undefined): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of (text ?? '').split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) values.set(line.slice(0, at).trim(), unquote(line.slice(at + 1).trim()));
  }
  return values;
}

function unquote(text: string): string {
  const match = /^(["'])(.*)\1$/s.exec(text);
  return match?.[2] ?? text;
}
