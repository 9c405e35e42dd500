import type { Value, ValueMap } from '../model/value.ts';
import type { Scope } from '../template/index.ts';
import { createPlayHost, type PlayHost, type PlayRun } from './run-state.ts';

/**
 * `hostvars`: every host's variables, looked up only when a template asks for one. The mappings
 * answer like plain objects, so that templates and expressions need not know about them.
 *
 * @param scopeOf the variables of a host
 */
export function hostvarsOf(playRun: PlayRun, scopeOf: (host: PlayHost) => Scope): ValueMap {
  const { inventory } = playRun.run;
  const cache = new Map<string, ValueMap>();
  return lazyMap(
    () => [...inventory.current.hosts.keys()],
    (name) => inventory.hostOrLocal(name) !== undefined,
    (name) => {
      if (!inventory.hostOrLocal(name)) return undefined;
      const known = cache.get(name) ?? varsOfHost(playRun, name, scopeOf);
      cache.set(name, known);
      return known;
    },
  );
}

function varsOfHost(playRun: PlayRun, name: string, scopeOf: (host: PlayHost) => Scope): ValueMap {
  const host =
    playRun.batch.find((candidate) => candidate.name === name) ?? createPlayHost(playRun.run.hosts.of(name));
  const scope = scopeOf(host);
  return lazyMap(
    () => [...scope.names()],
    (key) => scope.has(key),
    (key) => scope.get(key),
  );
}

/**
 * A read-only mapping whose values are made when asked for.
 *
 * @param names the keys it lists; more may exist
 */
function lazyMap(
  names: () => readonly string[],
  has: (name: string) => boolean,
  get: (name: string) => Value | undefined,
): ValueMap {
  return new Proxy<ValueMap>(
    {},
    {
      get: (_, key) => (typeof key === 'string' ? get(key) : undefined),
      has: (_, key) => typeof key === 'string' && has(key),
      ownKeys: () => [...new Set(names())],
      getOwnPropertyDescriptor: (_, key) => {
        if (typeof key !== 'string' || !has(key)) return undefined;
        return { get: () => get(key), enumerable: true, configurable: true };
      },
    },
  );
}
