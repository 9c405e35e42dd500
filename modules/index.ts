import type { Module } from '../src/module/index.ts';
import { command } from './command.ts';
import { compose } from './compose.ts';
import { dockerContainerInfo } from './docker_container_info.ts';
import { dockerImage } from './docker_image.ts';
import { harborReplication } from './harbor_replication.ts';
import { ping } from './ping.ts';
import { script } from './script.ts';
import { shell } from './shell.ts';

const all: readonly Module[] = [
  command,
  compose,
  dockerContainerInfo,
  dockerImage,
  harborReplication,
  ping,
  script,
  shell,
];

/** Every module by each of its names. */
export const modules: ReadonlyMap<string, Module> = new Map(
  all.flatMap((module) => [module.name, ...(module.aliases ?? [])].map((name) => [name, module] as const)),
);
