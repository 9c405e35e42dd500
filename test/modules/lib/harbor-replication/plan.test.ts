/** Tables of (params, current → steps) over both generations. */
import { describe, expect, it } from 'vitest';
import { harborReplication } from '../../../../modules/harbor_replication.ts';
import type { Ping } from '../../../../modules/lib/harbor/api.ts';
import type { Endpoint, Generation, Project, Rule } from '../../../../modules/lib/harbor/model.ts';
import type { Current, Peer } from '../../../../modules/lib/harbor-replication/current.ts';
import type { Plan } from '../../../../src/module/index.ts';
import { planOf } from '../../../support/run-module.ts';

const generations: readonly Generation[] = ['1.5', '2'];
const params = {
  url: 'https://a.example.com',
  password: 'secret-of-a',
  name: 'to-b',
  remote: { name: 'b', url: 'https://b.example.com', username: 'admin', password: 'secret-of-b' },
  projects: ['example'],
};
const endpoint: Endpoint = {
  id: 3,
  name: 'b',
  url: 'https://b.example.com',
  username: 'admin',
  insecure: false,
};
const rule: Rule = {
  id: 7,
  endpointId: 3,
  name: 'to-b',
  description: '',
  enabled: true,
  direction: 'push',
  projects: ['example'],
  trigger: { kind: 'immediate' },
  replicateDeletion: false,
  override: true,
  speed: 0,
  raw: { id: 7, copy_by_chunk: true },
};
const project = (name: string): Project => ({ id: name.length, name, repositoryCount: 0, metadata: {} });
const yes: Ping = { reached: true };
const no = (cause: 'unreachable' | 'certificate' | 'credentials' | 'unknown'): Ping => ({
  reached: false,
  cause,
  message: 'the message',
});
const peerOf = (generation: Generation, missing: readonly string[] = []): Peer => ({
  answers: true,
  generation,
  readOnly: false,
  missing,
});

/** Nothing is there but the project; the peer is well. */
function empty(generation: Generation, given: Partial<Current> = {}): Current {
  return {
    generation,
    version: generation === '2' ? 'v2.15.2-1' : 'v1.5.4-4f50c5d6',
    rules: [],
    endpoints: [],
    projects: [project('example')],
    desired: yes,
    peer: peerOf(generation),
    busyJobs: 0,
    ...given,
  };
}

/** All is there as desired. */
function settled(generation: Generation, given: Partial<Current> = {}): Current {
  return empty(generation, { rules: [rule], endpoints: [endpoint], stored: yes, ...given });
}

function plan(given: object, current: Current): Plan {
  return planOf(harborReplication, { ...params, ...given }, current);
}

const summaries = (given: object, current: Current): string[] =>
  plan(given, current).steps.map((step) => step.summary);

/** Method, path and body of what would be sent. */
function requests({ steps }: Plan): unknown[] {
  return steps.map((step) => {
    if (step.kind !== 'request') return step.kind;
    const { method, url, body } = step.request;
    const place = `${method} ${new URL(url).pathname}`;
    return typeof body === 'string' ? [place, JSON.parse(body)] : place;
  });
}

