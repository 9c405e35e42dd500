// The database in memory, for tests on a machine without MySQL. It keeps what the recordings show of MySQL's own
// rules: lengths, unique keys, three-byte UTF-8, defaults, counters that never go back.

import type { Column, DumpedTable, SqlValue } from './dump.ts';
import { type Schema, sqlTime, type TableName, type Tables } from './tables.ts';

interface Stored {
  readonly definition: DumpedTable;
  rows: Record<string, SqlValue>[];
  nextId: number;
}

/** A database filled from parsed dumps; `now` is the clock of CURRENT_TIMESTAMP. */
export class MemoryTables implements Tables {
  readonly #tables: Map<string, Stored>;
  readonly #now: () => Date;

  constructor(tables: readonly DumpedTable[], now: () => Date) {
    this.#now = now;
    this.#tables = new Map(
      tables.map((table) => [
        table.name,
        { definition: table, rows: table.rows.map((row) => ({ ...row })), nextId: table.nextId },
      ]),
    );
  }

  async select<T extends TableName>(table: T, where: Partial<Schema[T]> = {}): Promise<Schema[T][]> {
    const rows = this.#table(table).rows.filter((row) => matches(row, where));
    return rows.map((row) => ({ ...row }) as unknown as Schema[T]);
  }

  async insert<T extends TableName>(table: T, values: Partial<Schema[T]>): Promise<number> {
    const stored = this.#table(table);
    const row: Record<string, SqlValue> = {};
    for (const column of stored.definition.columns) row[column.name] = this.#defaultOf(column, stored);
    Object.assign(row, values);
    check(stored, row);
    stored.rows.push(row);
    const counter = stored.definition.columns.find((column) => column.autoIncrement);
    if (counter === undefined) return 0;
    const id = Number(row[counter.name]);
    stored.nextId = Math.max(stored.nextId, id + 1);
    return id;
  }

  async update<T extends TableName>(
    table: T,
    where: Partial<Schema[T]>,
    set: Partial<Schema[T]>,
  ): Promise<number> {
    const stored = this.#table(table);
    const found = stored.rows.filter((row) => matches(row, where));
    for (const row of found) {
      const changed: Record<string, SqlValue> = { ...row, ...set };
      if (matches(row, set)) continue;
      for (const column of stored.definition.columns) {
        if (column.touchedOnUpdate && !(column.name in set)) changed[column.name] = sqlTime(this.#now());
      }
      check(stored, changed, row);
      Object.assign(row, changed);
    }
    return found.length;
  }

  async remove<T extends TableName>(table: T, where: Partial<Schema[T]>): Promise<number> {
    const stored = this.#table(table);
    const before = stored.rows.length;
    stored.rows = stored.rows.filter((row) => !matches(row, where));
    return before - stored.rows.length;
  }

  #table(name: string): Stored {
    const stored = this.#tables.get(name);
    if (stored === undefined) throw new Error(`Table 'registry.${name}' doesn't exist`);
    return stored;
  }

  #defaultOf(column: Column, stored: Stored): SqlValue {
    if (column.autoIncrement) return stored.nextId;
    return column.fallback === 'now' ? sqlTime(this.#now()) : column.fallback;
  }
}

function matches(row: Readonly<Record<string, SqlValue>>, where: object): boolean {
  return Object.entries(where).every(([column, value]) => row[column] === value);
}

function check(stored: Stored, row: Readonly<Record<string, SqlValue>>, self?: object): void {
  for (const { name, maxLength } of stored.definition.columns) {
    const value = row[name];
    if (typeof value !== 'string') continue;
    if (maxLength !== undefined && value.length > maxLength) {
      throw new Error(`Error 1406: Data too long for column '${name}' at row 1`);
    }
    if (/[\u{10000}-\u{10ffff}]/u.test(value)) {
      throw new Error(`Error 1366: Incorrect string value for column '${name}' at row 1`);
    }
  }
  for (const key of stored.definition.uniqueKeys) {
    const complete = key.every((column) => row[column] !== null);
    const taken = stored.rows.some(
      (other) => other !== self && key.every((column) => other[column] === row[column]),
    );
    if (complete && taken) throw new Error(`Error 1062: Duplicate entry for key '${key.join('_')}'`);
  }
}
