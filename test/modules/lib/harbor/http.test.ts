import { describe, expect, it } from 'vitest';
import { HarborError, serverMessage } from '../../../../modules/lib/harbor/error.ts';
import { HarborHttp } from '../../../../modules/lib/harbor/http.ts';
import type { HarborLogin } from '../../../../modules/lib/harbor/login.ts';
import { failedPing } from '../../../../modules/lib/harbor/ping.ts';
import { CommandError, ConnectionError } from '../../../../src/model/errors.ts';
import { type Answer, type Asked, login, recordedAnswer, scripted } from './support.ts';

const broken = new CommandError('GET http://a.example.com/ (through the host): read ECONNRESET');

function over(asked: Asked, changes: Partial<HarborLogin> = {}): HarborHttp {
  return new HarborHttp(asked.host, { ...login, ...changes });
}

describe('a list', () => {
  it('is asked for page by page until the total has come', async () => {
    const asked = scripted({
      'GET /r?page=1&page_size=1': recordedAnswer('repositories', 8),
      'GET /r?page=2&page_size=1': recordedAnswer('repositories', 9),
    });
    const found = await over(asked).list('/r', {}, { pageSize: 1 });
    expect(found.map(({ name }) => name)).toEqual(['library/alpha', 'library/beta/deep']);
    expect(asked.asked).toHaveLength(2);
  });

  it('that comes whole with every page, as the users of 1.5, is taken once', async () => {
    const asked = scripted({ 'GET /api/users?page=1&page_size=1': recordedAnswer('users', 12) });
    const users = await over(asked).list('/api/users', {}, { pageSize: 1 });
    expect(users.map(({ username }) => username)).toEqual(['dev1', 'self1', 'self2']);
  });

  it('goes by Link where there is no total', async () => {
    const asked = scripted({
      'GET /l?page=1&page_size=1': {
        headers: { link: '</l?page=2&page_size=1>; rel="next"' },
        body: [{ name: 'a' }],
      },
      'GET /l?page=2&page_size=1': {
        headers: { link: '</l?page=1&page_size=1>; rel="prev"' },
        body: [{ name: 'b' }],
      },
    });
    await expect(over(asked).list('/l', {}, { pageSize: 1 })).resolves.toHaveLength(2);
  });

  it('ends at an empty page whatever the total says: users without rights get it so', async () => {
    const asked = scripted({
      'GET /l?page=1&page_size=500': { headers: { 'x-total-count': '13' }, body: [] },
    });
    await expect(over(asked).list('/l', {}, { pageSize: 500 })).resolves.toEqual([]);
  });

  it('may be null', async () => {
    const asked = scripted({ 'GET /l?name=zzz&page=1&page_size=500': recordedAnswer('projects', 25) });
    await expect(over(asked).list('/l', { name: 'zzz' }, { pageSize: 500 })).resolves.toEqual([]);
  });

  it('ends early with the page that is enough', async () => {
    const asked = scripted({
      'GET /l?page=1&page_size=1': { headers: { 'x-total-count': '9' }, body: [{ id: 1 }] },
    });
    await over(asked).list('/l', {}, { pageSize: 1, enough: () => true });
    expect(asked.asked).toHaveLength(1);
  });
});

describe('a second try', () => {
  it.each<[string, Answer]>([
    ['a connection that broke', broken],
    ['502', { status: 502 }],
    ['503', { status: 503 }],
    ['504', { status: 504 }],
  ])('follows %s', async (_what, first) => {
    const asked = scripted({ 'GET /x': [first, { body: { a: 1 } }] });
    await expect(over(asked).json('/x')).resolves.toEqual({ a: 1 });
    expect(asked.asked).toHaveLength(2);
  });

  it('is followed by a third, and that is all', async () => {
    const asked = scripted({
      'GET /x': { status: 503, body: '<html><title>503 Unavailable</title></html>' },
    });
    await expect(over(asked).json('/x')).rejects.toThrow('GET /x answered 503: 503 Unavailable');
    expect(asked.asked).toHaveLength(3);
  });

  it.each<[string, Answer]>([
    ['500', { status: 500 }],
    ['401', { status: 401 }],
    ['a refused connection', new CommandError('connect ECONNREFUSED 10.0.0.1:80')],
  ])('does not follow %s', async (_what, answer) => {
    const asked = scripted({ 'GET /x': answer });
    await expect(over(asked).json('/x')).rejects.toBeInstanceOf(HarborError);
    expect(asked.asked).toHaveLength(1);
  });

  it.each<[string, Answer]>([
    ['a connection that broke', broken],
    ['503', { status: 503 }],
  ])('of a POST does not follow %s', async (_what, answer) => {
    const asked = scripted({ 'POST /x': answer });
    await over(asked)
      .post('/x', {})
      .catch(() => undefined);
    expect(asked.asked).toHaveLength(1);
  });
});

