// One program, three services: `harbor adminserver`, `harbor ui`, `harbor jobservice`.
// Everything comes from the environment and from the files that Harbor's containers mount.

import { appendFile, mkdir, readFile, statfs, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { adminServer, bootSettings, checkSchema } from './adminserver.ts';
import { type Fetcher, fetchOverNetwork } from './fetcher.ts';
import { firstBoot } from './first-boot.ts';
import type { Harbor } from './harbor.ts';
import { jobserviceOverHttp } from './job-client.ts';
import { RedisJobStore } from './jobservice/job-store.ts';
import { Jobservice } from './jobservice/jobservice.ts';
import { consoleLog as log, messageOf } from './log.ts';
import { type DatabaseAddress, MysqlTables } from './mysql-tables.ts';
import { Redis } from './redis.ts';
import { HttpRegistry } from './registry.ts';
import { serve } from './serve.ts';
import { RedisSessions } from './sessions.ts';
import type { Settings } from './settings.ts';
import { settingsOverHttp } from './settings-client.ts';
import { syncRegistry } from './sync.ts';
import { ui } from './ui.ts';

const { env } = process;
const JOB_PAUSES = [0, 10, 100, 1000, 5000];

async function runAdminServer(): Promise<void> {
  const address: DatabaseAddress = {
    host: env['MYSQL_HOST'] ?? '',
    port: Number(env['MYSQL_PORT'] ?? 3306),
    user: env['MYSQL_USR'] ?? '',
    password: env['MYSQL_PWD'] ?? '',
    database: env['MYSQL_DATABASE'] ?? 'registry',
  };
  log('INFO', 'initializing system configurations...');
  const tables = await openDatabase(address);
  const keyPath = env['KEY_PATH'] ?? '/etc/adminserver/key';
  log('INFO', `the path of key used by key provider: ${keyPath}`);
  const secretKey = await readKey(keyPath);
  const capacity = async () => {
    const { bsize, blocks, bavail } = await statfs(env['DATA_PATH'] ?? '/data');
    return { total: bsize * blocks, free: bsize * bavail };
  };
  const parts = { tables, secretKey, env, capacity };
  await bootSettings(parts);
  log('INFO', 'system initialization completed');
  await serve(adminServer(parts), Number(env['PORT'] ?? 8080));
}

async function runUi(): Promise<void> {
  const adminUrl = env['ADMINSERVER_URL'] ?? 'http://adminserver:8080';
  const uiSecret = env['UI_SECRET'] ?? '';
  const settings = settingsOverHttp(adminUrl, uiSecret, fetchOverNetwork);
  log('INFO', `initializing client for adminserver ${adminUrl} ...`);
  await waitForPort(new URL(adminUrl).hostname, Number(new URL(adminUrl).port || 80));
  const tables = await openDatabase(databaseOf(await settings.read()));
  const redis = new Redis(env['_REDIS_URL'] ?? 'redis:6379');
  await redis.command('PING');
  const privateKey = () =>
    readFile(env['PRIVATE_KEY_PATH'] ?? '/etc/ui/private_key.pem', 'utf8').catch(noKeyFile);
  const now = () => new Date();
  const setting = (name: string) => async () => String((await settings.read())[name] ?? '');
  const harbor: Harbor = {
    tables,
    sessions: new RedisSessions(redis),
    settings,
    registry: new HttpRegistry({ url: setting('registry_url'), fetch: fetchOverNetwork, privateKey, now }),
    jobs: jobserviceOverHttp(setting('jobservice_url'), uiSecret, fetchOverNetwork),
    fetch: fetchOverNetwork,
    secretKey: await readKey(env['KEY_PATH'] ?? '/etc/ui/key'),
    privateKey,
    uiSecret,
    jobserviceSecret: env['JOBSERVICE_SECRET'] ?? '',
    caCertificate: () => readFile('/etc/ui/ca/ca.crt', 'utf8').catch(() => undefined),
    now,
    holdLogin: () => pause(1500),
    log,
    background: (work) => {
      work.catch((error: unknown) => log('ERROR', messageOf(error)));
    },
  };
  await firstBoot(harbor);
  await startSync(harbor);
  await serve(ui(harbor), Number(env['PORT'] ?? 8080));
}

// The port opens only when the catalog was compared, or the registry could not be reached for a minute.
async function startSync(harbor: Harbor): Promise<void> {
  try {
    const url = new URL(String((await harbor.settings.read())['registry_url']));
    await waitForPort(url.hostname, Number(url.port || 80));
    await syncRegistry(harbor);
  } catch (error) {
    log('ERROR', messageOf(error));
  }
}

async function runJobservice(): Promise<void> {
  const config = await readFile(env['CONFIG_PATH'] ?? '/etc/jobservice/config.yml', 'utf8');
  const value = (name: string, otherwise: string): string =>
    new RegExp(`^\\s*${name}:\\s*"?([^"\\n#]*[^"\\s#])`, 'm').exec(config)?.[1] ?? otherwise;
  const adminUrl = env['ADMINSERVER_URL'] ?? value('admin_server', 'http://adminserver:8080');
  const jobserviceSecret = env['JOBSERVICE_SECRET'] ?? '';
  await askUntilAdmitted(adminUrl.replace(/\/$/, ''), jobserviceSecret, fetchOverNetwork);
  const folder = value('path', '/var/log/jobs');
  await mkdir(folder, { recursive: true });
  const file = (id: string) => `${folder}/${id}.log`;
  const service = new Jobservice({
    store: new RedisJobStore(
      new Redis(value('redis_url', 'redis:6379')),
      value('namespace', 'harbor_job_service_namespace'),
    ),
    fetch: fetchOverNetwork,
    logs: {
      begin: (id) => writeFile(file(id), ''),
      append: (id, line) => appendFile(file(id), line),
      read: (id) => readFile(file(id), 'utf8').catch(() => undefined),
    },
    uiSecret: env['UI_SECRET'] ?? '',
    jobserviceSecret,
    now: () => new Date(),
    random: Math.random,
    log,
  });
  await serve(service.handler, Number(env['PORT'] ?? value('port', '8080')));
  await work(service);
}

// An idle worker looks less and less often, as Harbor's does: up to five seconds until a job is seen.
async function work(service: Jobservice): Promise<never> {
  for (let idle = 0; ; ) {
    const busy = await service.step().catch((error: unknown) => {
      log('ERROR', messageOf(error));
      return false;
    });
    idle = busy ? 0 : Math.min(idle + 1, JOB_PAUSES.length - 1);
    await pause(JOB_PAUSES[idle] ?? 0);
  }
}

// With a wrong secret this never ends, and the port never opens.
async function askUntilAdmitted(adminUrl: string, secret: string, fetch: Fetcher): Promise<void> {
  const headers = { authorization: `Harbor-Secret ${secret}` };
  for (let seconds = 1; ; seconds = Math.min(Math.ceil(seconds * 1.5), 60)) {
    try {
      const reply = await fetch({ method: 'GET', url: `${adminUrl}/api/configurations`, headers });
      if (reply.status < 400) return;
      throw new Error(`http error: code ${reply.status}, message ${reply.body}`.trim());
    } catch (error) {
      log('ERROR', `Job context initialization error: ${messageOf(error)}`);
      log('INFO', `Retry in ${seconds} seconds`);
      await pause(seconds * 1000);
    }
  }
}

async function openDatabase(address: DatabaseAddress): Promise<MysqlTables> {
  const { host, port, user, database } = address;
  log(
    'INFO',
    `initializing database: type-MySQL host-${host} port-${port} user-${user} database-${database}`,
  );
  await waitForPort(host, port);
  const tables = new MysqlTables(address);
  await checkSchema(tables).catch((error: unknown) => {
    const number = (error as { errno?: number }).errno;
    const wording =
      number === undefined
        ? messageOf(error)
        : `register db Ping \`default\`, Error ${number}: ${messageOf(error)}`;
    throw new Error(number === undefined ? wording : `failed to initialize database: ${wording}`);
  });
  log('INFO', 'initialize database completed');
  return tables;
}

function databaseOf(settings: Settings): DatabaseAddress {
  return {
    host: String(settings['mysql_host']),
    port: Number(settings['mysql_port']),
    user: String(settings['mysql_username']),
    password: String(settings['mysql_password']),
    database: String(settings['mysql_database']),
  };
}

async function waitForPort(host: string, port: number): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    const problem = await tryConnect(host, port);
    if (problem === undefined) return;
    log('ERROR', `failed to connect to tcp://${host}:${port}, retry after 2 seconds :${problem}`);
    if (Date.now() + 2000 > end) throw new Error(`failed to connect to tcp:${host}:${port} after 60 seconds`);
    await pause(2000);
  }
}

