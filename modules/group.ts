import {
  defineModule,
  type GroupEntry,
  type ParamsOf,
  type Plan,
  type RunStep,
} from '../src/module/index.ts';

const params = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, description: 'Name of the group.' },
    gid: { type: 'integer', minimum: 0, description: 'Its number; default: the next free one, or as it is.' },
    state: { enum: ['present', 'absent'], default: 'present', description: 'Whether it is to be there.' },
    system: {
      type: 'boolean',
      default: false,
      description: 'Take a number of the system range for a new group.',
    },
    non_unique: { type: 'boolean', default: false, description: 'Permit a `gid` that another group has.' },
  },
} as const;

type GroupParams = ParamsOf<typeof params>;

interface Current {
  readonly entry: GroupEntry | undefined;
}

export const group = defineModule({
  name: 'group',
  summary: 'Create, change and remove groups of users.',
  kind: 'state',
  params,
  examples: `- group: { name: harbor, gid: 10000, system: true }

- group: { name: old, state: absent }
`,
  returns: { name: 'the group', gid: 'its number, as far as known' },
  async read(host, params: GroupParams): Promise<Current> {
    return { entry: await host.group(params.name) };
  },
  plan(params, current): Plan {
    const step = planStep(params, current.entry);
    const gid = params.gid ?? current.entry?.gid ?? null;
    return { steps: step ? [step] : [], values: { name: params.name, gid } };
  },
});

function planStep(params: GroupParams, entry: GroupEntry | undefined): RunStep | undefined {
  const { name, gid } = params;
  const header = `group ${name}`;
  const unique = params.non_unique ? ['-o'] : [];
  if (params.state === 'absent') {
    if (!entry) return undefined;
    return {
      kind: 'run',
      summary: `remove group ${name}`,
      argv: ['groupdel', name],
      predicts: [{ kind: 'group', name, present: false }],
      diff: [{ header, before: `gid ${entry.gid}\n`, after: '' }],
    };
  }
  if (!entry) {
    const number = gid === undefined ? [] : ['-g', String(gid), ...unique];
    return {
      kind: 'run',
      summary: `create group ${name}${gid === undefined ? '' : ` with gid ${gid}`}`,
      argv: ['groupadd', ...number, ...(params.system ? ['-r'] : []), name],
      predicts: [{ kind: 'group', name, present: true }],
      diff: [{ header, before: '', after: gid === undefined ? 'present\n' : `gid ${gid}\n` }],
    };
  }
  if (gid === undefined || gid === entry.gid) return undefined;
  return {
    kind: 'run',
    summary: `change the gid of group ${name} to ${gid}`,
    argv: ['groupmod', '-g', String(gid), ...unique, name],
    diff: [{ header, before: `gid ${entry.gid}\n`, after: `gid ${gid}\n` }],
  };
}
