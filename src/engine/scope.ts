import type { VarsSource } from '../model/inventory.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { type Layer, Scope } from '../template/index.ts';
import { type CompiledTask, innermost, type VarsLevel } from './compile.ts';
import { factLookup } from './facts.ts';
import { hostvarsOf } from './hostvars.ts';
import { fallbackVariable, magicNames, magicVariable } from './magic.ts';
import type { PlayHost, PlayRun } from './run-state.ts';

const level = {
  fallback: 0,
  facts: 11,
  includeVars: 18,
  registered: 19,
  extraVars: 22,
  loop: 23,
  magic: 24,
} as const;

/**
 * The variables of a host at a task, in Ansible's order of precedence. Data that came from hosts is
 * in layers that are never rendered.
 *
 * @param extras layers above all but the magic variables, e.g. loop items
 */
export function scopeFor(
  playRun: PlayRun,
  host: PlayHost,
  task?: Pick<CompiledTask, 'vars'> & Partial<Pick<CompiledTask, 'chain'>>,
  extras: readonly Layer[] = [],
): Scope {
  const base = baseLayers(playRun, host, task?.vars ?? nothing, task?.chain ?? []);
  if (extras.length === 0) return new Scope(base);
  const above = extras.filter((layer) => layer.level > level.magic);
  const below = extras.filter((layer) => layer.level <= level.magic);
  // The magic variables are the last of them.
  return new Scope([...base.slice(0, -1), ...below, ...base.slice(-1), ...above]);
}

const nothing: readonly VarsLevel[] = [];

/** The layers of a host as they were put together last, and what of. */
interface Base {
  readonly playRun: PlayRun;
  readonly inventoryVars: readonly VarsSource[];
  readonly filesOfHost: readonly VarsLevel[] | undefined;
  readonly taskVars: readonly VarsLevel[];
  readonly remoteUser: string | undefined;
  readonly layers: readonly Layer[];
}

const bases = new WeakMap<PlayHost, Base>();

/**
 * Each task needs them a dozen times. They look their values up when asked: new ones are made only where there are other
 * sources.
 */
function baseLayers(
  playRun: PlayRun,
  host: PlayHost,
  taskVars: readonly VarsLevel[],
  chain: CompiledTask['chain'],
): readonly Layer[] {
  const inventoryVars = playRun.run.inventory.hostOrLocal(host.name)?.vars ?? nothing;
  const filesOfHost = playRun.hostVars.get(host.name);
  // All that the layers take of the keywords.
  const remoteUser = innermost(chain, 'remoteUser');
  const known = bases.get(host);
  const isSame =
    known?.playRun === playRun &&
    known.inventoryVars === inventoryVars &&
    known.filesOfHost === filesOfHost &&
    known.remoteUser === remoteUser &&
    known.taskVars.length === taskVars.length &&
    known.taskVars.every((source, index) => source === taskVars[index]);
  if (known && isSame) return known.layers;
  const layers = layersOf(playRun, host, inventoryVars, taskVars, chain);
  bases.set(host, { playRun, inventoryVars, filesOfHost, taskVars, remoteUser, layers });
  return layers;
}

function layersOf(
  playRun: PlayRun,
  host: PlayHost,
  inventoryVars: readonly VarsSource[],
  taskVars: readonly VarsLevel[],
  chain: CompiledTask['chain'],
): readonly Layer[] {
  const { run } = playRun;
  const { state } = host;
  const levels = [
    data('connection', level.fallback, (name) => fallbackVariable(name, playRun, host, chain)),
    ...inventoryVars.map((source) => ({ ...source, templated: true })),
    data('facts', level.facts, factLookup(state, definedIn(inventoryVars))),
    ...playRun.varsOf(host),
    ...taskVars,
    { origin: 'include_vars', level: level.includeVars, ...fromMap(state.includedVars), templated: true },
    { origin: 'register, set_fact', level: level.registered, ...fromMap(state.registered), templated: false },
    { origin: 'extra vars', level: level.extraVars, values: run.options.extraVars ?? {}, templated: true },
  ];
  const magic = (name: string): Value | undefined => {
    if (name === 'hostvars') return hostvarsOf(playRun, (other) => scopeFor(playRun, other));
    return magicVariable(name, playRun, host);
  };
  const top = { ...data('magic', level.magic, magic), names: () => magicNames };
  return [...levels.sort((a, b) => a.level - b.level), top];
}

/** A layer of loop variables: data, over everything but the magic variables. */
export function loopLayer(values: ValueMap): Layer {
  return data('loop', level.loop, values);
}

/** A layer that shows the result a task is about to register, for `until`, `changed_when`, `failed_when`. */
export function registerLayer(name: string, value: Value): Layer {
  return data(`register of this task`, level.loop, { [name]: value });
}

/** A layer over all others that gives no values: it only sees which names are asked for. */
export function watchLayer(see: (name: string) => void): Layer {
  return data('', level.magic + 1, (name) => {
    see(name);
    return undefined;
  });
}

function data(origin: string, precedence: number, values: Layer['values']): Layer {
  return { origin, level: precedence, values, templated: false };
}

function fromMap(map: ReadonlyMap<string, Value>): Pick<Layer, 'values' | 'names'> {
  return { values: (name) => map.get(name), names: () => map.keys() };
}

function definedIn(sources: readonly { readonly values: ValueMap }[]): (name: string) => boolean {
  return (name) => sources.some((source) => isMap(source.values) && Object.hasOwn(source.values, name));
}
