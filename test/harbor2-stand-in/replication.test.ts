// Registries and policies, and two Harbors that replicate to each other over HTTP.

import { describe, expect, it } from 'vitest';
import type { Harbor2 } from '../lab/harbor2/harbor2.ts';
import { selfSigned } from './support/certificate.ts';
import { call, lab, make, policyTo, registryAt } from './support/harbors.ts';

const { start } = lab();
const IMAGE = 'example/app';

/** Two Harbors with a project `example`, the registries both ways and, unless told otherwise, the policies. */
async function pair(policy: Readonly<Record<string, unknown>> | false = {}): Promise<[Harbor2, Harbor2]> {
  const [a, b] = await Promise.all([start(), start()]);
  for (const [here, there] of [
    [a, b],
    [b, a],
  ] as const) {
    await make(here, '/projects', { project_name: 'example' });
    const id = await make(here, '/registries', registryAt(there, 'peer'));
    if (policy !== false) await make(here, '/replication/policies', policyTo(id, policy));
  }
  return [a, b];
}

/** Until neither has anything to do: what one does may start something on the other. */
async function quiet(...harbors: readonly Harbor2[]): Promise<void> {
  for (const harbor of [...harbors, ...harbors, ...harbors]) await harbor.settled();
}

async function executions(harbor: Harbor2): Promise<Readonly<Record<string, unknown>>[]> {
  const { body } = await call(harbor, 'GET', '/replication/executions?page_size=100');
  return body as Readonly<Record<string, unknown>>[];
}

describe('registries', () => {
  it('are made, shown without the password, changed, and deleted once no policy needs them', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    const id = await make(a, '/registries', registryAt(b, 'b', { description: 'the other' }));
    const { body } = await call(a, 'GET', `/registries/${id}`);
    expect(body).toMatchObject({
      name: 'b',
      url: b.url,
      status: 'healthy',
      credential: { access_key: 'admin', access_secret: '*****', type: 'basic' },
    });
    expect((await call(a, 'PUT', `/registries/${id}`, { name: 'c' })).status).toBe(200);
    expect((await call(a, 'GET', '/registries?name=C')).body).toMatchObject([
      { name: 'c', description: 'the other' },
    ]);
    await make(a, '/replication/policies', policyTo(id));
    expect((await call(a, 'DELETE', `/registries/${id}`)).message).toBe(
      `PRECONDITION: the registry ${id} is referenced by replication policies, cannot delete it`,
    );
    await call(a, 'DELETE', '/replication/policies/1');
    expect((await call(a, 'DELETE', `/registries/${id}`)).status).toBe(200);
    expect((await call(a, 'GET', `/registries/${id}`)).message).toBe(`NOT_FOUND: registry ${id} not found`);
    expect((await call(a, 'GET', '/registries/0/info')).body).toMatchObject({
      supported_triggers: ['manual', 'scheduled', 'event_based'],
    });
  });

  it.each([
    [
      'a wrong password',
      { credential: { type: 'basic', access_key: 'admin', access_secret: 'Wrong123' } },
      400,
      'BAD_REQUEST: the registry is unhealthy',
    ],
    ['a peer that is not there', { url: 'http://127.0.0.1:9' }, 500, 'UNKNOWN: internal server error'],
    ['no name', { name: '' }, 400, 'BAD_REQUEST: name cannot be empty'],
    ['a long name', { name: 'x'.repeat(65) }, 400, 'BAD_REQUEST: the max length of name is 64'],
    ['another scheme', { url: 'ftp://host' }, 400, 'BAD_REQUEST: invalid HTTP scheme: ftp'],
    [
      'a certificate that is none',
      { ca_certificate: 'pem' },
      400,
      'BAD_REQUEST: invalid CA certificate: failed to parse PEM block',
    ],
    ['a name that is taken', { name: 'b' }, 409, 'CONFLICT: registry b already exists'],
    ['a kind that is unknown', { type: 'other' }, 500, 'UNKNOWN: internal server error'],
  ])('are not made with %s', async (_, more, status, message) => {
    const [a, b] = await Promise.all([start(), start()]);
    await make(a, '/registries', registryAt(b, 'b'));
    const answer = await call(a, 'POST', '/registries', registryAt(b, 'c', more));
    expect(`${answer.status} ${answer.message}`).toBe(`${status} ${message}`);
    expect((await call(a, 'GET', '/registries')).body).toHaveLength(1);
  });

  it('are pinged with what is stored, and with what the body says instead', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    const id = await make(a, '/registries', registryAt(b, 'b'));
    const ping = async (body: unknown) => {
      const { status, message } = await call(a, 'POST', '/registries/ping', body);
      return `${status} ${message}`;
    };
    expect(await ping({ id })).toBe('200 ');
    await call(b, 'PUT', '/users/1/password', { old_password: 'Harbor12345', new_password: 'Another123' });
    expect(await ping({ id })).toBe('400 BAD_REQUEST: the registry is unhealthy');
    await expect.poll(() => ping({ id, access_secret: 'Another123' })).toBe('200 ');
    const login = { credential_type: 'basic', access_key: 'admin', access_secret: 'Another123' };
    expect(await ping({ type: 'harbor', url: b.url, insecure: false, ...login })).toBe('200 ');
    expect(await ping({ url: b.url })).toBe('400 BAD_REQUEST: type or url cannot be empty');
    expect(await ping({ id: 9 })).toBe('404 NOT_FOUND: registry 9 not found');
    await b.stop();
    expect(await ping({ id })).toBe('500 UNKNOWN: internal server error');
  });

  it('must be trusted, by their CA or by `insecure`', async () => {
    const tls = selfSigned('127.0.0.1');
    const [a, b] = await Promise.all([start(), start({ tls })]);
    expect((await call(a, 'POST', '/registries', registryAt(b, 'b'))).message).toBe(
      'UNKNOWN: internal server error',
    );
    await make(a, '/registries', registryAt(b, 'insecure', { insecure: true }));
    const id = await make(a, '/registries', registryAt(b, 'known', { ca_certificate: tls.cert }));
    await make(a, '/projects', { project_name: 'example' });
    await make(a, '/replication/policies', policyTo(id));
    const digest = a.push(IMAGE, 'app1', 'content');
    await a.settled();
    expect(b.digest(IMAGE, 'app1')).toBe(digest);
  });
});

