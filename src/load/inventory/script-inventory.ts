import { execFileSync } from 'node:child_process';
import { accessSync, closeSync, constants, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { isMap, type Value, type ValueMap } from '../../model/value.ts';
import { parseYaml } from '../../util/yaml.ts';
import type { InventoryBuilder } from './builder.ts';

/** Time a script may take for its answer, in milliseconds. */
const deadlineMs = 60_000;

/** True for a file that may be executed and starts with `#!`. */
export function isInventoryScript(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    const file = openSync(path, 'r');
    const start = Buffer.alloc(2);
    readSync(file, start);
    closeSync(file);
    return start.toString() === '#!';
  } catch {
    return false;
  }
}

/** Asks an inventory script for its groups with `--list`, and for hosts with `--host` where needed. */
export function readScriptInventory(builder: InventoryBuilder, path: string): void {
  const answer = ask(builder, path, ['--list']);
  if (!isMap(answer)) return;
  const meta = isMap(answer['_meta']) ? answer['_meta']['hostvars'] : undefined;
  for (const [name, group] of Object.entries(answer)) {
    if (name !== '_meta') readGroup(builder, path, name, group);
  }
  for (const host of builder.hosts.keys()) {
    const vars = isMap(meta) ? meta[host] : ask(builder, path, ['--host', host]);
    if (isMap(vars)) builder.setHostVars(host, path, vars);
  }
  const strangers = Object.keys(isMap(meta) ? meta : {}).filter((host) => !builder.hosts.has(host));
  if (strangers.length === 0) return;
  const names = strangers.slice(0, 3).join(', ');
  builder.faults.warning('unused-vars', `${path} has variables of hosts that are in no group: ${names}`, {
    position: { file: path, line: 1, col: 1 },
    hint: 'name them in a group, e.g. in the "hosts" of "ungrouped"',
  });
}

function readGroup(builder: InventoryBuilder, path: string, name: string, group: Value): void {
  const parts = partsOf(name, group);
  builder.addGroup(name);
  for (const key of ['hosts', 'children']) {
    const value = parts[key] ?? [];
    if (Array.isArray(value)) continue;
    builder.faults.error('inventory-script', `${path}: "${key}" of the group "${name}" must be a list`, {
      position: { file: path, line: 1, col: 1 },
    });
  }
  for (const host of namesIn(parts['hosts'])) builder.addHost(host, name);
  for (const child of namesIn(parts['children'])) builder.addChild(name, child);
  if (isMap(parts['vars'])) builder.setGroupVars(name, path, parts['vars']);
}

/** A list stands for the hosts of a group, a mapping without the usual keys for a host and its variables. */
function partsOf(name: string, group: Value): ValueMap {
  if (!isMap(group)) return { hosts: group };
  const isGroup = ['hosts', 'children', 'vars'].some((key) => Object.hasOwn(group, key));
  return isGroup || Object.keys(group).length === 0 ? group : { hosts: [name], vars: group };
}

function namesIn(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function ask(builder: InventoryBuilder, path: string, argv: readonly string[]): Value | undefined {
  const position = { file: path, line: 1, col: 1 };
  try {
    const text = execFileSync(resolve(path), argv, {
      encoding: 'utf8',
      timeout: deadlineMs,
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { value, faults } = parseYaml(text, { file: path });
    if (isMap(value)) return value;
    const reason = faults[0]?.message ?? 'it is no mapping';
    builder.faults.error('inventory-script', `${path} ${argv[0]}: the answer is no JSON: ${reason}`, {
      position,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    builder.faults.error('inventory-script', `${path} ${argv[0]} failed: ${reason}`, { position });
  }
  return undefined;
}