describe('a request', () => {
  it('has the login, the time limit and no redirects', async () => {
    const asked = scripted({ 'POST /x': {} });
    await over(asked, { url: 'http://a.example.com/', timeout: 5, ca: 'PEM' }).post('/x', { a: 1 });
    expect(asked.requests).toEqual([
      {
        method: 'POST',
        url: 'http://a.example.com/x',
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: '{"a":1}',
        via: 'host',
        basicAuth: { user: 'admin', password: 'Harbor12345' },
        validateCerts: true,
        ca: 'PEM',
        timeoutMs: 5000,
        followRedirects: 'none',
      },
    ]);
  });
});

describe('an error', () => {
  it.each<[string, Answer, string, string | undefined]>([
    [
      'Harbor 1.5 refusing',
      recordedAnswer('targets', 25),
      'http://a.example.com: GET /x answered 404: target 999 not found',
      undefined,
    ],
    [
      'Harbor 2.x refusing',
      { status: 403, body: { errors: [{ code: 'FORBIDDEN', message: 'forbidden' }] } },
      'http://a.example.com: GET /x answered 403 Forbidden: FORBIDDEN: forbidden',
      undefined,
    ],
    [
      'a redirect',
      { status: 301, headers: { location: 'https://a.example.com/x' } },
      'http://a.example.com: GET /x answered 301',
      'it redirects to https://a.example.com: give that as url',
    ],
    [
      'a password sent back',
      { status: 400, body: 'value Harbor12345 is wrong' },
      'http://a.example.com: GET /x answered 400 Bad Request: value ******** is wrong',
      undefined,
    ],
    [
      'a certificate nobody knows',
      new CommandError('GET http://a.example.com/x (through the host): self-signed certificate'),
      'node1 got no answer from http://a.example.com (GET /x): self-signed certificate',
      'set ca: (PEM text of the CA that signed it), or validate_certs: false where that is acceptable',
    ],
    [
      'plain HTTP where TLS is asked',
      new CommandError('GET https://a/x: SSL routines:ssl3_get_record:wrong version number'),
      'node1 got no answer from http://a.example.com (GET /x): SSL routines:ssl3_get_record:wrong version number',
      'that port does not speak TLS: is it http:// there?',
    ],
    [
      'nobody there',
      new CommandError('GET http://a.example.com/x: connect ECONNREFUSED 10.0.0.1:80'),
      'node1 got no answer from http://a.example.com (GET /x): connect ECONNREFUSED 10.0.0.1:80',
      undefined,
    ],
  ])('says what happened: %s', async (_what, answer, message, hint) => {
    await expect(over(scripted({ 'GET /x': answer })).json('/x')).rejects.toMatchObject({ message, hint });
  });

  it('names the control node where that asked', async () => {
    const asked = scripted({ 'GET /x': new CommandError('GET http://a/x: no answer within 30 s') });
    await expect(over(asked, { via: 'direct' }).json('/x')).rejects.toThrow(
      'the control node got no answer from http://a.example.com (GET /x): no answer within 30 s',
    );
  });

  it('of a lost host stays what it is', async () => {
    const lost = new ConnectionError('node1 is gone');
    await expect(over(scripted({ 'GET /x': lost })).json('/x')).rejects.toBe(lost);
  });
});

it.each([
  ['name max length is 64 \nendpoint empty URL \n', 'name max length is 64; endpoint empty URL'],
  ['\n', ''],
  ['<!DOCTYPE html>\n<html><head><title>beego application error</title>', 'beego application error'],
  ['<html>no title', ''],
  ['{"errors":[{"code":"CONFLICT","message":"a"},{"message":"b"}]}', 'CONFLICT: a; b'],
  ['{"code":10014,"message":"Unauthorized"}', 'Unauthorized'],
  ['{"other":1}', '{"other":1}'],
  ['{not json', '{not json'],
  ['x'.repeat(400), `${'x'.repeat(300)}…`],
])("the server's message in %j is %j", (body, message) => {
  expect(serverMessage({ body: Buffer.from(body) })).toBe(message);
});

it.each([
  ['failed to ping target\n', 'unknown'],
  ['{"errors":[{"code":"BAD_REQUEST","message":"the registry is unhealthy"}]}', 'unknown'],
  ['Get "https://b/api": x509: certificate signed by unknown authority', 'certificate'],
  ['Get "http://b/api": dial tcp 10.0.0.2:80: connect: connection refused', 'unreachable'],
  ['Get "http://b/api": dial tcp: lookup b: no such host', 'unreachable'],
  ['context deadline exceeded (Client.Timeout exceeded)', 'unreachable'],
  ['http status code: 401, message: unauthorized', 'credentials'],
  ['', 'unknown'],
])('a ping that says %j has the cause %s', (body, cause) => {
  const ping = failedPing({ body: Buffer.from(body), status: 400, statusText: 'Bad Request' });
  expect(ping).toMatchObject({ reached: false, cause });
  expect('message' in ping && ping.message).not.toBe('');
});