describe('policies', () => {
  it.each([
    ['no name', { name: '' }, 400, 'BAD_REQUEST: empty name'],
    [
      'no registry',
      { dest_registry: null },
      400,
      "BAD_REQUEST: either src_registry or dest_registry should be empty and the other one shouldn't be empty",
    ],
    [
      'two registries',
      { src_registry: { id: 1 } },
      400,
      "BAD_REQUEST: either src_registry or dest_registry should be empty and the other one shouldn't be empty",
    ],
    ['a registry that is unknown', { dest_registry: { id: 9 } }, 404, 'NOT_FOUND: registry 9 not found'],
    ['a trigger that is none', { trigger: { type: 'Immediate' } }, 400, 'BAD_REQUEST: invalid trigger type'],
    [
      'a schedule without a time',
      { trigger: { type: 'scheduled' } },
      400,
      'BAD_REQUEST: the cron string cannot be empty when the trigger type is scheduled',
    ],
    [
      'seconds',
      { trigger: { type: 'scheduled', trigger_settings: { cron: '5 0 2 * * *' } } },
      400,
      'BAD_REQUEST: the 1st field (indicating Seconds of time) of the cron setting must be 0',
    ],
    [
      'every minute',
      { trigger: { type: 'scheduled', trigger_settings: { cron: '0 * 2 * * *' } } },
      400,
      'BAD_REQUEST: * is not allowed for the Minutes field of the cron setting of replication policy',
    ],
    [
      'five fields',
      { trigger: { type: 'scheduled', trigger_settings: { cron: '0 2 * * *' } } },
      400,
      'BAD_REQUEST: invalid cron string for scheduled trigger: 0 2 * * *',
    ],
    [
      'a filter that is none',
      { filters: [{ type: 'repository', value: 'x' }] },
      400,
      'BAD_REQUEST: invalid filter type',
    ],
    [
      'a decorated name',
      { filters: [{ type: 'name', value: 'x', decoration: 'matches' }] },
      400,
      'BAD_REQUEST: only tag and label filter support decoration',
    ],
    [
      'one active at a time on events',
      { single_active_replication: true },
      500,
      'UNKNOWN: internal server error',
    ],
    ['a name that is taken', { name: 'first' }, 409, 'CONFLICT: replication policy first already exists'],
    [
      'texts for numbers',
      { speed: '5' },
      422,
      'UNPROCESSABLE_ENTITY: validation failure list:\nparsing policy body from "" failed, because json: cannot unmarshal string into Go struct field .speed of type int64',
    ],
  ])('are not made with %s', async (_, more, status, message) => {
    const [a, b] = await Promise.all([start(), start()]);
    const id = await make(a, '/registries', registryAt(b, 'b'));
    await make(a, '/replication/policies', policyTo(id, { name: 'first' }));
    const answer = await call(a, 'POST', '/replication/policies', policyTo(id, more));
    expect(`${answer.status} ${answer.message}`).toBe(`${status} ${message}`);
    expect((await call(a, 'GET', '/replication/policies')).body).toHaveLength(1);
  });

  it('take deletion from `deletion` alone, and are replaced as a whole', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    const id = await make(a, '/registries', registryAt(b, 'b'));
    await make(
      a,
      '/replication/policies',
      policyTo(id, { deletion: undefined, speed: -5, description: 'one' }),
    );
    const one = await call(a, 'GET', '/replication/policies/1');
    expect(one.body).not.toHaveProperty('replicate_deletion');
    expect(one.body).toMatchObject({ speed: 0, description: 'one', dest_namespace_replace_count: -1 });
    const { filters: _, ...rest } = policyTo(id, { name: 'renamed' });
    expect((await call(a, 'PUT', '/replication/policies/1', rest)).status).toBe(200);
    const { body } = await call(a, 'GET', '/replication/policies?name=RENAMED');
    expect(body).toMatchObject([
      { name: 'renamed', filters: null, replicate_deletion: true, deletion: true },
    ]);
    expect(body).not.toHaveProperty('0.description');
    expect((await call(a, 'PUT', '/replication/policies/9', rest)).message).toBe(
      'NOT_FOUND: replication policy 9 not found',
    );
  });

  it('take their executions with them', async () => {
    const [a, b] = await pair();
    a.push(IMAGE, 'app1', 'content');
    await quiet(a, b);
    expect(await executions(a)).toHaveLength(1);
    await call(a, 'DELETE', '/replication/policies/1');
    expect(await executions(a)).toEqual([]);
  });

  it('that are disabled do not start', async () => {
    const [a, b] = await pair({ enabled: false });
    a.push(IMAGE, 'app1', 'content');
    await quiet(a, b);
    expect(await executions(a)).toEqual([]);
    expect((await call(a, 'POST', '/replication/executions', { policy_id: 1 })).message).toBe(
      'PRECONDITION: the policy 1 is disabled',
    );
    expect((await call(a, 'POST', '/replication/executions', { policy_id: 9 })).message).toBe(
      'NOT_FOUND: replication policy 9 not found',
    );
  });
});

