import type { Call, Routes } from '../harbor.ts';
import { json, text } from '../http.ts';
import { requireInSystem } from '../rights.ts';
import { setting } from './settings-table.ts';

export const systemRoutes: Routes = {
  'GET /ping': () => text('Pong'),
  'GET /health': health,
  'GET /systeminfo': systemInfo,
  'GET /systeminfo/volumes': ({ who }) => {
    requireInSystem(who, 'system-volumes', 'read');
    return json({ storage: [{ total: 100 * 2 ** 30, free: 60 * 2 ** 30 }] });
  },
};

const components = ['core', 'database', 'jobservice', 'portal', 'redis', 'registry', 'registryctl'];

// Always 200: only the body tells.
function health({ harbor }: Call) {
  const { unhealthy } = harbor.settings;
  const parts = components.map((name) => {
    const error = unhealthy[name];
    return error === undefined ? { name, status: 'healthy' } : { error, name, status: 'unhealthy' };
  });
  const well = parts.every(({ status }) => status === 'healthy');
  return json({ components: parts, status: well ? 'healthy' : 'unhealthy' });
}

/** The version and the addresses only for who is logged in. */
function systemInfo({ harbor, who }: Call) {
  const { state, settings } = harbor;
  const everyone = {
    auth_mode: setting(state, 'auth_mode'),
    banner_message: setting(state, 'banner_message'),
    oidc_provider_name: '',
    primary_auth_mode: setting(state, 'primary_auth_mode'),
    self_registration: setting(state, 'self_registration'),
  };
  if (who.kind === 'anonymous') return json(everyone);
  const url = harbor.url();
  return json({
    ...everyone,
    current_time: harbor.now(),
    external_url: url,
    harbor_version: settings.version,
    has_ca_root: false,
    notification_enable: setting(state, 'notification_enable'),
    project_creation_restriction: setting(state, 'project_creation_restriction'),
    read_only: setting(state, 'read_only'),
    registry_storage_provider_name: 'filesystem',
    registry_url: new URL(url).host,
  });
}
