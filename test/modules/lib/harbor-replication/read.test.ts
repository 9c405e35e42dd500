/** What is asked, of whom, and in which order: a wrong password locks its user for a moment. */
import { describe, expect, it } from 'vitest';
import { harborReplication } from '../../../../modules/harbor_replication.ts';
import type { HarborReads, Ping } from '../../../../modules/lib/harbor/api.ts';
import type { HarborLogin } from '../../../../modules/lib/harbor/login.ts';
import type { Endpoint, Generation, Rule, Run } from '../../../../modules/lib/harbor/model.ts';
import type { Current } from '../../../../modules/lib/harbor-replication/current.ts';
import { readReplication } from '../../../../modules/lib/harbor-replication/read.ts';
import { CommandError } from '../../../../src/module/index.ts';
import { fakeHost } from '../../../support/fake-host.ts';
import { paramsOf } from '../../../support/run-module.ts';

const params = {
  url: 'https://a.example.com/',
  password: 'secret-of-a',
  name: 'to-b',
  remote: { name: 'b', url: 'https://b.example.com/', username: 'admin', password: 'secret-of-b' },
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
  raw: {},
};
const run: Run = { id: 1, ruleId: 7, status: 'pending', serverStatus: 'pending', startedAt: 0 };
const yes: Ping = { reached: true };
const no: Ping = { reached: false, cause: 'credentials', message: 'unauthorized' };
const mute: Ping = { reached: false, cause: 'unknown', message: 'failed to ping target' };

interface FakeHarbor {
  readonly generation?: Generation;
  readonly endpoints?: readonly Endpoint[];
  readonly rules?: readonly Rule[];
  readonly stored?: Ping;
  readonly desired?: Ping;
  readonly projects?: readonly string[];
  readonly runs?: readonly Run[];
}

/** A Harbor made of data; what is not listed is never to be asked. */
function reads(harbor: FakeHarbor, note: (asked: string) => void): HarborReads {
  const { generation = '2', projects = ['example'] } = harbor;
  const answer = <T>(asked: string, value: T): Promise<T> => {
    note(asked);
    return Promise.resolve(value);
  };
  const unasked = (): Promise<never> => Promise.reject(new Error('not to be asked'));
  return {
    generation,
    server: { generation, version: 'v2.15.2-1', readOnly: false, authMode: 'db_auth' },
    rules: () => answer('rules', harbor.rules ?? []),
    endpoints: () => answer('endpoints', harbor.endpoints ?? []),
    project: (name) =>
      answer(
        `project ${name}`,
        projects.includes(name) ? { id: 1, name, repositoryCount: 0, metadata: {} } : undefined,
      ),
    pingStored: (id) => answer(`ping ${id} as stored`, harbor.stored ?? yes),
    pingWith: ({ url }, password) => answer(`ping ${url} with ${password}`, harbor.desired ?? yes),
    runs: (id) => answer(`runs ${id}`, harbor.runs ?? []),
    health: unasked,
    projects: unasked,
    members: unasked,
    quota: unasked,
    repositories: unasked,
    tags: unasked,
    users: unasked,
    passwordFits: unasked,
    robots: unasked,
    configuration: unasked,
  };
}

/** @param there the other Harbor; an error where it cannot be opened */
async function read(
  given: object,
  here: FakeHarbor,
  there: FakeHarbor | Error = {},
): Promise<{ readonly current: Current; readonly asked: readonly string[]; readonly logins: HarborLogin[] }> {
  const asked: string[] = [];
  const logins: HarborLogin[] = [];
  const open = async (_: unknown, login: HarborLogin): Promise<HarborReads> => {
    logins.push(login);
    if (login.url === 'https://a.example.com') return reads(here, (what) => asked.push(what));
    asked.push(`open ${login.url}`);
    if (there instanceof Error) throw there;
    return reads(there, (what) => asked.push(`${what} there`));
  };
  const all = paramsOf(harborReplication, { ...params, ...given });
  return { current: await readReplication(open, fakeHost(), all), asked, logins };
}

const known: FakeHarbor = { endpoints: [endpoint], rules: [rule] };

it('asks the other Harbor nothing where all is as desired and the endpoint answers', async () => {
  const { asked, current } = await read({}, known);
  expect(asked).toEqual(['rules', 'endpoints', 'project example', 'ping 3 as stored']);
  expect(current).toMatchObject({ stored: yes, projects: [{ name: 'example' }], busyJobs: 0 });
});

it('tries the desired password only after the stored one failed', async () => {
  const { asked, current } = await read({}, { ...known, stored: no, desired: no });
  expect(asked.slice(3)).toEqual(['ping 3 as stored', 'ping https://b.example.com with secret-of-b']);
  expect(current).toMatchObject({ stored: no, desired: no });
});

it('never tries a stored password on another address', async () => {
  const moved = { remote: { ...params.remote, url: 'https://c.example.com' } };
  const { asked } = await read(moved, known);
  expect(asked.slice(3)).toEqual(['ping https://c.example.com with secret-of-b']);
  expect((await read({ remote: { name: 'b', url: 'https://c.example.com' } }, known)).asked).toHaveLength(3);
});

it('asks the other Harbor for its projects before a rule is made or gets others', async () => {
  const { asked, current, logins } = await read({}, {}, { projects: [] });
  expect(asked.slice(3)).toEqual([
    'ping https://b.example.com with secret-of-b',
    'open https://b.example.com',
    'project example there',
  ]);
  expect(current.peer).toEqual({ answers: true, generation: '2', readOnly: false, missing: ['example'] });
  expect(logins[1]).toMatchObject({
    username: 'admin',
    password: 'secret-of-b',
    validate_certs: true,
    api: 'auto',
  });
  const more = await read({ projects: ['example', 'second'] }, { ...known, projects: ['example', 'second'] });
  expect(more.current.peer).toMatchObject({ missing: ['second'] });
});

it('asks it for the reason where this Harbor gives none', async () => {
  const refused = new CommandError('h1 got no answer: self-signed certificate');
  const { current } = await read({}, { ...known, stored: mute, desired: mute }, refused);
  expect(current.peer).toEqual({
    answers: false,
    problem: `${refused.message}: set remote.insecure: true where that is acceptable, or remote.ca (2.15 and later)`,
  });
});

it('does not ask it where the reason is known already', async () => {
  const { current } = await read({}, { desired: no });
  expect(current.peer).toBeUndefined();
});

it('lets a lost host, and any mistake of our own, be what they are', async () => {
  await expect(read({}, {}, new TypeError('ours'))).rejects.toThrow('ours');
});

describe('for params that cannot be', () => {
  it.each([{ projects: [] }, { remote: undefined }, { cron: '0 0 2 * * *' }])(
    'no one is asked: %j',
    async (given) => {
      expect((await read(given, known)).asked).toEqual(['rules', 'endpoints']);
    },
  );
});

describe('absent', () => {
  const absent = { state: 'absent' };

  it('counts the jobs under way on 1.5', async () => {
    const ended: Run = { ...run, id: 2, status: 'error' };
    const { asked, current } = await read(absent, { ...known, generation: '1.5', runs: [run, ended] });
    expect(asked).toEqual(['rules', 'endpoints', 'runs 7']);
    expect(current.busyJobs).toBe(1);
  });

  it('asks for no more on 2.x', async () => {
    expect((await read(absent, known)).asked).toEqual(['rules', 'endpoints']);
  });
});
