import { defineModule, ParamsError, type ValueMap } from '../src/module/index.ts';

export const setup = defineModule({
  name: 'setup',
  aliases: ['gather_facts'],
  summary: 'Read the facts of a host anew.',
  notes: [
    'Facts are read by themselves when a playbook first asks for one, and `gather_facts: true` reads them at the start of a play. Use this where the host has changed since, or to read those of another host: `delegate_to` with `delegate_facts: true`.',
    'All facts are read at once, in one round trip; `gather_subset` makes nothing faster. Facts that `filter` leaves out stay as they were.',
  ],
  kind: 'state',
  params: {
    type: 'object',
    properties: {
      filter: {
        type: ['string', 'array'],
        items: { type: 'string' },
        default: [],
        description: 'Names or shell patterns of the facts to keep, with or without `ansible_`; empty = all.',
      },
      gather_subset: {
        type: ['string', 'array'],
        items: { type: 'string' },
        default: 'all',
        description: "Accepted for compatibility; all of Mooring's own facts are read.",
      },
      gather_timeout: {
        type: 'integer',
        default: 10,
        description: 'Accepted for compatibility; the `timeout` of the task counts.',
      },
    },
  },
  examples: `
- setup:
    filter: ansible_*_mb
- setup:
  delegate_to: '{{ item }}'
  delegate_facts: true
  loop: '{{ groups.database }}'
`,
  returns: { ansible_facts: 'the facts, with the prefix `ansible_`' },
  async read(host) {
    return { facts: (await host.facts()) as ValueMap };
  },
  plan(params, { facts }) {
    const foreign = [params.gather_subset].flat().find((name) => /^(facter|ohai)$/.test(name));
    if (foreign !== undefined) {
      throw new ParamsError(`the facts of ${foreign} are not read`, { hint: 'use command and from_json' });
    }
    const isWanted = filterOf([params.filter].flat());
    const kept = Object.entries(facts).filter(([name]) => isWanted(name) || isWanted(`ansible_${name}`));
    return {
      steps: [],
      effects: [{ kind: 'facts', facts: Object.fromEntries(kept) }],
      values: { ansible_facts: Object.fromEntries(kept.map(([name, value]) => [`ansible_${name}`, value])) },
    };
  },
});

function filterOf(patterns: readonly string[]): (name: string) => boolean {
  const given = patterns.filter((pattern) => pattern !== '' && pattern !== '*');
  if (given.length < patterns.length || given.length === 0) return () => true;
  const regexes = given.map((pattern) => {
    const source = pattern
      .replaceAll(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${source.replaceAll('[!', '[^')}$`);
  });
  return (name) => regexes.some((regex) => regex.test(name));
}
