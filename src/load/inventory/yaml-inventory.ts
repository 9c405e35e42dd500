import { isMap, type Value, type ValueMap } from '../../model/value.ts';
import { suggest } from '../../util/suggest.ts';
import { copyPlaces, keyPositionOf, positionOf } from '../../util/yaml.ts';
import { typeName } from '../keyword-values.ts';
import { checkNames } from '../vars-files.ts';
import type { InventoryBuilder } from './builder.ts';
import { expandHostRange, splitPort } from './ranges.ts';

const groupKeys = ['hosts', 'vars', 'children'];

/** Reads the YAML form: groups at the top, each with `hosts`, `vars` and `children`. */
export function readYamlInventory(builder: InventoryBuilder, file: string, value: Value): void {
  if (value === null) return;
  if (!isMap(value)) {
    builder.faults.error('wrong-type', `an inventory must be a mapping of groups, not ${typeName(value)}`, {
      position: { file, line: 1, col: 1 },
      hint: 'start with "all:" and put "hosts:" and "children:" below it',
    });
    return;
  }
  for (const name of Object.keys(value)) readGroup(builder, file, value, name);
}

function readGroup(builder: InventoryBuilder, file: string, container: ValueMap, name: string): void {
  const position = keyPositionOf(container, name);
  builder.addGroup(name, position);
  const group = container[name] ?? null;
  if (group === null) return;
  if (!isMap(group)) {
    const hint = groupKeys.includes(name) ? `"${name}" belongs below a group such as "all:"` : undefined;
    wrongType(builder, container, name, `the group "${name}"`, group, hint);
    return;
  }
  for (const key of Object.keys(group)) {
    if (!groupKeys.includes(key)) unknownKey(builder, group, name, key);
  }
  readHosts(builder, file, group, name);
  readChildren(builder, file, group, name);
  const vars = group['vars'] ?? null;
  if (isMap(vars)) {
    checkNames(vars, builder.faults);
    builder.setGroupVars(name, file, vars);
  } else if (vars !== null) wrongType(builder, group, 'vars', `"vars" of the group "${name}"`, vars);
}

function unknownKey(builder: InventoryBuilder, group: ValueMap, name: string, key: string): void {
  const nearest = suggest(key, groupKeys);
  const below = isMap(group[key]) ? `put a group under "children:" of "${name}"` : `put it under "vars:"`;
  builder.faults.error('unknown-key', `unknown key "${key}" in the group "${name}"`, {
    position: keyPositionOf(group, key),
    hint: nearest ? `did you mean "${nearest}"?` : `known are hosts, vars and children; ${below}`,
  });
}

function readHosts(builder: InventoryBuilder, file: string, group: ValueMap, name: string): void {
  const hosts = group['hosts'] ?? null;
  if (hosts === null) return;
  if (!isMap(hosts)) {
    const hint = 'write each host as "name:" on a line of its own, with its variables below';
    wrongType(builder, group, 'hosts', `"hosts" of the group "${name}"`, hosts, hint);
    return;
  }
  for (const key of Object.keys(hosts)) readHost(builder, file, hosts, key, name);
}

function readHost(
  builder: InventoryBuilder,
  file: string,
  hosts: ValueMap,
  key: string,
  group: string,
): void {
  const position = keyPositionOf(hosts, key);
  const { host, port } = splitPort(key);
  const names = expandHostRange(host);
  if (typeof names === 'string') {
    builder.faults.error('bad-host-range', `"${key}": ${names}`, { position });
    return;
  }
  const vars = hosts[key] ?? {};
  if (!isMap(vars)) {
    wrongType(builder, hosts, key, `the variables of the host "${key}"`, vars);
    return;
  }
  checkNames(vars, builder.faults);
  const values = port === undefined ? vars : withPort(vars, port);
  for (const name of names) {
    builder.addHost(name, group, position);
    if (Object.keys(values).length > 0) builder.setHostVars(name, file, values);
  }
}

function withPort(vars: ValueMap, port: number): ValueMap {
  const values: Record<string, Value> = { ansible_port: port, ...vars };
  copyPlaces(vars, values);
  return values;
}

function readChildren(builder: InventoryBuilder, file: string, group: ValueMap, name: string): void {
  const children = group['children'] ?? null;
  if (children === null) return;
  if (!isMap(children)) {
    const hint = 'write each group as "name:" on a line of its own';
    wrongType(builder, group, 'children', `"children" of the group "${name}"`, children, hint);
    return;
  }
  for (const child of Object.keys(children)) {
    builder.addChild(name, child, keyPositionOf(children, child));
    readGroup(builder, file, children, child);
  }
}

function wrongType(
  builder: InventoryBuilder,
  container: ValueMap,
  key: string,
  what: string,
  value: Value,
  hint?: string,
): void {
  builder.faults.error('wrong-type', `${what} must be a mapping, not ${typeName(value)}`, {
    position: positionOf(container, key),
    hint,
  });
}
