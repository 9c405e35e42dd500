import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpRequest } from '../../src/connection/http.ts';
import type { HttpRequest } from '../../src/connection/http-request.ts';
import { CommandError } from '../../src/model/errors.ts';
import { fakeConnection } from '../support/fake-connection.ts';
import { temporaryDirectory } from './shells.ts';

const directory = temporaryDirectory();
let plain: Server;
let secure: Server;
let base = '';
let secureBase = '';

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method, url, headers } = request;
  const redirect = /^\/redirect\/(\d+)\/(.*)$/.exec(url ?? '');
  if (redirect) {
    response.writeHead(Number(redirect[1]), { location: redirect[2] === 'self' ? url : `/${redirect[2]}` });
    response.end();
  } else if (url === '/slow') {
    response.write('part');
  } else if (url === '/elsewhere') {
    response.writeHead(302, { location: `http://localhost:${new URL(base).port}/echo` });
    response.end();
  } else {
    response.setHeader('set-cookie', ['a=1', 'b=2; Path=/']);
    response.setHeader('X-Many', ['one', 'two']);
    response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString('latin1') }));
  }
}

beforeAll(async () => {
  const run = (...argv: string[]) => execFileSync('openssl', argv, { cwd: directory, stdio: 'pipe' });
  run(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'key.pem',
    '-out',
    'cert.pem',
    '-days',
    '2',
    '-subj',
    '/CN=reg.example.org',
    '-addext',
    'subjectAltName=DNS:reg.example.org',
  );
  plain = createServer((request, response) => void answer(request, response));
  secure = createSecureServer(
    { key: readFileSync(join(directory, 'key.pem')), cert: readFileSync(join(directory, 'cert.pem')) },
    (request, response) => void answer(request, response),
  );
  const listen = (server: Server) =>
    new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  base = `http://127.0.0.1:${await listen(plain)}`;
  secureBase = `https://reg.example.org:${await listen(secure)}`;
});

afterAll(() => {
  for (const server of [plain, secure]) {
    server.closeAllConnections();
    server.close();
  }
});

const connection = fakeConnection({ root: directory });
const send = (request: Partial<HttpRequest>) =>
  httpRequest(connection, { method: 'GET', url: base, via: 'host', ...request });
const bodyOf = (response: { body: Buffer }) => JSON.parse(response.body.toString());
const secureRequest = (): Partial<HttpRequest> => ({
  url: `${secureBase}/x`,
  connectTo: { address: '127.0.0.1' },
});

describe('httpRequest', () => {
  it.each(['host', 'direct'] as const)('exchanges %s: method, headers, body, basic auth', async (via) => {
    const response = await send({
      ...{ via, method: 'POST', url: `${base}/a%20b?c=d`, body: Buffer.from([0, 255, 10]) },
      headers: { 'Content-Type': 'application/octet-stream' },
      basicAuth: { user: 'admin', password: 'Harbor:12345' },
    });
    expect(response).toMatchObject({ status: 200, statusText: 'OK', url: `${base}/a%20b?c=d` });
    expect(response.setCookie).toEqual(['a=1', 'b=2; Path=/']);
    expect(response.headers).toMatchObject({ 'x-many': 'one, two' });
    expect(response.headers['set-cookie']).toBeUndefined();
    expect(bodyOf(response)).toMatchObject({
      ...{ method: 'POST', url: '/a%20b?c=d', body: '\x00\xff\n' },
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': '3',
        authorization: `Basic ${Buffer.from('admin:Harbor:12345').toString('base64')}`,
      },
    });
  });

  it.each<[string, HttpRequest['followRedirects'], number, number, string | undefined]>([
    ['GET', undefined, 302, 200, 'GET'],
    ['GET', 'none', 302, 302, undefined],
    ['HEAD', 'safe', 301, 200, undefined],
    ['POST', 'safe', 302, 302, undefined],
    ['POST', 'all', 303, 200, 'GET'],
    ['POST', 'all', 307, 200, 'POST'],
  ])('%s with redirects %s: %i gives %i', async (method, followRedirects, status, expected, seen) => {
    const response = await send({
      ...{ method, url: `${base}/redirect/${status}/echo` },
      ...(followRedirects === undefined ? {} : { followRedirects }),
      ...(method === 'POST' ? { body: 'data' } : {}),
    });
    expect(response.status).toBe(expected);
    if (seen !== undefined) expect(bodyOf(response)).toMatchObject({ method: seen, url: '/echo' });
  });

  it('gives up a circle of redirects', async () => {
    await expect(send({ url: `${base}/redirect/302/self` })).rejects.toThrow(/more than 10 redirects/);
  });

  it('keeps secrets from another origin', async () => {
    const response = await send({
      url: `${base}/elsewhere`,
      basicAuth: { user: 'u', password: 'p' },
      headers: { Cookie: 'sid=1', Authorization: 'Bearer x', 'X-Other': 'kept' },
    });
    const { headers } = bodyOf(response);
    expect(headers).toMatchObject({ 'x-other': 'kept' });
    expect([headers.authorization, headers.cookie]).toEqual([undefined, undefined]);
  });

  it('checks certificates, by the name of the URL, and takes a CA', async () => {
    await expect(send(secureRequest())).rejects.toMatchObject({
      ...{ message: expect.stringMatching(/self.signed/), hint: expect.stringMatching(/CA of the server/) },
    });
    const ca = readFileSync(join(directory, 'cert.pem'), 'utf8');
    const response = await send({ ...secureRequest(), ca });
    expect(bodyOf(response).headers.host).toBe(secureBase.slice('https://'.length));
    const wrongName = { ...secureRequest(), url: secureBase.replace('reg.', 'other.'), ca };
    await expect(send(wrongName)).rejects.toThrow(/altname|does not match/i);
    expect((await send({ ...wrongName, validateCerts: false })).status).toBe(200);
  });

  it.each<[string, Partial<HttpRequest>, RegExp]>([
    [
      'nobody listening',
      { url: 'http://127.0.0.1:1/', via: 'direct' },
      /^GET http:\/\/127\.0\.0\.1:1\/: .*ECONNREFUSED/,
    ],
    ['no end within the time', { timeoutMs: 200 }, /no answer within 0\.2 s/],
    ['no URL', { url: 'nonsense' }, /"nonsense" is not a URL/],
    ['another protocol', { url: 'ftp://x/' }, /neither http nor https/],
  ])('reports %s', async (_title, request, message) => {
    const whole = request.timeoutMs === undefined ? request : { ...request, url: `${base}/slow` };
    await expect(send(whole)).rejects.toThrow(message);
    await expect(send(whole)).rejects.toBeInstanceOf(CommandError);
  });
});
