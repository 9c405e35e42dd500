// The ui's side of the adminserver: settings read through a cache of a few seconds, as `cfg_expiration` says.

import type { Fetcher, FetchReply } from './fetcher.ts';
import type { SettingsClient } from './harbor.ts';
import type { Settings } from './settings.ts';

const DEFAULT_SECONDS = 5;

/** The adminserver over HTTP. */
export function settingsOverHttp(url: string, secret: string, fetch: Fetcher): SettingsClient {
  let cached: { readonly settings: Settings; readonly until: number } | undefined;
  const ask = async (method: string, path: string, body?: unknown): Promise<FetchReply> => {
    const reply = await fetch({
      method,
      url: `${url}${path}`,
      headers: { authorization: `Harbor-Secret ${secret}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (reply.status >= 400)
      throw new Error(`adminserver: http error: code ${reply.status}, message ${reply.body}`);
    return reply;
  };
  return {
    async read() {
      if (cached !== undefined && cached.until > Date.now()) return cached.settings;
      const settings = JSON.parse((await ask('GET', '/api/configurations')).body.toString()) as Settings;
      const seconds = Number(settings['cfg_expiration'] ?? DEFAULT_SECONDS);
      cached = { settings, until: Date.now() + seconds * 1000 };
      return settings;
    },
    async change(settings) {
      await ask('PUT', '/api/configurations', settings);
      cached = undefined;
    },
    async reset() {
      await ask('POST', '/api/configurations/reset', {});
      cached = undefined;
    },
    async capacity() {
      return JSON.parse((await ask('GET', '/api/systeminfo/capacity')).body.toString());
    },
  };
}
