import { describe, expect, it } from 'vitest';
import type { Generation, Rule } from '../../../../modules/lib/harbor/model.ts';
import { findCarriers, isSameAddress, missingRules } from '../../../../modules/lib/harbor-sync/carriers.ts';
import type { Fate } from '../../../../modules/lib/harbor-sync/decide.ts';
import { planRound, type ReadyCarrier, type RoundSource } from '../../../../modules/lib/harbor-sync/round.ts';

function ruleOf(given: Partial<Rule> = {}): Rule {
  return {
    id: 1,
    endpointId: 1,
    name: 'to-b',
    description: '',
    enabled: true,
    direction: 'push',
    projects: ['p'],
    trigger: { kind: 'immediate' },
    replicateDeletion: true,
    override: true,
    speed: 0,
    raw: {},
    ...given,
  };
}

function toThere(given: Partial<Rule> = {}, generation: Generation = '2'): ReadyCarrier {
  return { side: 'here', to: 'there', generation, rule: ruleOf(given), lastRun: 0, ping: { reached: true } };
}

function toHere(given: Partial<Rule> = {}, generation: Generation = '2'): ReadyCarrier {
  const rule = ruleOf({ id: 2, name: 'to-a', ...given });
  return { side: 'there', to: 'here', generation, rule, lastRun: 0, ping: { reached: true } };
}

const fate = (image: string, on: Fate['on'], action: Fate['action']): Fate => ({ image, on, action });

/** What the round does, in one line each. */
function roundOf(source: Partial<RoundSource>): string[] {
  const none = { here: [], there: [] };
  const round = planRound({
    fates: [],
    carriers: [],
    images: { here: {}, there: {} },
    unlisted: none,
    ...source,
  });
  return [
    ...round.deletions.map(({ side, image }) => `delete ${image} ${side}`),
    ...round.refused.map(({ image, others }) => `not ${image} for ${others}`),
    ...round.starts.map(({ rule }) => `start ${rule.name}`),
    ...round.carried.map(({ image }) => `carry ${image}`),
    ...round.stuck.map(({ image, reason }) => {
      const by = reason.kind === 'blocked' ? ` by ${reason.by}` : '';
      return `stuck ${image}: ${reason.kind}${by}`;
    }),
  ];
}

interface Case {
  readonly title: string;
  readonly fates: readonly Fate[];
  readonly carriers?: readonly ReadyCarrier[];
  readonly rest?: Partial<RoundSource>;
  readonly does: readonly string[];
}

