import type { KnownModule } from '../../src/load/index.ts';

const freeForms: Readonly<Record<string, string | undefined>> = {
  command: 'cmd',
  shell: 'cmd',
  script: 'cmd',
  include_vars: 'file',
  apt: undefined,
  assert: undefined,
  copy: undefined,
  debug: undefined,
  file: undefined,
  ping: undefined,
  service: undefined,
  set_fact: undefined,
  template: undefined,
  uri: undefined,
  docker_image: undefined,
};

/** Enough of a registry to load playbooks with. */
export const modules: ReadonlyMap<string, KnownModule> = new Map(
  Object.entries(freeForms).map(([name, freeForm]) => [name, { name, freeForm }]),
);