describe.each(generations)('on Harbor %s', (generation) => {
  it('there is nothing to do where all is as desired', () => {
    const done = plan({}, settled(generation));
    expect(done).toMatchObject({ steps: [], warnings: [] });
    expect(done.values).toEqual({ name: 'to-b', generation, rule_id: 7, endpoint_id: 3 });
  });

  it('the endpoint is made first, and the message says what follows', () => {
    const first = plan({}, empty(generation));
    expect(first.replan).toBe(true);
    expect(first.message).toBe(
      'make the endpoint b (https://b.example.com), then the rule to-b: push example, immediate',
    );
    expect(first.steps.map((step) => step.diff)).toEqual([
      [
        {
          header: 'endpoint b',
          before: '',
          after:
            'name: b\nurl: https://b.example.com\nusername: admin\ninsecure: false\npassword: (secret, new)\n',
        },
      ],
    ]);
    expect(first.values).toEqual({ name: 'to-b', generation });
  });

  it('the rule is made once the endpoint is there', () => {
    const second = plan({}, empty(generation, { endpoints: [endpoint], stored: yes }));
    expect(second).toMatchObject({ replan: true, values: { endpoint_id: 3 } });
    expect(second.steps.map((step) => step.summary)).toEqual(['make the rule to-b: push example to b']);
    expect(second.steps[0]?.diff?.[0]?.after).toContain(
      'remote: b\nprojects:\n  - example\ntrigger: immediate\n',
    );
  });

  it.each([
    [{ description: 'text' }, 'description'],
    [{ replicate_deletion: true }, 'replicate_deletion'],
    [{ filters: { name: 'tomcat*', tag: 'v*' } }, 'filters.name, filters.tag'],
    [{ trigger: 'manual' }, 'trigger'],
  ])('only what differs is changed: %j', (given, names) => {
    const { steps } = plan(given, settled(generation));
    expect(steps.map((step) => step.summary)).toEqual([`change ${names} of the rule to-b`]);
    const { before = '', after = '' } = steps[0]?.diff?.[0] ?? {};
    const told = `${before}${after}`.split('\n').map((line) => line.split(':')[0]);
    expect([...new Set(told)].filter((name) => name !== '')).toEqual(names.split(', '));
  });

  it('a description nobody asked for stays', () => {
    const current = settled(generation, { rules: [{ ...rule, description: 'by hand' }] });
    expect(summaries({}, current)).toEqual([]);
    const { steps } = plan({ trigger: 'manual' }, current);
    expect(requests({ steps })).toMatchObject([[expect.any(String), { description: 'by hand' }]]);
  });

  it('a rule on another endpoint comes to this one', () => {
    const other = { ...endpoint, id: 4, name: 'c', url: 'https://c.example.com' };
    const current = settled(generation, {
      endpoints: [endpoint, other],
      rules: [{ ...rule, endpointId: 4 }],
    });
    expect(plan({}, current).steps[0]).toMatchObject({
      summary: 'change remote of the rule to-b',
      diff: [{ before: 'remote: c\n', after: 'remote: b\n' }],
    });
  });

  it('an endpoint that others use is changed in place, and they are named', () => {
    const current = settled(generation, { rules: [rule, { ...rule, id: 8, name: 'other' }] });
    const moved = plan({ remote: { ...params.remote, url: 'https://new.example.com' } }, current);
    expect(moved.steps.map((step) => step.summary)).toEqual(['change url of the endpoint b']);
    expect(moved.warnings).toEqual(['the endpoint b changes for the rules "other" too']);
  });

  it('an endpoint that cannot be asked without a password is changed before a rule is made for it', () => {
    const remote = { name: 'b', url: 'https://new.example.com' };
    const current = empty(generation, { endpoints: [endpoint], desired: undefined, peer: undefined });
    expect(plan({ remote }, current)).toMatchObject({
      replan: true,
      steps: [{ summary: 'change url of the endpoint b' }],
    });
    const known = {
      endpoints: [{ ...endpoint, url: remote.url }],
      desired: undefined,
      stored: no('unknown'),
    };
    expect(plan({ remote }, empty(generation, { ...known, peer: undefined })).failure).toMatch(
      /^endpoint b /,
    );
  });

  it('no password is ever shown', () => {
    const plans = [
      plan({}, empty(generation)),
      plan({}, settled(generation, { stored: no('credentials') })),
      plan({ remote: { ...params.remote, insecure: true } }, settled(generation)),
      plan({}, empty(generation, { desired: no('credentials') })),
    ];
    const shown = plans.map(({ failure, message, warnings, values, steps }) => [
      [failure, message, warnings, values],
      steps.map(({ summary, diff }) => [summary, diff]),
    ]);
    expect(JSON.stringify(shown)).not.toContain('secret-of');
  });
});

