// Harbor's routes. A route registered as a whole controller answers 405 to other methods; one with listed methods, 404.

import type { Handler } from './harbor.ts';

export interface Route {
  readonly pattern: RegExp;
  readonly handlers: Readonly<Partial<Record<string, Handler>>>;
  /** Other methods get 405 instead of the 404 page. */
  readonly whole: boolean;
}

/**
 * A route.
 *
 * @param path with `:name` for one part, `:name#` for digits and `*name` for anything
 */
export function route(path: string, handlers: Route['handlers'], whole = false): Route {
  const source = path
    .replace(/:(\w+)#/g, '(?<$1>[0-9]+)')
    .replace(/:(\w+)/g, '(?<$1>[^/]+)')
    .replace(/\*(\w+)/g, '(?<$1>.+)');
  return { pattern: new RegExp(`^${source}/?$`), handlers, whole };
}

export type Match =
  | { readonly found: 'handler'; readonly handler: Handler; readonly params: Record<string, string> }
  | { readonly found: 'wrong-method' }
  | { readonly found: 'nothing' };

/** The first route that has the path and the method. */
export function match(routes: readonly Route[], method: string, path: string): Match {
  let wrongMethod = false;
  for (const { pattern, handlers, whole } of routes) {
    const parts = pattern.exec(path);
    if (parts === null) continue;
    const handler = handlers[method] ?? handlers['*'];
    if (handler !== undefined) return { found: 'handler', handler, params: { ...parts.groups } };
    wrongMethod ||= whole;
  }
  return wrongMethod ? { found: 'wrong-method' } : { found: 'nothing' };
}
