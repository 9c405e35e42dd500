// What Harbor tells about itself.

import { requireAdmin } from '../caller.ts';
import { type Handler, textSetting } from '../harbor.ts';
import { syncRegistry } from '../sync.ts';
import { abort, done, json } from '../web.ts';

const HARBOR_VERSION = 'v1.5.4-985b570b';

export const ping: Handler = async () => json('Pong');

export const info: Handler = async ({ harbor }) => {
  const settings = await harbor.settings.read();
  const endpoint = await textSetting(harbor, 'ext_endpoint');
  return json({
    with_notary: settings['with_notary'] === true,
    with_clair: settings['with_clair'] === true,
    with_admiral: false,
    admiral_endpoint: settings['admiral_url'] ?? '',
    auth_mode: settings['auth_mode'] ?? '',
    registry_url: endpoint.split('://')[1] ?? endpoint,
    project_creation_restriction: settings['project_creation_restriction'] ?? '',
    self_registration: settings['self_registration'] === true,
    has_ca_root: (await harbor.caCertificate()) !== undefined,
    harbor_version: HARBOR_VERSION,
    next_scan_all: 0,
    registry_storage_provider_name: settings['registry_storage_provider_name'] ?? '',
    read_only: settings['read_only'] === true,
  });
};

export const volumes: Handler = async ({ harbor, caller }) => {
  requireAdmin(caller);
  return json({ storage: await harbor.settings.capacity() });
};

export const certificate: Handler = async ({ harbor, caller }) => {
  requireAdmin(caller);
  const text = await harbor.caCertificate();
  if (text === undefined) return abort(404, 'No certificate found.');
  const headers = [
    ['Content-Type', 'application/octet-stream'],
    ['Content-Disposition', 'attachment; filename=ca.crt'],
  ] as const;
  return { status: 200, headers, body: text };
};

export const sync: Handler = async ({ harbor, caller }) => {
  requireAdmin(caller);
  await syncRegistry(harbor);
  return done();
};
