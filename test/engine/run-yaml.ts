/**
 * Runs a playbook given as text against fake hosts, and gathers what happened.
 *
 *   const run = await runYaml('- hosts: all\n  tasks: […]', {
 *     hosts: ['h1', 'h2'],                    // or { h1: { ansible_user: 'x' } }
 *     reply: (host, request) => …,            // see fakeConnection
 *     check: true,
 *   });
 *   run.outcomes   // ['h1 install: changed', …] in the order they came
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { modules as registered } from '../../modules/index.ts';
import { type Loader, type RunOptions, runPlaybooks } from '../../src/engine/index.ts';
import {
  loadInventory,
  loadPlaybook,
  loadRole,
  loadTaskFile,
  loadVarsFile,
  selectHosts,
} from '../../src/load/index.ts';
import {
  ConnectionError,
  type Inventory,
  type RunEvent,
  type TaskResult,
  type ValueMap,
} from '../../src/model/index.ts';
import type { Module } from '../../src/module/index.ts';
import { Redactor } from '../../src/util/redact.ts';
import {
  type FakeConnection,
  type FakeConnectionOptions,
  fakeConnection,
} from '../support/fake-connection.ts';

type Reply = NonNullable<FakeConnectionOptions['reply']>;
type Request = Parameters<Reply>[0];

export interface RunYamlOptions extends Partial<Omit<RunOptions, 'inventory' | 'playbooks' | 'modules'>> {
  /** Names, or names with their variables; default `h1`. */
  readonly hosts?: readonly string[] | Readonly<Record<string, ValueMap>>;
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  readonly reply?: (host: string, request: Request) => ReturnType<Reply>;
  /** A directory that a real `sh` works in, instead of `reply`. */
  readonly root?: string;
  /** Answers TCP connections made through a host. */
  readonly openTcp?: NonNullable<FakeConnectionOptions['openTcp']>;
  readonly unreachable?: readonly string[];
  /** Modules besides the registered ones. */
  readonly modules?: readonly Module[];
  /** Files beside the playbook. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Run only with or without reading ahead; default both, compared. */
  readonly speculate?: boolean;
}

export interface YamlRun {
  readonly events: readonly RunEvent[];
  readonly exitCode: number;
  /** `HOST TASK: OUTCOME`, `(ignored)` added. */
  readonly outcomes: readonly string[];
  readonly connections: ReadonlyMap<string, FakeConnection>;
  /** Scripts sent to a host, in order. */
  scripts(host: string): readonly string[];
  result(task: string, host?: string): TaskResult;
  recap(host: string): string;
}

/** Runs with and without reading ahead, demands the same events of both, and returns the run with. */
export async function runYaml(text: string, options: RunYamlOptions = {}): Promise<YamlRun> {
  if (options.speculate !== undefined) return runOnce(text, options);
  const without = await runOnce(text, { ...options, speculate: false });
  const ahead = await runOnce(text, { ...options, speculate: true });
  const [ours, reference] = /strategy: *(free|host_pinned)/.test(text)
    ? [ofEachHost(ahead.events), ofEachHost(without.events)]
    : [comparable(ahead.events), comparable(without.events)];
  expect(ours, 'events with reading ahead').toEqual(reference);
  return ahead;
}

