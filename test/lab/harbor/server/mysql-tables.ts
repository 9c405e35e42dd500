// The database in MySQL or MariaDB.

import { createPool, type Pool, type ResultSetHeader } from 'mysql2/promise';
import type { Schema, TableName, Tables } from './tables.ts';

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

type Bound = string | number | null;

/** Harbor's tables in a MySQL-protocol server. */
export class MysqlTables implements Tables {
  readonly #pool: Pool;

  constructor(address: DatabaseAddress) {
    this.#pool = createPool({
      ...address,
      connectionLimit: 5,
      maxIdle: 1,
      idleTimeout: 30_000,
      timezone: 'Z',
      dateStrings: true,
      connectTimeout: 5_000,
      // The columns are utf8mb3: only a connection that can say it gets an error for a four-byte character.
      charset: 'UTF8MB4_GENERAL_CI',
    });
    this.#pool.pool.on('connection', (connection) => connection.query("SET time_zone = '+00:00'"));
  }

  async select<T extends TableName>(table: T, where: Partial<Schema[T]> = {}): Promise<Schema[T][]> {
    const { text, values } = condition(where);
    const [rows] = await this.#pool.query(`SELECT * FROM \`${table}\`${text} ORDER BY 1`, values);
    return rows as unknown as Schema[T][];
  }

  async insert<T extends TableName>(table: T, row: Partial<Schema[T]>): Promise<number> {
    const columns = Object.keys(row).map((column) => `\`${column}\``);
    const marks = columns.map(() => '?').join(', ');
    const sql = `INSERT INTO \`${table}\` (${columns.join(', ')}) VALUES (${marks})`;
    const [result] = await this.#pool.query<ResultSetHeader>(sql, Object.values(row));
    return result.insertId;
  }

  async update<T extends TableName>(
    table: T,
    where: Partial<Schema[T]>,
    set: Partial<Schema[T]>,
  ): Promise<number> {
    const assignments = Object.keys(set).map((column) => `\`${column}\` = ?`);
    const { text, values } = condition(where);
    const [result] = await this.#pool.query<ResultSetHeader>(
      `UPDATE \`${table}\` SET ${assignments.join(', ')}${text}`,
      [...Object.values(set), ...values],
    );
    return result.affectedRows;
  }

  async remove<T extends TableName>(table: T, where: Partial<Schema[T]>): Promise<number> {
    const { text, values } = condition(where);
    const [result] = await this.#pool.query<ResultSetHeader>(`DELETE FROM \`${table}\`${text}`, values);
    return result.affectedRows;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

function condition(where: object): { readonly text: string; readonly values: Bound[] } {
  const columns = Object.keys(where);
  if (columns.length === 0) return { text: '', values: [] };
  // `<=>` is equality that also finds NULL.
  const text = ` WHERE ${columns.map((column) => `\`${column}\` <=> ?`).join(' AND ')}`;
  return { text, values: Object.values(where) as Bound[] };
}
