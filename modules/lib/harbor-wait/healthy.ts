import type { ModuleLook } from '../../../src/module/index.ts';
import type { HarborReads } from '../harbor/api.ts';

/** Whether every component of a Harbor says that it is well. */
export async function lookAtHealth(harbor: HarborReads): Promise<ModuleLook> {
  const components = await harbor.health();
  const ill = components.filter(({ healthy }) => !healthy);
  const { generation, server } = harbor;
  return {
    done: components.length > 0 && ill.length === 0,
    seen:
      ill.length === 0
        ? `${components.length} components are healthy`
        : ill.map(({ name, error }) => `${name} is not healthy${error ? `: ${error}` : ''}`).join('; '),
    values: { generation, version: server.version, components: components.map((one) => ({ ...one })) },
  };
}
