import { describe, expect, it } from 'vitest';
import { uri } from '../../modules/uri.ts';
import { CommandError, type HttpRequest, Unknown } from '../../src/module/index.ts';
import { fakeHost } from '../support/fake-host.ts';
import { planOf, readAndPlan, readOf, valuesOf } from '../support/run-module.ts';

const url = 'http://127.0.0.1/api/systeminfo?token=x';
const json = {
  headers: { 'content-type': 'application/json; charset=utf-8', 'x-a-b': 'c' },
  body: '{"a":[1]}',
};

/** Requests that a module sends while it reads, answered by `json`. */
async function sentBy(params: object): Promise<HttpRequest[]> {
  const sent: HttpRequest[] = [];
  const host = fakeHost({
    request: (request) => {
      sent.push(request);
      return json;
    },
  });
  await readOf(uri, { url, ...params }, host);
  return sent;
}

describe('what is sent', () => {
  it.each([
    {
      params: {},
      request: {
        method: 'GET',
        via: 'host',
        followRedirects: 'safe',
        timeoutMs: 30_000,
        validateCerts: true,
      },
    },
    {
      params: { via: 'direct', timeout: 2.5, validate_certs: false },
      request: { via: 'direct', timeoutMs: 2500, validateCerts: false },
    },
    { params: { user: 'u', password: 'p' }, request: { basicAuth: { user: 'u', password: 'p' } } },
    {
      params: { url_username: 'u', url_password: 'p' },
      request: { basicAuth: { user: 'u', password: 'p' } },
    },
    { params: { follow_redirects: 'none' }, request: { followRedirects: 'none' } },
    { params: { follow_redirects: true }, request: { followRedirects: 'all' } },
    { params: { headers: { 'X-N': 1 } }, request: { headers: { 'X-N': '1' } } },
    { params: { body: 'text' }, request: { body: 'text', headers: {} } },
    {
      params: { body: { a: [1] }, body_format: 'json' },
      request: { body: '{"a":[1]}', headers: { 'content-type': 'application/json' } },
    },
    {
      params: { body: '{}', body_format: 'json', headers: { 'Content-Type': 'application/x' } },
      request: { body: '{}', headers: { 'Content-Type': 'application/x' } },
    },
    {
      params: { body: { a: 'b c', d: [1, 2] }, body_format: 'form-urlencoded' },
      request: { body: 'a=b+c&d=1&d=2' },
    },
    {
      params: {
        body: [
          ['a', 1],
          ['a', 2],
        ],
        body_format: 'form-urlencoded',
      },
      request: { body: 'a=1&a=2' },
    },
  ])('$params', async ({ params, request }) => {
    expect(await sentBy(params)).toMatchObject([{ url, ...request }]);
  });

  it('is nothing while reading where the method changes things', async () => {
    expect(await sentBy({ method: 'POST' })).toEqual([]);
  });

  it.each([
    { user: 'u' },
    { body: { a: 1 } },
    { body: 'a', body_format: 'form-urlencoded', dest: '/x', method: 'PUT' },
  ])('refuses %o', async (params) => {
    await expect(sentBy(params)).rejects.toThrow();
  });
});