describe('planRound', () => {
  it.each<Case>([
    { title: 'does nothing about nothing', fates: [], carriers: [toThere()], does: [] },
    {
      title: 'starts one rule for all it brings',
      fates: [fate('p/a:1', 'here', 'to_there'), fate('p/b:1', 'here', 'to_there')],
      carriers: [toThere(), toThere({ name: 'twin' }), toHere()],
      does: ['start to-b', 'carry p/a:1', 'carry p/b:1'],
    },
    {
      title: 'starts both ways at once where nothing is in the way',
      fates: [fate('p/a:1', 'here', 'to_there'), fate('p/b:1', 'there', 'to_here')],
      carriers: [toThere(), toHere()],
      does: ['start to-b', 'start to-a', 'carry p/a:1', 'carry p/b:1'],
    },
    {
      title: 'overwrites a conflict by the rule of the side that is kept',
      fates: [fate('p/a:1', 'both', 'to_there')],
      carriers: [toHere({}, '1.5'), toThere({ override: false }, '1.5')],
      does: ['start to-b', 'carry p/a:1'],
    },
    {
      title: 'first overwrites, and only then starts the rule that would have overwritten the other way',
      fates: [fate('p/a:1', 'both', 'to_there'), fate('p/b:1', 'there', 'to_here')],
      carriers: [toThere(), toHere()],
      does: ['start to-b', 'carry p/a:1', 'stuck p/b:1: blocked by p/a:1'],
    },
    {
      title: 'brings what is missing beside a conflict where the rule never overwrites',
      fates: [fate('p/a:1', 'both', 'leave'), fate('p/b:1', 'here', 'to_there')],
      carriers: [toThere({ override: false })],
      does: ['start to-b', 'carry p/b:1'],
    },
    {
      title: 'starts nothing that would overwrite a conflict that is left',
      fates: [fate('p/a:1', 'both', 'leave'), fate('p/b:1', 'here', 'to_there')],
      carriers: [toThere({ override: false }, '1.5')],
      does: ['stuck p/b:1: blocked by p/a:1'],
    },
    {
      title: 'takes another rule whose filter leaves the conflict out',
      fates: [fate('p/a:1', 'both', 'leave'), fate('p/b:1', 'here', 'to_there')],
      carriers: [toThere(), toThere({ id: 3, name: 'only-b', repository: 'b*' })],
      does: ['start only-b', 'carry p/b:1'],
    },
    {
      title: 'starts nothing that would bring what is left',
      fates: [fate('p/a:1', 'here', 'leave'), fate('p/b:1', 'here', 'to_there')],
      carriers: [toThere()],
      does: ['stuck p/b:1: blocked by p/a:1'],
    },
    {
      title: 'is not held up by what is left on the other side',
      fates: [fate('p/a:1', 'there', 'leave'), fate('p/b:1', 'here', 'to_there')],
      carriers: [toThere()],
      does: ['start to-b', 'carry p/b:1'],
    },
    {
      title: 'needs a rule that overwrites for a conflict',
      fates: [fate('p/a:1', 'both', 'to_there')],
      carriers: [toThere({ override: false })],
      does: ['stuck p/a:1: no override'],
    },
    {
      title: 'needs a rule of that direction',
      fates: [fate('p/a:1', 'here', 'to_there')],
      carriers: [toHere()],
      does: ['stuck p/a:1: no rule'],
    },
    {
      title: 'needs a rule of that project, repository and tag',
      fates: [
        fate('q/a:1', 'here', 'to_there'),
        fate('p/b:1', 'here', 'to_there'),
        fate('p/a:2', 'here', 'to_there'),
      ],
      carriers: [toThere({ repository: 'a', tag: '1' })],
      does: ['stuck q/a:1: no rule', 'stuck p/b:1: no rule', 'stuck p/a:2: no rule'],
    },
    {
      title: 'never relies on a rule that goes by labels, yet minds what it could harm',
      fates: [fate('p/a:1', 'here', 'to_there')],
      carriers: [toThere({ labels: ['x'] })],
      does: ['stuck p/a:1: no override'],
    },
    {
      title: 'starts nothing whose endpoint does not answer',
      fates: [fate('p/a:1', 'here', 'to_there')],
      carriers: [{ ...toThere(), ping: { reached: false, cause: 'unreachable', message: 'refused' } }],
      does: ['stuck p/a:1: unreachable'],
    },
    {
      title: 'knows that a repository its Harbor does not list is not replicated',
      fates: [fate('p/a:1', 'here', 'to_there'), fate('p/b:1', 'here', 'to_there')],
      carriers: [toThere()],
      rest: { unlisted: { here: ['p/a'], there: ['p/b'] } },
      does: ['start to-b', 'carry p/b:1', 'stuck p/a:1: not listed'],
    },
    {
      title: 'knows it also where a rule that would bring it is started already',
      fates: [fate('p/b:1', 'here', 'to_there'), fate('p/a:1', 'here', 'to_there')],
      carriers: [toThere()],
      rest: { unlisted: { here: ['p/a'], there: [] } },
      does: ['start to-b', 'carry p/b:1', 'stuck p/a:1: not listed'],
    },
    {
      title: 'deletes first, alone',
      fates: [fate('p/a:1', 'there', 'delete'), fate('p/b:1', 'there', 'to_here')],
      carriers: [toHere()],
      rest: { images: { here: {}, there: { 'p/a:1': 'x', 'p/b:1': 'x' } } },
      does: ['delete p/a:1 there'],
    },
    {
      title: 'refuses to delete a tag whose image has another that stays',
      fates: [fate('p/a:1', 'there', 'delete')],
      rest: {
        images: { here: { 'p/a:1': 'x' }, there: { 'p/a:1': 'x', 'p/a:2': 'x', 'p/a:3': 'y', 'p/b:1': 'x' } },
      },
      does: ['delete p/a:1 there', 'not p/a:1 for p/a:2'],
    },
    {
      title: 'deletes all tags of an image together',
      fates: [fate('p/a:1', 'there', 'delete'), fate('p/a:2', 'there', 'delete')],
      rest: { images: { here: {}, there: { 'p/a:1': 'x', 'p/a:2': 'x' } } },
      does: ['delete p/a:1 there', 'delete p/a:2 there'],
    },
  ])('$title', ({ fates, carriers = [], rest = {}, does }) => {
    expect(roundOf({ fates, carriers, ...rest })).toEqual(does);
  });
});