async function runOnce(text: string, options: RunYamlOptions): Promise<YamlRun> {
  const directory = await mkdtemp(join(tmpdir(), 'mooring-engine-'));
  try {
    await writeFiles(directory, { ...options.files, 'play.yml': text });
    return await runIn(directory, options);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function runIn(directory: string, options: RunYamlOptions): Promise<YamlRun> {
  const modules = new Map(registered);
  for (const module of options.modules ?? []) modules.set(module.name, module);
  const { playbook, faults } = loadPlaybook(join(directory, 'play.yml'), { modules });
  expect(faults.filter((fault) => fault.severity === 'error').map((fault) => fault.message)).toEqual([]);
  const events: RunEvent[] = [];
  const connections = new Map<string, FakeConnection>();
  const {
    hosts: _,
    groups: __,
    reply,
    root,
    openTcp,
    unreachable,
    files: ___,
    modules: ____,
    ...rest
  } = options;
  const summary = await runPlaybooks({
    playbooks: [playbook],
    inventory: await inventoryOf(directory, options),
    modules,
    loader: loaderOf(modules),
    redactor: new Redactor(),
    open: async ({ name }) => {
      if (unreachable?.includes(name)) throw new ConnectionError(`no route to ${name}`);
      const answer: Reply | undefined = reply && ((request) => reply(name, request));
      const connection = fakeConnection({
        name,
        ...(answer ? { reply: answer } : {}),
        ...(root === undefined ? {} : { root }),
        ...(openTcp === undefined ? {} : { openTcp }),
      });
      connections.set(name, connection);
      return connection;
    },
    ...rest,
    emit: (event) => {
      events.push(event);
      options.emit?.(event);
    },
  });
  return describeRun(events, summary.exitCode, connections);
}

function describeRun(
  events: readonly RunEvent[],
  exitCode: number,
  connections: ReadonlyMap<string, FakeConnection>,
): YamlRun {
  const names = taskNames(events);
  const results = events.filter((event) => event.event === 'result');
  return {
    events,
    exitCode,
    connections,
    outcomes: results.map(
      ({ host, taskId, result }) =>
        `${host} ${names.get(taskId)}: ${result.outcome}${result.ignored ? ' (ignored)' : ''}`,
    ),
    scripts: (host) => connections.get(host)?.requests.map(({ request }) => request.script) ?? [],
    result: (task, host) => {
      const found = results.find(
        (event) => names.get(event.taskId) === task && (host === undefined || event.host === host),
      );
      if (!found) throw new Error(`no result of task "${task}"`);
      return found.result;
    },
    recap: (host) => {
      const recap = events.findLast((event) => event.event === 'recap')?.hosts[host];
      const shown = Object.entries(recap ?? {}).filter(([, count]) => count > 0);
      return shown.map(([name, count]) => `${name}=${count}`).join(' ');
    },
  };
}

function taskNames(events: readonly RunEvent[]): Map<string, string> {
  const starts = events.filter((event) => event.event === 'task_start');
  return new Map(starts.map(({ task }) => [task.id, task.name]));
}

/** Which host is first does not matter where each runs ahead alone. */
function ofEachHost(events: readonly RunEvent[]): object {
  const byHost = new Map<string, string[]>();
  for (const [index, line] of textsOf(events).entries()) {
    const host = hostOf(events[index]);
    const own = byHost.get(host) ?? [];
    byHost.set(host, own);
    own.push(line);
  }
  byHost.get('')?.sort();
  return byHost;
}

function hostOf(event: RunEvent | undefined): string {
  return event && 'host' in event ? event.host : '';
}

/** Events as lines without what differs from run to run; what hosts do at the same time is sorted by host. */
export function comparable(events: readonly RunEvent[]): string[] {
  const lines = textsOf(events);
  const sorted: string[] = [];
  let group: string[] = [];
  for (const [index, line] of lines.entries()) {
    const concurrent = ['host_start', 'item_result', 'result', 'output', 'retry'].includes(
      events[index]?.event ?? '',
    );
    if (!concurrent) {
      sorted.push(...group.sort(), line);
      group = [];
    } else group.push(line);
  }
  return [...sorted, ...group.sort()];
}

/** Events without times and random ids. */
function textsOf(events: readonly RunEvent[]): string[] {
  return events.map((event) =>
    JSON.stringify(event, (key, value) =>
      ['durationMs', 'runId', 'start', 'end', 'delta'].includes(key)
        ? undefined
        : typeof value === 'string'
          ? value.replaceAll(/mooring-engine-\w+/g, 'DIR').replaceAll(/\bj[0-9a-f]{24}\b/g, 'JOB')
          : value,
    ),
  );
}

function loaderOf(modules: ReadonlyMap<string, Module>): Loader {
  return {
    selectHosts: (pattern, inventory, limit) => selectHosts(pattern, inventory, { limit }),
    loadTaskFile: (path, options) => loadTaskFile(path, { modules, ...options }),
    loadRole: (params, options) => loadRole(params, { modules, ...options }),
    loadVarsFile: (path) => loadVarsFile(path),
  };
}

async function inventoryOf(directory: string, options: RunYamlOptions): Promise<Inventory> {
  const hosts = options.hosts ?? ['h1'];
  const named = Array.isArray(hosts) ? Object.fromEntries(hosts.map((name) => [name, {}])) : hosts;
  const children = Object.entries(options.groups ?? {}).map(([group, members]) => [
    group,
    { hosts: Object.fromEntries(members.map((name) => [name, {}])) },
  ]);
  const path = join(directory, 'hosts.yml');
  await writeFile(path, JSON.stringify({ all: { hosts: named, children: Object.fromEntries(children) } }));
  const { inventory, faults } = loadInventory([path]);
  expect(faults.filter((fault) => fault.severity === 'error').map((fault) => fault.message)).toEqual([]);
  return inventory;
}

async function writeFiles(
  directory: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), content);
  }
}
