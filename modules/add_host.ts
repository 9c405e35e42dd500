import { defineModule, ParamsError, type ValueMap } from '../src/module/index.ts';

export const addHost = defineModule({
  name: 'add_host',
  summary: 'Add a host, with groups and variables, to the inventory of this run.',
  notes: ['Runs once for all hosts of the play. Later plays can name the host and its groups.'],
  kind: 'state',
  local: true,
  openParams: true,
  params: {
    type: 'object',
    properties: {
      name: { type: 'string', description: 'Name of the host; `name:port` sets `ansible_port` too.' },
      hostname: { type: 'string', description: 'Another name of `name`.' },
      groups: {
        type: ['string', 'array'],
        items: { type: 'string' },
        description: 'Groups it is put into: a list, or names with commas between.',
      },
      group: { type: 'string', description: 'One group it is put into.' },
    },
  },
  examples: `
- add_host:
    name: '{{ source_address }}'
    groups: [source]
    ansible_user: root
`,
  returns: { add_host: 'name, groups and variables of the host' },
  async read() {
    return {};
  },
  plan(params) {
    const { name, hostname, groups, group, ...rest } = params;
    const given = name ?? hostname;
    if (given === undefined || given === '') throw new ParamsError('"name" is required');
    const { host, port } = splitPort(given);
    const vars = { ...port, ...rest } as ValueMap;
    const names = [groups ?? [], group ?? []].flat().flatMap(splitNames);
    return {
      steps: [],
      effects: [{ kind: 'add_host', name: host, groups: names, vars }],
      values: { add_host: { host_name: host, groups: names, host_vars: vars } },
    };
  },
});

function splitPort(name: string): { host: string; port: { ansible_port?: number } } {
  const match = /^([^:[\]]+):(\d+)$/.exec(name);
  if (!match?.[1]) return { host: name, port: {} };
  return { host: match[1], port: { ansible_port: Number(match[2]) } };
}

function splitNames(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