describe.each(generations)('an endpoint of Harbor %s that does not answer', (generation) => {
  it.each([
    ['unreachable', /^endpoint b \(https:\/\/b.example.com\) cannot be reached by this Harbor: the message$/],
    ['certificate', /has a certificate that this Harbor does not trust: the message. Set remote.ca/],
    ['credentials', /refuses the user admin: the message. Check remote.username and remote.password$/],
    ['unknown', /does not answer .*the host itself reaches it with this user and password/],
  ] as const)('is told apart: %s', (cause, reason) => {
    const fresh = plan({}, empty(generation, { desired: no(cause) }));
    expect(fresh.steps).toEqual([]);
    expect(fresh.failure).toMatch(reason);
    const known = { endpoints: [endpoint], stored: no(cause), desired: no(cause) };
    expect(plan({}, empty(generation, known)).failure).toMatch(reason);
    const kept = plan({}, settled(generation, known));
    expect(kept).toMatchObject({
      steps: [],
      warnings: [expect.stringMatching(/the stored password.*unknown$/)],
    });
    const changed = plan({ remote: { ...params.remote, insecure: true } }, settled(generation, known));
    expect(changed.steps).toEqual([]);
    expect(changed.failure).toBeDefined();
  });

  it('still lets its rule be changed', () => {
    const current = settled(generation, { stored: no('unreachable'), desired: no('unreachable') });
    expect(summaries({ trigger: 'manual' }, current)).toEqual(['change trigger of the rule to-b']);
  });

  it('gets the desired password where that one works', () => {
    const fixed = plan({}, settled(generation, { stored: no('credentials') }));
    expect(fixed.steps.map((step) => step.summary)).toEqual(['give the endpoint b the password that works']);
    expect(JSON.stringify(requests(fixed))).toContain('secret-of-b');
    expect(fixed.steps[0]?.diff?.[0]).toMatchObject({
      before: 'password: (secret, as stored)\n',
      after: 'password: (secret, new)\n',
    });
  });

  it('is left alone without a password', () => {
    const remote = { name: 'b', url: 'https://b.example.com' };
    const kept = plan({ remote }, settled(generation, { stored: no('unknown'), desired: undefined }));
    expect(kept).toMatchObject({ steps: [], warnings: [expect.stringMatching(/^endpoint b /)] });
  });
});

describe('what a Harbor cannot do is refused before anything is sent', () => {
  const long = 'x'.repeat(65);
  it.each<[Generation, object, RegExp]>([
    ['1.5', { direction: 'pull', trigger: 'manual' }, /cannot pull/],
    ['1.5', { override: false }, /always overrides/],
    ['1.5', { enabled: false }, /cannot disable a rule/],
    ['1.5', { speed: 10 }, /cannot limit the speed/],
    ['1.5', { filters: { label: ['x'] } }, /cannot filter by label/],
    ['1.5', { projects: ['a1', 'b1'] }, /a rule of Harbor 1.5 has one project, not 2/],
    ['1.5', { trigger: 'scheduled', cron: '0 */5 * * * *' }, /Harbor 1.5 cannot run a rule at/],
    ['1.5', { trigger: 'scheduled', cron: '0 0 2 1 * *' }, /daily or weekly/],
    ['1.5', { remote: { ...params.remote, ca: 'PEM' } }, /takes no CA for one endpoint/],
    ['1.5', { remote: { ...params.remote, name: long } }, /^remote.name is too long: 65 characters, 64/],
    ['1.5', { remote: { ...params.remote, password: 'p'.repeat(49) } }, /^remote.password is too long: 49/],
    ['1.5', { remote: { ...params.remote, url: `https://${long}` } }, /^remote.url is too long: 73/],
    ['1.5', { description: 'party 🎉' }, /^description has a character that the database of Harbor 1.5/],
    ['2', { trigger: 'immediate', direction: 'pull' }, /learns of pushes to itself only/],
    ['2', { trigger: 'scheduled', cron: '30 0 2 * * *' }, /seconds 0/],
    ['2', { trigger: 'scheduled', cron: '0 * 2 * * *' }, /minutes not \*/],
    ['2', { trigger: 'scheduled', cron: '0 2 * * *' }, /six fields/],
    ['2', { remote: { ...params.remote, name: long } }, /^remote.name is too long/],
    ...generations.flatMap((generation): [Generation, object, RegExp][] => [
      [generation, { name: 'x'.repeat(257) }, /^name is too long: 257 characters, 256 are the limit$/],
      [generation, { trigger: 'scheduled' }, /^cron is needed for trigger: scheduled$/],
      [generation, { cron: '0 0 2 * * *' }, /^cron goes with trigger: scheduled, not immediate$/],
      [generation, { projects: [] }, /^projects is needed/],
      [generation, { projects: ['Bad'] }, /^"Bad" is no name of a project/],
      [generation, { remote: undefined }, /^remote is needed/],
      [generation, { remote: { name: 'b' } }, /^remote.url is needed/],
      [generation, { remote: { ...params.remote, url: 'https://A.example.com/' } }, /is this Harbor itself$/],
      [generation, { remote: { name: 'b', url: 'https://b' } }, /^remote.username is needed to make the end/],
      [generation, { remote: { ...params.remote, password: undefined } }, /^remote.password is needed/],
    ]),
  ])('%s: %j', (generation, given, reason) => {
    const refused = plan(given, empty(generation));
    expect(refused.steps).toEqual([]);
    expect(refused.failure).toMatch(reason);
  });

  it('a CA before 2.15', () => {
    const given = { remote: { ...params.remote, ca: 'PEM' } };
    expect(plan(given, empty('2', { version: 'v2.14.4-1' })).failure).toMatch(/is of Harbor 2.15 and later/);
    expect(plan(given, empty('2')).failure).toBeUndefined();
  });

  it('a second name for one address; on 2.x only with the same user', () => {
    const given = { remote: { ...params.remote, name: 'bee' } };
    const robot = { remote: { ...given.remote, username: 'robot$x' } };
    const taken = /is already there under the name "b" \(id 3\): set remote.name: b/;
    expect(plan(given, settled('1.5')).failure).toMatch(taken);
    expect(plan(robot, settled('1.5')).failure).toMatch(taken);
    expect(plan(given, settled('2')).failure).toMatch(taken);
    expect(plan(robot, settled('2')).failure).toBeUndefined();
  });
});

