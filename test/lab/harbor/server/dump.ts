// Reads what mysqldump writes: table definitions and INSERT statements. Enough for dumps of Harbor's own schema.

export type SqlValue = string | number | null;

export interface Column {
  readonly name: string;
  /** Longest text in characters, for varchar columns. */
  readonly maxLength?: number;
  readonly fallback: SqlValue | 'now';
  readonly autoIncrement: boolean;
  readonly touchedOnUpdate: boolean;
}

export interface DumpedTable {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Each unique key as its columns; the primary key is among them. */
  readonly uniqueKeys: readonly (readonly string[])[];
  readonly nextId: number;
  readonly rows: readonly Readonly<Record<string, SqlValue>>[];
}

/** Parses the text of a dump into its tables. */
export function parseDump(text: string): DumpedTable[] {
  const tables: DumpedTable[] = [];
  for (const match of text.matchAll(/^CREATE TABLE `(\w+)` \(\n([\s\S]*?)\n\)([^\n]*);$/gm)) {
    const [, name = '', body = '', options = ''] = match;
    const columns = parseColumns(body);
    tables.push({
      name,
      columns,
      uniqueKeys: parseUniqueKeys(body),
      nextId: Number(/AUTO_INCREMENT=(\d+)/.exec(options)?.[1] ?? 1),
      rows: parseRows(text, name, columns),
    });
  }
  return tables;
}

function parseColumns(body: string): Column[] {
  return body.split('\n').flatMap((line) => {
    const match = /^\s*`(\w+)` (\w+)(?:\((\d+)\))?(.*)$/.exec(line);
    if (match === null) return [];
    const [, name = '', type, length, rest = ''] = match;
    return [
      {
        name,
        ...(type === 'varchar' ? { maxLength: Number(length) } : {}),
        fallback: parseDefault(rest),
        autoIncrement: rest.includes('AUTO_INCREMENT'),
        touchedOnUpdate: rest.includes('ON UPDATE'),
      },
    ];
  });
}

function parseDefault(rest: string): SqlValue | 'now' {
  const value = /DEFAULT (\S+?),?(?:\s|$)/.exec(rest)?.[1];
  if (value === undefined || value === 'NULL') return null;
  if (/^current_timestamp/i.test(value)) return 'now';
  return /^-?\d+$/.test(value) ? Number(value) : value.replace(/^'|'$/g, '');
}

function parseUniqueKeys(body: string): string[][] {
  return [...body.matchAll(/(?:PRIMARY|UNIQUE) KEY[^(]*\(([^)]*)\)/g)].map((match) =>
    [...(match[1] ?? '').matchAll(/`(\w+)`/g)].map((column) => column[1] ?? ''),
  );
}

function parseRows(text: string, table: string, columns: readonly Column[]): Record<string, SqlValue>[] {
  const rows: Record<string, SqlValue>[] = [];
  const start = `INSERT INTO \`${table}\` VALUES`;
  for (let at = text.indexOf(start); at >= 0; at = text.indexOf(start, at + 1)) {
    const reader = new TupleReader(text, at + start.length);
    for (let tuple = reader.next(); tuple !== undefined; tuple = reader.next()) {
      rows.push(Object.fromEntries(columns.map((column, index) => [column.name, tuple?.[index] ?? null])));
    }
  }
  return rows;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0', Z: '\x1a' };

class TupleReader {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  /** The next `( … )` of the statement, undefined at its end. */
  next(): SqlValue[] | undefined {
    while (this.#text[this.#at] !== '(') {
      if (this.#at >= this.#text.length || this.#text[this.#at] === ';') return undefined;
      this.#at += 1;
    }
    this.#at += 1;
    const values: SqlValue[] = [];
    while (this.#text[this.#at - 1] !== ')') {
      values.push(this.#value());
      this.#at += 1;
    }
    return values;
  }

  #value(): SqlValue {
    if (this.#text[this.#at] === "'") return this.#quoted();
    const start = this.#at;
    while (!',)'.includes(this.#text[this.#at] ?? ')')) this.#at += 1;
    const word = this.#text.slice(start, this.#at);
    return word === 'NULL' ? null : Number(word);
  }

  #quoted(): string {
    let value = '';
    for (this.#at += 1; this.#text[this.#at] !== "'"; this.#at += 1) {
      const char = this.#text[this.#at] ?? '';
      if (char !== '\\') value += char;
      else {
        this.#at += 1;
        const escaped = this.#text[this.#at] ?? '';
        value += ESCAPES[escaped] ?? escaped;
      }
    }
    this.#at += 1;
    return value;
  }
}
