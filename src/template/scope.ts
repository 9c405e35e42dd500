import { TemplateError } from '../model/errors.ts';
import type { Position } from '../model/position.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { keyPositionOf } from '../util/positions.ts';
import { again, CycleError } from './errors.ts';
import { child, extendPath, type Found, follow, type Key } from './paths.ts';
import { isTemplate, render } from './render.ts';

/** Variables of one origin. */
export interface Layer {
  /** Where they were written, in the user's words: `group_vars/harbor.yml`, `play "database"`. */
  readonly origin: string;
  /** Ansible's precedence number (1..22); for `explain` only, the order of the layers decides. */
  readonly level: number;
  /** The values, or a function for those that are only made when asked for. */
  readonly values: ValueMap | ((name: string) => Value | undefined);
  /** Names a function knows, for hints. */
  readonly names?: () => Iterable<string>;
  /** Written by the user: rendered when asked for. Data of hosts is never rendered. */
  readonly templated: boolean;
}

/** One place where a variable is set. */
export interface Definition {
  readonly origin: string;
  readonly level: number;
  /** As written, not rendered. */
  readonly value: Value;
  /** Where its name stands; undefined for what no file holds. */
  readonly position?: Position;
}

/** Why a variable has its value. */
export interface Explanation {
  readonly winner: Definition;
  /** The rendered value; undefined where rendering fails, see `error`. */
  readonly value?: Value;
  readonly error?: string;
  /** Highest precedence first. */
  readonly shadowed: readonly Definition[];
}

const deepest = 200;
let depth = 0;

/**
 * All variables of one task on one host. Values of templated layers are rendered when first asked for,
 * with this whole scope, and remembered. A key of a mapping can be had although another key of it fails.
 */
export class Scope {
  /** Lowest precedence first. */
  readonly layers: readonly Layer[];
  #rendered: Map<string, Value> | undefined;
  #inProgress: string[] | undefined;

  /** @param layers lowest precedence first */
  constructor(layers: readonly Layer[]) {
    this.layers = layers;
  }

  /** A new scope with more layers above these. */
  with(...layers: readonly Layer[]): Scope {
    return new Scope([...this.layers, ...layers]);
  }

  /**
   * The rendered value of a variable; undefined where it is not defined.
   *
   * @throws TemplateError where its template cannot be rendered or needs itself
   */
  get(name: string): Value | undefined {
    return this.resolve(name, []).value;
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /** Whether the value of a variable, or that there is none, hangs on no other variable. */
  isFixed(name: string): boolean {
    const found = this.#find(name);
    if (!found?.layer.templated) return true;
    return typeof found.value === 'string' ? !isTemplate(found.value) : typeof found.value !== 'object';
  }

  /** Every name that is defined. */
  names(): Set<string> {
    return new Set(this.layers.flatMap((layer) => [...namesOf(layer)]));
  }

  /** The value of a variable or of a key below it, rendering no more than that. */
  resolve(name: string, keys: readonly Key[]): Found {
    const found = this.#find(name);
    if (!found) return { missing: { key: name, parent: undefined, candidates: lazily(() => this.names()) } };
    if (!found.layer.templated) return follow(found.value, keys, name);
    return this.#resolveTemplated(found.value, keys, name, found.layer);
  }

  /** The winning and the shadowed definitions of a variable; undefined where there is none. */
  explain(name: string): Explanation | undefined {
    const [winner, ...shadowed] = this.#definitions(name);
    if (!winner) return undefined;
    try {
      const value = this.get(name);
      return { winner, shadowed, ...(value === undefined ? {} : { value }) };
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      return { winner, shadowed, error: error.message };
    }
  }

  #find(name: string): { layer: Layer; value: Value } | undefined {
    for (let index = this.layers.length - 1; index >= 0; index--) {
      const layer = this.layers[index];
      const value = layer && rawValue(layer, name);
      if (layer && value !== undefined) return { layer, value };
    }
    return undefined;
  }

  #definitions(name: string): Definition[] {
    return this.layers.toReversed().flatMap((layer) => {
      const value = rawValue(layer, name);
      if (value === undefined) return [];
      const position = typeof layer.values === 'function' ? undefined : keyPositionOf(layer.values, name);
      return [{ origin: layer.origin, level: layer.level, value, ...(position ? { position } : {}) }];
    });
  }

  /** Walks the raw value as far as it is made of mappings and lists, and renders only what is left. */
  #resolveTemplated(raw: Value, keys: readonly Key[], name: string, layer: Layer): Found {
    let current = raw;
    let path = name;
    for (const [index, key] of keys.entries()) {
      if (!isMap(current) && !Array.isArray(current)) {
        return follow(this.#render(current, path, layer), keys.slice(index), path);
      }
      const next = child(current, key);
      if (next === undefined) return follow(current, keys.slice(index), path);
      current = next;
      path = extendPath(path, key);
    }
    return { value: this.#render(current, path, layer) };
  }

  #render(raw: Value, path: string, layer: Layer): Value {
    if (typeof raw === 'string' ? !isTemplate(raw) : raw === null || typeof raw !== 'object') return raw;
    const known = this.#rendered?.get(path);
    if (known !== undefined) return known;
    this.#inProgress ??= [];
    this.#guard(path, this.#inProgress);
    this.#inProgress.push(path);
    depth++;
    try {
      const value = render(raw, this);
      this.#rendered ??= new Map();
      this.#rendered.set(path, value);
      return value;
    } catch (error) {
      throw inValueOf(error, path, layer);
    } finally {
      depth--;
      this.#inProgress.pop();
    }
  }

  #guard(path: string, inProgress: readonly string[]): void {
    const start = inProgress.indexOf(path);
    if (start >= 0) {
      const chain = [...inProgress.slice(start), path].join(' → ');
      throw new CycleError(`variables need each other: ${chain}`);
    }
    if (depth >= deepest)
      throw new TemplateError(`variables are nested more than ${deepest} deep at "${path}"`);
  }
}

/** A mapping whose values are made when they are looked at, e.g. one entry per host. */
export function lazyMap(names: Iterable<string>, make: (name: string) => Value): ValueMap {
  const map = {};
  for (const name of names) {
    Object.defineProperty(map, name, { enumerable: true, configurable: true, get: () => make(name) });
  }
  return map;
}

/** The variables of a scope as a mapping, each rendered when looked at: an entry of `hostvars`. */
export function scopeAsMap(scope: Scope): ValueMap {
  return lazyMap(scope.names(), (name) => scope.get(name) ?? null);
}

/** Listing all names costs, and mostly nobody looks at them. */
function lazily<T>(make: () => Iterable<T>): Iterable<T> {
  return { [Symbol.iterator]: () => make()[Symbol.iterator]() };
}

/** A column inside another variable's text would mislead: the innermost variable and its origin are told. */
function inValueOf(error: unknown, path: string, layer: Layer): unknown {
  if (!(error instanceof TemplateError) || error instanceof CycleError) return error;
  const told = error.message.includes('(in the value of ');
  return again(error, told ? error.message : `${error.message} (in the value of "${path}", ${layer.origin})`);
}

function rawValue(layer: Layer, name: string): Value | undefined {
  if (typeof layer.values === 'function') return layer.values(name);
  return Object.hasOwn(layer.values, name) ? layer.values[name] : undefined;
}

function namesOf(layer: Layer): Iterable<string> {
  if (typeof layer.values === 'function') return layer.names?.() ?? [];
  return Object.keys(layer.values);
}