describe('projects', () => {
  it.each<[string, object, Partial<Current>, RegExp]>([
    ['missing here', {}, { projects: [] }, /^project example is not there on this Harbor$/],
    [
      'missing at the destination',
      {},
      { peer: peerOf('2', ['example']) },
      /^project example is not there on https:\/\/b.example.com, or admin may not see it: make it first/,
    ],
    [
      'missing at the source of a pull',
      { direction: 'pull', trigger: 'manual' },
      { peer: peerOf('2', ['example']) },
      /^project example is not there on https:\/\/b.example.com$/,
    ],
    [
      'missing here for a pull',
      { direction: 'pull', trigger: 'manual' },
      { projects: [] },
      /^project example is not there here: make it first/,
    ],
    [
      'that the remote user may not see',
      {},
      { peer: { answers: false, problem: '403', isForbidden: true } },
      /^admin lacks rights there, .*: 403. A robot needs project read and repository pull and push/,
    ],
    ['of another generation', {}, { peer: peerOf('1.5') }, /they do not replicate to each other$/],
  ])('%s fail', (_, given, current, reason) => {
    expect(plan(given, empty('2', current)).steps).toEqual([]);
    expect(plan(given, empty('2', current)).failure).toMatch(reason);
  });

  it.each<[string, object, Partial<Current>, RegExp]>([
    ['Harbor may make', { create_projects: true }, { peer: peerOf('2', ['example']) }, /carries over only/],
    [
      'could not be asked for',
      {},
      { peer: { answers: false, problem: 'no route' } },
      /could not be asked: no/,
    ],
    [
      'go to a Harbor that is read-only',
      {},
      { peer: { answers: true, generation: '2', readOnly: true, missing: [] } },
      /is read-only/,
    ],
  ])('that %s give a warning', (_, given, current, warning) => {
    const warned = plan(given, empty('2', current));
    expect(warned.steps).toHaveLength(1);
    expect(warned.warnings).toEqual([expect.stringMatching(warning)]);
  });
});

