import type { ModuleSample } from '../../support/module-sample.ts';

const url = 'http://127.0.0.1/api';
const request = { method: 'GET', url, via: 'host' };
const response = {
  status: 200,
  statusText: 'OK',
  headers: { 'content-type': 'application/json' },
  setCookie: [],
  body: Buffer.from('{"a":1}'),
  url,
  durationMs: 1,
};

export const samples: readonly ModuleSample[] = [
  {
    params: { url, method: 'POST', user: 'admin', password: 'S3cret-password', status_code: 201 },
    current: {
      request: { ...request, method: 'POST', basicAuth: { user: 'admin', password: 'S3cret-password' } },
    },
  },
  { params: { url, return_content: true }, current: { request, response }, converged: { request, response } },
];
