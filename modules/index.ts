import type { Module } from '../src/module/index.ts';
import { ping } from './ping.ts';

const all: readonly Module[] = [ping];

/** Every module by each of its names. */
export const modules: ReadonlyMap<string, Module> = new Map(
  all.flatMap((module) => [module.name, ...(module.aliases ?? [])].map((name) => [name, module] as const)),
);
