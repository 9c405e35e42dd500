import type { reasons } from './cases.ts';

/** An expression, or one that is answered otherwise here, and why. */
export type WrittenCase = string | readonly [expression: string, differs: keyof typeof reasons];