describe('on 2.x', () => {
  it('several projects, labels and speed go into one rule', () => {
    const given = { projects: ['b1', 'a1'], filters: { label: ['z', 'y'], name: 'x*' }, speed: 5 };
    const current = settled('2', { rules: [], projects: [project('a1'), project('b1')] });
    const [request] = requests(plan(given, current));
    expect(request).toMatchObject([
      'POST /api/v2.0/replication/policies',
      {
        speed: 5,
        filters: [
          { type: 'name', value: '{a1,b1}/x*' },
          { type: 'label', value: ['y', 'z'] },
        ],
      },
    ]);
  });

  it('what is not ours goes back as it was', () => {
    expect(requests(plan({ enabled: false }, settled('2')))).toMatchObject([
      ['PUT /api/v2.0/replication/policies/7', { enabled: false, copy_by_chunk: true }],
    ]);
  });

  it('a speed nobody asked for stays', () => {
    expect(summaries({}, settled('2', { rules: [{ ...rule, speed: 100 }] }))).toEqual([]);
    expect(summaries({ speed: 0 }, settled('2', { rules: [{ ...rule, speed: 100 }] }))).toEqual([
      'change speed of the rule to-b',
    ]);
  });

  it('replicate_existing starts one run, which a mark remembers until it was started', () => {
    const given = { replicate_existing: true };
    const made = plan(given, settled('2', { rules: [] }));
    expect(requests(made)).toMatchObject([
      [
        'POST /api/v2.0/replication/policies',
        { description: '(not yet complete)', trigger: { type: 'event_based' } },
      ],
    ]);
    expect(made.replan).toBe(true);
    const marked = { ...rule, description: '(not yet complete)' };
    const finished = plan(given, settled('2', { rules: [marked] }));
    expect(requests(finished)).toMatchObject([
      ['POST /api/v2.0/replication/executions', { policy_id: 7 }],
      ['PUT /api/v2.0/replication/policies/7', { description: '' }],
    ]);
    expect(finished.steps.flatMap((step) => step.diff ?? [])).toEqual([]);
    expect(summaries(given, settled('2'))).toEqual([]);
  });

  it('a rule that is off starts no run', () => {
    const given = { replicate_existing: true, enabled: false };
    expect(requests(plan(given, settled('2', { rules: [] })))).toMatchObject([
      ['POST /api/v2.0/replication/policies', { description: '' }],
    ]);
  });
});

it('replicate_existing on 1.5 is asked for with the rule itself', () => {
  expect(requests(plan({ replicate_existing: true }, settled('1.5', { rules: [] })))).toMatchObject([
    ['POST /api/policies/replication', { replicate_existing_image_now: true, description: '' }],
  ]);
  expect(summaries({ replicate_existing: true }, settled('1.5'))).toEqual([]);
});

it('replicate_deletion without an immediate trigger is warned of', () => {
  const given = { replicate_deletion: true, trigger: 'manual' };
  expect(plan(given, empty('2')).warnings).toEqual([
    'replicate_deletion has no effect with trigger: manual; Harbor replicates deletions only at once',
  ]);
});

describe('absent', () => {
  const absent = { state: 'absent', projects: [] };

  it.each(generations)('removes the rule, then its endpoint, on %s', (generation) => {
    const gone = plan(absent, settled(generation));
    expect(gone.steps.map((step) => step.summary)).toEqual([
      'remove the rule to-b (id 7)',
      'remove the endpoint b (https://b.example.com)',
    ]);
    expect(gone.steps[0]?.diff?.[0]).toMatchObject({
      after: '',
      before: expect.stringContaining('name: to-b'),
    });
    expect(plan(absent, empty(generation))).toMatchObject({ steps: [] });
  });

  it('keeps an endpoint of another name, or of another rule', () => {
    const elsewhere = { ...absent, remote: { name: 'c' } };
    expect(summaries(elsewhere, settled('2'))).toEqual(['remove the rule to-b (id 7)']);
    const shared = settled('2', { rules: [rule, { ...rule, id: 8, name: 'other' }] });
    expect(summaries(absent, shared)).toEqual(['remove the rule to-b (id 7)']);
  });

  it('without remote means the endpoint of the rule', () => {
    expect(summaries({ ...absent, remote: undefined }, settled('2'))).toHaveLength(2);
  });

  it('fails before anything where jobs are under way or a rule is broken', () => {
    expect(plan(absent, settled('1.5', { busyJobs: 2 })).failure).toMatch(
      /2 jobs that are pending or running/,
    );
    const rules = [rule, { ...rule, id: 8, broken: 'it is stored without a trigger' }];
    expect(plan(absent, settled('1.5', { rules })).failure).toMatch(/^rule "to-b" \(id 8\) cannot be used/);
  });
});