describe('two Harbors', () => {
  it('have each push on both sides, and the echo ends by the equal digest', async () => {
    const [a, b] = await pair();
    const one = a.push(IMAGE, 'app1', 'one');
    const two = b.push(IMAGE, 'app2', 'two');
    await quiet(a, b);
    for (const harbor of [a, b]) {
      expect([harbor.digest(IMAGE, 'app1'), harbor.digest(IMAGE, 'app2')]).toEqual([one, two]);
      const ran = await executions(harbor);
      expect(ran).toHaveLength(2);
      for (const execution of ran)
        expect(execution).toMatchObject({ status: 'Succeed', trigger: 'event_based', total: 1, succeed: 1 });
    }
    const { body } = await call(a, 'GET', '/replication/executions/1/tasks');
    expect(body).toMatchObject([
      {
        operation: 'copy',
        resource_type: 'artifact',
        src_resource: 'example/app [1 item(s) in total]',
        status: 'Succeed',
      },
    ]);
    const { body: log } = await call(a, 'GET', '/replication/executions/1/tasks/1/log');
    expect(log).toContain(
      'copy example/app:app1(source registry) to example/app:app1(destination registry) completed',
    );
    expect((await call(a, 'GET', '/replication/executions/2/tasks/1/log')).message).toBe(
      'NOT_FOUND: execution 2 contains no task with ID 1',
    );
  });

  it('delete what is deleted on one side, with tags that only the other has', async () => {
    const [a, b] = await pair();
    const digest = a.push(IMAGE, 'app1', 'content');
    await quiet(a, b);
    await call(b, 'PUT', '/replication/policies/1', policyTo(1, { trigger: { type: 'manual' } }));
    await make(b, '/projects/example/repositories/app/artifacts/app1/tags', { name: 'only-b' }).catch(
      () => undefined,
    );
    expect(b.digest(IMAGE, 'only-b')).toBe(digest);
    const { status } = await call(a, 'DELETE', '/projects/example/repositories/app/artifacts/app1');
    expect(status).toBe(200);
    await quiet(a, b);
    expect([b.digest(IMAGE, 'app1'), b.digest(IMAGE, 'only-b')]).toEqual([undefined, undefined]);
    // The repository stays, empty.
    expect((await call(b, 'GET', '/projects/example/repositories')).body).toMatchObject([
      { name: IMAGE, artifact_count: 0 },
    ]);
    expect((await call(b, 'DELETE', '/projects/example')).message).toBe(
      'PRECONDITION: the project contains repositories, can not be deleted',
    );
  });

  it('delete a tag alone where only the tag was deleted', async () => {
    const [a, b] = await pair();
    const digest = a.push(IMAGE, 'app1', 'content');
    a.push(IMAGE, 'app2', 'content');
    await quiet(a, b);
    await call(a, 'DELETE', '/projects/example/repositories/app/artifacts/app1/tags/app1');
    await quiet(a, b);
    expect([b.digest(IMAGE, 'app1'), b.digest(IMAGE, 'app2')]).toEqual([undefined, digest]);
  });

  it('keep what was deleted where the policy does not follow', async () => {
    const [a, b] = await pair({ deletion: false });
    a.push(IMAGE, 'app1', 'content');
    await quiet(a, b);
    a.remove(IMAGE, 'app1');
    await quiet(a, b);
    expect(b.digest(IMAGE, 'app1')).toBeDefined();
  });

  it('never make up for what happened while one was down', async () => {
    const [a, b] = await pair();
    await b.stop();
    const digest = a.push(IMAGE, 'app1', 'content');
    await a.settled();
    const [failed] = await executions(a);
    expect(failed).toMatchObject({ status: 'Failed', total: 0 });
    expect(failed?.['status_text']).toMatch(
      /^failed to create adapter for destination registry .*connection refused$/,
    );
    await b.start();
    await quiet(a, b);
    expect(b.digest(IMAGE, 'app1')).toBeUndefined();
    const id = await make(a, '/replication/executions', { policy_id: 1 });
    await quiet(a, b);
    expect(b.digest(IMAGE, 'app1')).toBe(digest);
    expect((await call(a, 'GET', `/replication/executions/${id}`)).body).toMatchObject({
      trigger: 'manual',
      status: 'Succeed',
    });
  });

  it('override a tag only where the policy says so', async () => {
    for (const override of [true, false]) {
      const [a, b] = await pair(false);
      const theirs = b.push(IMAGE, 'app1', 'theirs');
      await make(a, '/replication/policies', policyTo(1, { override }));
      const ours = a.push(IMAGE, 'app1', 'ours');
      await quiet(a, b);
      expect(b.digest(IMAGE, 'app1')).toBe(override ? ours : theirs);
      expect((await executions(a))[0]).toMatchObject({ status: 'Succeed' });
    }
  });

  it('make the project on the other side, private unless this one is public', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    await make(a, '/projects', { project_name: 'example', metadata: { public: 'true' } });
    const id = await make(a, '/registries', registryAt(b, 'b'));
    await make(a, '/replication/policies', policyTo(id, { filters: [] }));
    a.push('library/x', '1', 'x');
    a.push(IMAGE, '1', 'x');
    await quiet(a, b);
    expect((await call(b, 'GET', '/projects/example')).body).toMatchObject({ metadata: { public: 'true' } });
  });

  it('fail with a login that may not push', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    await make(a, '/projects', { project_name: 'example' });
    const access = [{ resource: 'repository', action: 'pull' }];
    const permissions = [{ kind: 'project', namespace: '*', access }];
    await make(b, '/robots', { name: 'r', level: 'system', duration: -1, permissions });
    await call(b, 'PATCH', '/robots/1', { secret: 'Chosen123' });
    const credential = { type: 'basic', access_key: 'robot$r', access_secret: 'Chosen123' };
    const id = await make(a, '/registries', registryAt(b, 'b', { credential }));
    await make(a, '/replication/policies', policyTo(id));
    a.push(IMAGE, 'app1', 'content');
    await quiet(a);
    expect((await executions(a))[0]?.['status_text']).toContain('Only system admin can create project');
    await make(b, '/projects', { project_name: 'example' });
    await make(a, '/replication/executions', { policy_id: 1 });
    await quiet(a);
    const [last] = await executions(a);
    expect(last).toMatchObject({ status: 'Failed', failed: 1, total: 1 });
  });

  it('count an execution as failed and ended, and later as succeeded, where a repeated task does it', async () => {
    const [a, b] = await pair();
    a.settings.failingTasks = 2;
    a.settings.retryPausesMs = [150, 150];
    a.push(IMAGE, 'app1', 'content');
    await expect.poll(async () => (await executions(a))[0]?.['status']).toBe('Failed');
    expect((await executions(a))[0]?.['end_time']).not.toBe('0001-01-01T00:00:00.000Z');
    await quiet(a, b);
    expect((await executions(a))[0]).toMatchObject({ status: 'Succeed', failed: 0, succeed: 1 });
  });

  it('stop an execution that is asked to', async () => {
    const [a, b] = await pair();
    a.settings.taskMs = 200;
    a.push(IMAGE, 'app1', 'content');
    await expect.poll(async () => (await executions(a))[0]?.['in_progress']).toBe(1);
    expect((await executions(a))[0]).toMatchObject({
      status: 'InProgress',
      end_time: '0001-01-01T00:00:00.000Z',
    });
    expect((await call(a, 'PUT', '/replication/executions/1')).status).toBe(200);
    await quiet(a, b);
    expect((await executions(a))[0]).toMatchObject({ status: 'Stopped', stopped: 1 });
  });

  it('copy by tag and by label where the filters say so, and by pulling', async () => {
    const [a, b] = await pair(false);
    await make(a, '/labels', { name: 'good', scope: 'g' });
    const good = a.push(IMAGE, 'app1', 'good');
    a.push(IMAGE, 'app2', 'bad');
    a.push(IMAGE, 'other', 'other');
    expect(
      (await call(a, 'POST', '/projects/example/repositories/app/artifacts/app1/labels', { id: 1 })).status,
    ).toBe(200);
    const filters = [
      { type: 'name', value: 'example/{app,web}' },
      { type: 'tag', value: 'app*', decoration: 'matches' },
      { type: 'label', value: ['good'], decoration: 'matches' },
      { type: 'resource', value: 'image' },
    ];
    const trigger = { type: 'manual' };
    await make(b, '/replication/policies', {
      ...policyTo(0, { filters, trigger }),
      dest_registry: undefined,
      src_registry: { id: 1 },
    });
    await make(b, '/replication/executions', { policy_id: 1 });
    await quiet(b);
    expect((await call(b, 'GET', '/projects/example/repositories/app/artifacts')).body).toMatchObject([
      { digest: good },
    ]);
    expect((await executions(b))[0]).toMatchObject({ status: 'Succeed', total: 1 });
  });
});
