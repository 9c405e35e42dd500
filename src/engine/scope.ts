import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { type Layer, Scope } from '../template/index.ts';
import type { CompiledTask } from './compile.ts';
import { factLookup } from './facts.ts';
import { hostvarsOf } from './hostvars.ts';
import { magicNames, magicVariable } from './magic.ts';
import type { PlayHost, PlayRun } from './run-state.ts';

const level = { facts: 11, includeVars: 18, registered: 19, extraVars: 22, loop: 23, magic: 24 } as const;

/**
 * The variables of a host at a task, in Ansible's order of precedence. Data that came from hosts is
 * in layers that are never rendered.
 *
 * @param extras layers above all but the magic variables, e.g. loop items
 */
export function scopeFor(
  playRun: PlayRun,
  host: PlayHost,
  task?: Pick<CompiledTask, 'vars'>,
  extras: readonly Layer[] = [],
): Scope {
  const { run } = playRun;
  const inventoryVars = run.inventory.hostOrLocal(host.name)?.vars ?? [];
  const levels = [
    ...inventoryVars.map((source) => ({ ...source, templated: true })),
    data('facts', level.facts, factLookup(host.state, definedIn(inventoryVars))),
    ...playRun.varsOf(host),
    ...(task?.vars ?? []),
    {
      origin: 'include_vars',
      level: level.includeVars,
      ...fromMap(host.state.includedVars),
      templated: true,
    },
    {
      origin: 'register, set_fact',
      level: level.registered,
      ...fromMap(host.state.registered),
      templated: false,
    },
    { origin: 'extra vars', level: level.extraVars, values: run.options.extraVars ?? {}, templated: true },
  ];
  const sorted = levels.sort((a, b) => a.level - b.level);
  const magic = (name: string): Value | undefined => {
    if (name === 'hostvars') return hostvarsOf(playRun, (other) => scopeFor(playRun, other));
    return magicVariable(name, playRun, host);
  };
  const above = extras.filter((layer) => layer.level > level.magic);
  const below = extras.filter((layer) => layer.level <= level.magic);
  const top = { ...data('magic', level.magic, magic), names: () => magicNames };
  return new Scope([...sorted, ...below, top, ...above]);
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