describe('findCarriers', () => {
  const endpoints = [
    { id: 1, name: 'b', url: 'http://b.example.com', username: 'admin', insecure: true },
    { id: 2, name: 'c', url: 'https://c.example.com', username: 'admin', insecure: true },
  ];
  const rules = [
    ruleOf({ name: 'push' }),
    ruleOf({ name: 'pull', direction: 'pull' }),
    ruleOf({ name: 'elsewhere', endpointId: 2 }),
    ruleOf({ name: 'off', enabled: false }),
    ruleOf({ name: 'broken', broken: 'stored without a trigger' }),
    ruleOf({ name: 'labelled', labels: ['x'] }),
    ruleOf({ name: 'another project', projects: ['q'] }),
  ];
  const source = {
    side: 'here' as const,
    generation: '2' as const,
    rules,
    endpoints,
    otherUrl: 'http://B.example.com:80/',
    projects: ['p'],
    names: undefined,
  };

  it('takes the rules with an endpoint of the other Harbor, in the direction they have', () => {
    const found = findCarriers(source).map(({ rule, side, to }) => `${rule.name} ${side} ${to}`);
    expect(found).toEqual(['push here there', 'pull here here']);
  });

  it('takes the rules that are named, whatever address their endpoint has', () => {
    const named = { ...source, names: ['elsewhere', 'nowhere'] };
    expect(findCarriers(named).map(({ rule }) => rule.name)).toEqual(['elsewhere']);
    expect(missingRules(named)).toEqual(['nowhere']);
  });

  it.each([
    { a: '10.0.0.102', b: 'http://10.0.0.102/', same: true },
    { a: 'https://b.example.com:443', b: 'https://B.example.com', same: true },
    { a: 'http://b.example.com', b: 'https://b.example.com', same: false },
    { a: 'http://b.example.com:8080', b: 'http://b.example.com', same: false },
  ])('sees whether $a is $b: $same', ({ a, b, same }) => {
    expect(isSameAddress(a, b)).toBe(same);
  });
});

it('chooses for twenty thousand images in no time', () => {
  const fates = Array.from({ length: 20_000 }, (_, number) => fate(`p/a${number}:1`, 'here', 'to_there'));
  const images = { here: Object.fromEntries(fates.map(({ image }) => [image, image])), there: {} };
  const before = performance.now();
  const carriers = [toThere({ repository: 'b*' }), toThere({ id: 3, repository: 'a*' })];
  expect(planRound({ fates, carriers, images, unlisted: { here: [], there: [] } }).carried).toHaveLength(
    20_000,
  );
  const deleted = fates.map((one) => ({ ...one, action: 'delete' as const }));
  const round = planRound({ fates: deleted, carriers, images, unlisted: { here: [], there: [] } });
  expect(round.deletions).toHaveLength(20_000);
  expect(performance.now() - before).toBeLessThan(5000);
});
