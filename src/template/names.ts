import type { Value } from '../model/value.ts';
import { isMap } from '../model/value.ts';
import type { Missing } from './errors.ts';
import type { Names } from './evaluate.ts';
import { omit } from './omit.ts';
import { type Found, follow, type Key } from './paths.ts';
import type { Scope } from './scope.ts';

/** What a block adds while its body is rendered. */
export interface Frame {
  /** `this`; undefined where the block has no item of its own. */
  readonly item?: Value;
  /** `@index`, `@key`, `@first`, `@last`. */
  readonly data: { readonly [name: string]: Value };
  /** Names after `as |…|`. */
  readonly params: ReadonlyMap<string, Value>;
}

/** Names outside any block: the variables. */
export function rootNames(scope: Scope): Names {
  return new BlockNames(scope, []);
}

/** The names inside a block: its item and parameters first, then what is around it. */
export function innerNames(names: Names, frame: Frame): Names {
  return names instanceof BlockNames ? names.inside(frame) : names;
}

class BlockNames implements Names {
  readonly #scope: Scope;
  /** Innermost first. */
  readonly #frames: readonly Frame[];

  constructor(scope: Scope, frames: readonly Frame[]) {
    this.#scope = scope;
    this.#frames = frames;
  }

  inside(frame: Frame): BlockNames {
    return new BlockNames(this.#scope, [frame, ...this.#frames]);
  }

  resolve(name: string, keys: readonly Key[], depth: number): Found {
    for (const frame of this.#frames.slice(depth)) {
      const param = frame.params.get(name);
      if (param !== undefined) return follow(param, keys, name);
      const { item } = frame;
      if (isMap(item) && Object.hasOwn(item, name)) return follow(item, [name, ...keys], 'this');
    }
    const found = this.#scope.resolve(name, keys);
    if (!found.missing) return found;
    if (name === 'omit') return { value: omit };
    return { missing: { ...found.missing, candidates: this.#candidates(found.missing, depth) } };
  }

  /** A name that is missing may have been meant for a key of an item or for a block parameter. */
  *#candidates(missing: Missing, depth: number): Iterable<string> {
    if (missing.parent === undefined) yield* this.#innerNames(depth);
    yield* missing.candidates;
  }

  #innerNames(depth: number): string[] {
    return this.#frames
      .slice(depth)
      .flatMap(({ item, params }) => [...params.keys(), ...(isMap(item) ? Object.keys(item) : [])]);
  }

  item(depth: number): Value | undefined {
    return this.#frames[depth]?.item;
  }

  data(name: string, depth: number, keys: readonly Key[]): Found {
    const [first, ...rest] = keys;
    if (name === 'root' && first !== undefined) return this.#scope.resolve(String(first), rest);
    const data = this.#frames[depth]?.data ?? {};
    return follow(data, [name, ...keys], '@');
  }
}
