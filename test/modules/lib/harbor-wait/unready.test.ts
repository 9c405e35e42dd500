import { expect, it } from 'vitest';
import { HarborError } from '../../../../modules/lib/harbor/error.ts';
import { unready } from '../../../../modules/lib/harbor-wait/unready.ts';
import { CommandError, ConnectionError } from '../../../../src/model/errors.ts';

const about = { method: 'GET', path: '/api/version' };

it.each([
  { what: 'a refused connection', error: new HarborError('refused', about), waits: true },
  { what: '500', error: new HarborError('500', { ...about, status: 500 }), waits: true },
  { what: '502 of a proxy', error: new HarborError('502', { ...about, status: 502 }), waits: true },
  { what: '404 of a proxy', error: new HarborError('404', { ...about, status: 404 }), waits: true },
  {
    what: 'something that is no Harbor yet',
    error: new HarborError('http://a does not answer as a Harbor', { ...about, hint: 'is the url …?' }),
    waits: true,
  },
  { what: 'a refused password', error: new HarborError('refused', { ...about, status: 401 }), waits: false },
  { what: 'a missing right', error: new HarborError('403', { ...about, status: 403 }), waits: false },
  {
    what: 'a certificate nobody trusts',
    error: new HarborError('self-signed certificate', { ...about, hint: 'set ca: …' }),
    waits: false,
  },
  {
    what: 'the wrong generation',
    error: new HarborError('x', { ...about, hint: "set api: '2'" }),
    waits: false,
  },
  { what: 'a lost host', error: new ConnectionError('lost'), waits: false },
  { what: 'another failure', error: new CommandError('x'), waits: false },
])('$what is waited for: $waits', ({ error, waits }) => {
  expect(unready(error)).toBe(waits ? error.message : undefined);
});
