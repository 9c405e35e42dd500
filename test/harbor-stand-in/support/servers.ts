// Private MariaDB and Redis servers for tests, where they are installed. They listen on loopback only.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { MysqlTables } from '../../lab/harbor/server/mysql-tables.ts';

const HOST = '127.0.3.1';
const MARIADB = 'mariadbd';
const MARIADB_INSTALL = 'mariadb-install-db';
const REDIS = 'redis-server';
const installed = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

export const hasMariadb = installed(MARIADB) && installed(MARIADB_INSTALL);
export const hasRedis = installed(REDIS);

export interface PrivateServer {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a MariaDB that asks for no password. */
export async function startMariadb(port: number): Promise<PrivateServer> {
  const folder = mkdtempSync(join(tmpdir(), 'mariadb-'));
  const common = ['--no-defaults', `--datadir=${folder}`];
  const made = spawnSync(MARIADB_INSTALL, [...common, '--skip-test-db', '--user=root'], {
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(made.stderr);
  const options = [
    `--bind-address=${HOST}`,
    `--port=${port}`,
    `--socket=${folder}/socket`,
    '--skip-grant-tables',
    '--user=root',
  ];
  return running(spawn(MARIADB, [...common, ...options], { stdio: 'ignore' }), port, folder);
}

export async function startRedis(port: number): Promise<PrivateServer> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const options = ['--bind', HOST, '--port', String(port), '--dir', folder, '--save', ''];
  return running(spawn(REDIS, options, { stdio: 'ignore' }), port, folder);
}

/** Makes a database from a dump of `registry`. */
export async function databaseFrom(server: PrivateServer, name: string, dump: string): Promise<MysqlTables> {
  const { host, port } = server;
  const connection = await createConnection({
    host,
    port,
    user: 'root',
    multipleStatements: true,
    charset: 'utf8mb4',
  });
  const text = dump.replace(/^\/\*M?!999999.*$/m, '').replaceAll('`registry`', `\`${name}\``);
  await connection.query(text);
  await connection.end();
  return new MysqlTables({ host, port, user: 'root', password: '', database: name });
}

async function running(child: ChildProcess, port: number, folder: string): Promise<PrivateServer> {
  let exited = false;
  const end = new Promise<void>((resolve) => {
    child.once('exit', () => {
      exited = true;
      resolve();
    });
  });
  while (!(await answers(port))) {
    if (exited) throw new Error(`${child.spawnfile} did not start`);
  }
  return {
    host: HOST,
    port,
    async stop() {
      child.kill();
      await end;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Once more after a moment: the server is starting.
    socket.once('error', () => setTimeout(() => resolve(false), 50));
  });
}
