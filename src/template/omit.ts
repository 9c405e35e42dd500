import type { Value } from '../model/value.ts';

/**
 * What the name `omit` stands for: a parameter, key or item that renders to it is left out. One object,
 * known by identity, so that no data can pass for it.
 */
export const omit: Value = Object.freeze({ __omit__: true });

export function isOmit(value: unknown): boolean {
  return value === omit;
}
