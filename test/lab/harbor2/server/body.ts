// Reading a JSON body with the checks go-swagger makes: a value of a wrong type is 422.

import { invalidRequest } from './http.ts';

export class Body {
  readonly #name: string;
  readonly #value: Readonly<Record<string, unknown>>;

  constructor(name: string, value: Readonly<Record<string, unknown>>) {
    this.#name = name;
    this.#value = value;
  }

  text(key: string): string | undefined {
    return this.#typed(key, isText, 'string');
  }

  flag(key: string): boolean | undefined {
    return this.#typed(key, isFlag, 'bool');
  }

  whole(key: string): number | undefined {
    return this.#typed(key, isWhole, 'int64');
  }

  object(key: string): Body | undefined {
    const value = this.#typed(key, isObject, 'struct');
    return value === undefined ? undefined : new Body(this.#name, value);
  }

  list(key: string): readonly unknown[] | undefined {
    return this.#typed(key, isList, 'slice');
  }

  /** A list whose items are objects. */
  objects(key: string): readonly Body[] {
    return (this.list(key) ?? []).map((item) => {
      if (!isObject(item)) throw this.#wrong(item, key, 'struct');
      return new Body(this.#name, item);
    });
  }

  any(key: string): unknown {
    return this.#value[key];
  }

  get keys(): readonly string[] {
    return Object.keys(this.#value);
  }

  #typed<T>(key: string, fits: (value: unknown) => value is T, type: string): T | undefined {
    const value = this.#value[key];
    if (value === undefined || value === null) return undefined;
    if (!fits(value)) throw this.#wrong(value, key, type);
    return value;
  }

  #wrong(value: unknown, key: string, type: string): Error {
    return parseFault(
      this.#name,
      `json: cannot unmarshal ${goKind(value)} into Go struct field .${key} of type ${type}`,
    );
  }
}

/** Parses a request's body, which the description calls `name`. */
export function parseBody(name: string, bytes: Buffer): Body {
  if (bytes.length === 0) throw invalidRequest(`${name} in body is required`);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw parseFault(name, error instanceof Error ? error.message : String(error));
  }
  if (value === null) throw invalidRequest(`${name} in body is required`);
  if (!isObject(value)) throw parseFault(name, `json: cannot unmarshal ${goKind(value)} into Go value`);
  return new Body(name, value);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function parseFault(name: string, reason: string): Error {
  return invalidRequest(`parsing ${name} body from "" failed, because ${reason}`);
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
