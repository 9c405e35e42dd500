import { describe, expect, it } from 'vitest';
import { HarborError } from '../../../../modules/lib/harbor/error.ts';
import { type HarborSession, openHarbor } from '../../../../modules/lib/harbor/open.ts';
import { CommandError } from '../../../../src/module/index.ts';
import { type Answer, type Asked, login, recordedAnswer, scripted } from './support.ts';

const v1: Record<string, Answer> = {
  'GET /api/systeminfo': recordedAnswer('system', 12),
  'GET /api/users/current': {
    body: { username: 'admin', has_admin_role: 1 },
    setCookie: ['beegosessionID=abc; Path=/; HttpOnly'],
  },
};
const v2: Record<string, Answer> = {
  'GET /api/version': { body: { version: 'v2.0' } },
  'GET /api/v2.0/users/current': { body: { username: 'admin', sysadmin_flag: true }, setCookie: ['sid=1'] },
  'GET /api/v2.0/systeminfo': {
    body: { harbor_version: 'v2.15.2-080b0220', auth_mode: 'db_auth', read_only: false },
  },
};

describe('the generation', () => {
  it('is 1.5 where the version of the system says so', async () => {
    const { host, asked } = scripted(v1);
    const harbor = await openHarbor(host, login);
    expect(harbor.generation).toBe('1.5');
    expect(harbor.server).toEqual({
      generation: '1.5',
      version: 'v1.5.4-985b570b',
      readOnly: false,
      authMode: 'db_auth',
    });
    expect(asked).toEqual(['GET /api/version', 'GET /api/systeminfo', 'GET /api/users/current']);
  });

  it('is 2 where the server has the API v2.0', async () => {
    const { host, asked } = scripted(v2);
    const harbor = await openHarbor(host, login);
    expect(harbor.server).toEqual({
      generation: '2',
      version: 'v2.15.2-080b0220',
      readOnly: false,
      authMode: 'db_auth',
    });
    expect(asked).toEqual(['GET /api/version', 'GET /api/v2.0/users/current', 'GET /api/v2.0/systeminfo']);
  });

  it('is asked for without the login', async () => {
    const { host, requests } = scripted(v1);
    await openHarbor(host, login);
    expect(requests.map(({ basicAuth }) => basicAuth?.user)).toEqual([undefined, undefined, 'admin']);
  });

  it('is not searched where it is pinned', async () => {
    const { host, asked } = scripted(v1);
    await openHarbor(host, { ...login, api: '1.5' });
    expect(asked[0]).toBe('GET /api/systeminfo');
  });

  it.each<[string, Record<string, Answer>, '1.5' | '2' | 'auto', string, string]>([
    ['2 pinned for a 1.5', v1, '2', "has the API of Harbor 1.5, but api is '2'", "set api: '1.5'"],
    ['1.5 pinned for a 2', v2, '1.5', "has the API of Harbor 2, but api is '1.5'", "set api: '2'"],
    [
      'a Harbor 1.8',
      { 'GET /api/systeminfo': { body: { harbor_version: 'v1.8.2-abc' } } },
      'auto',
      'is Harbor v1.8.2-abc',
      'supported are Harbor 1.5 and 2.x',
    ],
    [
      'an API of the future',
      { 'GET /api/version': { body: { version: 'v3.0' } } },
      'auto',
      'has API v3.0',
      'supported are Harbor 1.5 and 2.x',
    ],
    ['another web server', {}, 'auto', 'does not answer as a Harbor', 'is the url that of a Harbor'],
    [
      'a page for everything',
      { 'GET /api/version': { body: '<html><title>Welcome</title></html>' } },
      'auto',
      'something that is not JSON',
      'is this a Harbor?',
    ],
  ])('that does not fit is an error: %s', async (_what, answers, api, message, hint) => {
    const refused = await openHarbor(scripted(answers).host, { ...login, api }).catch((error) => error);
    expect(refused).toBeInstanceOf(HarborError);
    expect(refused.message).toContain('http://a.example.com');
    expect(refused.message).toContain(message);
    expect(refused.hint).toContain(hint);
  });
});

describe('the login', () => {
  async function refusal(asked: Asked): Promise<HarborError> {
    return openHarbor(asked.host, login).catch((error) => error);
  }

  it.each([
    ['1.5', v1, 'GET /api/users/current'],
    ['2', v2, 'GET /api/v2.0/users/current'],
  ])('is tried once where Harbor %s refuses it, before anything else', async (_generation, answers, path) => {
    // What everybody may see would answer 200 all the same.
    const harbor = scripted({
      ...answers,
      [path]: { status: 401, body: '\n' },
      'GET /api/projects': { body: [] },
    });
    const error = await refusal(harbor);
    expect(error.message).toBe('http://a.example.com refused the user admin: wrong name or password');
    expect(error).toMatchObject({ method: 'GET', status: 401 });
    expect(`${error.message} ${error.hint}`).not.toContain('Harbor12345');
    expect(harbor.requests.filter(({ basicAuth }) => basicAuth !== undefined)).toHaveLength(1);
    expect(harbor.asked.at(-1)).toBe(path);
  });

  it.each([
    ['the connection breaks', new CommandError('GET http://a/ (through the host): read ECONNRESET')],
    ['a proxy gives up', { status: 504, body: '' }],
  ])('is not tried again where %s', async (_what, answer) => {
    const harbor = scripted({ ...v1, 'GET /api/users/current': answer });
    await expect(refusal(harbor)).resolves.toBeInstanceOf(HarborError);
    expect(harbor.asked.filter((line) => line.endsWith('/users/current'))).toHaveLength(1);
  });

  it('of a robot is good although it is no user', async () => {
    const answers = { ...v2, 'GET /api/v2.0/users/current': { status: 412, body: '' } };
    const harbor = await openHarbor(scripted(answers).host, { ...login, username: 'robot$ci' });
    expect(harbor.generation).toBe('2');
  });

  it('without the right says so where it is needed', async () => {
    const harbor = await openHarbor(
      scripted({
        ...v1,
        'GET /api/users/current': recordedAnswer('users', 15),
        'GET /api/targets': { status: 403, body: '\n' },
      }).host,
      { ...login, username: 'dev1' },
    );
    await expect(harbor.endpoints()).rejects.toMatchObject({
      message: 'http://a.example.com: GET /api/targets answered 403 Forbidden',
      hint: expect.stringContaining('dev1 is no system administrator there'),
    });
  });
});

describe('a session', () => {
  it('saves the second opening its questions, and sends the cookie on', async () => {
    const session: HarborSession = {};
    const { host, asked, requests } = scripted({ ...v1, 'GET /api/targets': { body: 'null' } });
    await openHarbor(host, login, session);
    const harbor = await openHarbor(host, login, session);
    await expect(harbor.endpoints()).resolves.toEqual([]);
    expect(asked.slice(3)).toEqual(['GET /api/targets']);
    expect(requests.at(-1)?.headers).toMatchObject({ cookie: 'beegosessionID=abc' });
  });

  it('has no cookie with 2.x, where one would ask for a CSRF token', async () => {
    const session: HarborSession = {};
    await openHarbor(scripted(v2).host, login, session);
    expect(session.opened).not.toHaveProperty('cookie');
  });

  it('is not kept of a login that was refused', async () => {
    const session: HarborSession = {};
    const answers = { ...v1, 'GET /api/users/current': { status: 401 } };
    await expect(openHarbor(scripted(answers).host, login, session)).rejects.toThrow('refused');
    expect(session).toEqual({});
  });
});