function tryConnect(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 5000 });
    const end = (problem?: string): void => {
      socket.destroy();
      resolve(problem);
    };
    socket.on('connect', () => end());
    socket.on('timeout', () => end('i/o timeout'));
    socket.on('error', (error) => end(`dial tcp: ${error.message}`));
  });
}

async function readKey(path: string): Promise<string> {
  try {
    const key = await readFile(path, 'utf8');
    if (![16, 24, 32].includes(Buffer.byteLength(key))) {
      throw new Error(`crypto/aes: invalid key size ${Buffer.byteLength(key)}`);
    }
    return key;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new Error(`open ${path}: no such file or directory`);
    if (code === 'EISDIR') throw new Error(`read ${path}: is a directory`);
    throw error;
  }
}

function noKeyFile(): never {
  throw new Error('key file does not exist');
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const ROLES: Readonly<Record<string, () => Promise<void>>> = {
  adminserver: runAdminServer,
  ui: runUi,
  jobservice: runJobservice,
};

const role = process.argv[2] ?? '';
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
(ROLES[role] ?? (() => Promise.reject(new Error(`unknown service: ${role}`))))().catch((error: unknown) => {
  const place = role === 'adminserver' ? '[main.go:46]: failed to initialize the system' : '[main.go:95]';
  log('FATAL', `${place}: ${messageOf(error)}`);
  process.exit(1);
});
