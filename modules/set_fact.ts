import { defineModule, ParamsError, type ValueMap } from '../src/module/index.ts';

export const setFact = defineModule({
  name: 'set_fact',
  summary: 'Set variables of a host for the rest of the run.',
  notes: ['Values keep their types: nothing is turned from text into a number or a boolean.'],
  kind: 'state',
  local: true,
  openParams: true,
  acceptsUnknown: true,
  params: {
    type: 'object',
    properties: {
      cacheable: {
        type: 'boolean',
        default: false,
        description: 'Accepted for compatibility: facts are not kept between runs.',
      },
    },
  },
  examples: `
- set_fact:
    storage_address: '{{ hostvars[groups.nfs.0].ansible_host }}'
    storage_options: [rw, no_root_squash]
`,
  returns: { ansible_facts: 'the variables set' },
  checkParams,
  async read() {
    return {};
  },
  plan(params) {
    checkParams(params);
    const { cacheable, ...facts } = params;
    const values = facts as ValueMap;
    return {
      steps: [],
      effects: [{ kind: 'set_facts', facts: values, cacheable }],
      values: { ansible_facts: values },
    };
  },
});

function checkParams({ cacheable: _, ...facts }: object & { readonly cacheable?: boolean }): void {
  const wrong = Object.keys(facts).find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (wrong !== undefined) throw new ParamsError(`"${wrong}" is not a name of a variable`);
  if (Object.keys(facts).length === 0) throw new ParamsError('no variable given to set');
}
