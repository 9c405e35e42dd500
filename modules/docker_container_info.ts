import { defineModule, type ValueMap } from '../src/module/index.ts';
import { inspectContainer } from './lib/docker.ts';

export const dockerContainerInfo = defineModule({
  name: 'docker_container_info',
  summary: 'Say what Docker knows of a container.',
  kind: 'state',
  volatile: true,
  params: {
    type: 'object',
    properties: {
      name: { type: 'string', description: 'Name or id of the container.' },
    },
    required: ['name'],
  },
  examples: `- name: Look at the database
  docker_container_info:
    name: mysql-server
  register: database
- name: It must be there
  assert:
    that: database.exists`,
  returns: {
    exists: 'whether there is such a container',
    container: 'what `docker container inspect` prints of it, null where there is none',
  },
  async read(host, params) {
    return { container: await inspectContainer(host, params.name) };
  },
  plan(_params, current) {
    const container = (current.container ?? null) as ValueMap | null;
    return { steps: [], values: { exists: container !== null, container } };
  },
});