describe('reading', () => {
  const answering = (response: object) => fakeHost({ request: () => response });

  it('registers the answer', async () => {
    const plan = await readAndPlan(
      uri,
      { url },
      answering({ ...json, setCookie: ['sid=a=b; Path=/', 't=1'] }),
    );
    expect(plan).toEqual({
      steps: [],
      values: {
        content_type: 'application/json; charset=utf-8',
        x_a_b: 'c',
        status: 200,
        url,
        redirected: false,
        elapsed: 0,
        msg: '200 OK (9 bytes)',
        cookies: { sid: 'a=b', t: '1' },
        cookies_string: 'sid=a=b; t=1',
        json: { a: [1] },
      },
    });
  });

  it('fails on another status, content included', async () => {
    const plan = await readAndPlan(
      uri,
      { url },
      answering({ status: 404, statusText: 'Not Found', body: 'gone' }),
    );
    expect(plan.failure).toBe('Status code was 404 and not [200]: 404 Not Found (4 bytes)');
    expect(plan.values).toMatchObject({ status: 404, content: 'gone' });
  });

  it.each([{ status_code: 404 }, { status_code: [200, 404] }])('takes %o', async (params) => {
    const plan = await readAndPlan(uri, { url, ...params }, answering({ status: 404 }));
    expect(plan.failure).toBeUndefined();
  });

  it('returns content when asked, binary as Base64', async () => {
    const text = await readAndPlan(uri, { url, return_content: true }, answering({ body: 'hi' }));
    expect(text.values).toMatchObject({ content: 'hi' });
    const binary = await readAndPlan(
      uri,
      { url, return_content: true },
      answering({ body: Buffer.from([0]) }),
    );
    expect(binary.values).toMatchObject({ content: 'AA==' });
  });

  it('keeps going where what says it is JSON is not', async () => {
    const plan = await readAndPlan(uri, { url }, answering({ ...json, body: '<html>' }));
    expect(plan.failure).toBeUndefined();
    expect(plan.values).not.toHaveProperty('json');
  });

  it('gives status -1 for a service that does not answer, and passes other errors on', async () => {
    const failing = (error: Error) =>
      fakeHost({
        request: () => {
          throw error;
        },
      });
    const plan = await readAndPlan(uri, { url }, failing(new CommandError('refused')));
    expect(plan).toMatchObject({ failure: expect.stringContaining('refused'), values: { status: -1 } });
    const accepted = await readAndPlan(uri, { url, status_code: [-1] }, failing(new CommandError('refused')));
    expect(accepted).toMatchObject({ steps: [], values: { status: -1 } });
    await expect(readAndPlan(uri, { url }, failing(new Error('lost')))).rejects.toThrow('lost');
  });

  it('saves the body, and only if it differs', async () => {
    const request = () => ({ body: 'new' });
    const fresh = fakeHost({ request, files: { '/d': { type: 'directory' } } });
    const plan = await readAndPlan(uri, { url, dest: '/d', mode: '0600' }, fresh);
    expect(plan.steps).toMatchObject([{ kind: 'put', path: '/d/systeminfo', mode: '0600' }]);
    expect(plan.values).toMatchObject({ dest: '/d/systeminfo' });
    const there = fakeHost({ request, files: { '/d/f': 'new' } });
    expect((await readAndPlan(uri, { url, dest: '/d/f' }, there)).steps).toEqual([]);
    expect((await readAndPlan(uri, { url, dest: '/no/f' }, there)).failure).toMatch(/does not exist/);
  });
});

describe('changing', () => {
  const params = { url, method: 'POST', status_code: [201, 409], body: 'x' };

  it('is one step that names no query', async () => {
    expect((await readAndPlan(uri, params, fakeHost())).steps).toMatchObject([
      {
        kind: 'request',
        expect: [201, 409],
        summary: 'POST http://127.0.0.1/api/systeminfo',
        request: { body: 'x' },
      },
    ]);
  });

  it('registers the answer', () => {
    const request = { method: 'POST', url, via: 'host' };
    const response = {
      statusText: 'Created',
      setCookie: [],
      url,
      durationMs: 5,
      ...json,
      status: 201,
      body: Buffer.from(json.body),
    };
    expect(valuesOf(uri, params, { request }, [{ response }])).toMatchObject({
      status: 201,
      json: { a: [1] },
    });
  });

  it('registers unknown values where it was only simulated', () => {
    const request = { method: 'POST', url, via: 'host' };
    const values = valuesOf(uri, params, { request }, [], true);
    expect(values['status']).toBeInstanceOf(Unknown);
    expect(values['json']).toBeInstanceOf(Unknown);
  });

  it.each([{ creates: '/there' }, { removes: '/missing' }])('is not needed with %o', async (guard) => {
    const plan = await readAndPlan(uri, { ...params, ...guard }, fakeHost({ files: { '/there': '' } }));
    expect(plan).toMatchObject({ steps: [], message: expect.stringContaining('skipped, since') });
  });
});

it('plans the same from the same state', () => {
  const state = { unreachable: 'x' };
  expect(planOf(uri, { url }, state)).toEqual(planOf(uri, { url }, state));
});
