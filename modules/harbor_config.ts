import { defineModule, type HostAccess } from '../src/module/index.ts';
import { openHarbor } from './lib/harbor/open.ts';
import { harborRequests } from './lib/harbor/requests.ts';
import { type ConfigCurrent, type ConfigParams, configParams } from './lib/harbor-objects/config-params.ts';
import { hiddenSettings, placeOfSetting, planConfig } from './lib/harbor-objects/config-plan.ts';
import { readHashes, secretState } from './lib/harbor-objects/hashes.ts';

export const harborConfig = defineModule({
  name: 'harbor_config',
  summary: "Have settings of a Harbor's configuration: authentication, tokens, mail and more.",
  notes: [
    'Only what differs is sent, and nothing at all where a key is unknown (Harbor itself would ignore it), fixed, or has a value of the wrong type. Works with Harbor 1.5 and 2.x; each has its own keys. Schedules (`scan_all_policy`) are no settings here.',
    'Harbor does not show passwords among the settings (`ldap_search_password`, `email_password`, `oidc_client_secret`, 1.5: `uaa_client_secret`). A salted hash of what was set (scrypt) is kept on the control node, in a file of the host beside the inventory, and tells whether one changed; where there is no record, it is set again.',
  ],
  kind: 'state',
  scope: 'outside',
  volatile: true,
  params: configParams,
  examples: `- name: Only administrators make projects
  harbor_config:
    url: https://a.example.com
    password: "{{ harbor_admin_password }}"
    settings:
      project_creation_restriction: adminonly
      token_expiration: 60
      ldap_search_password: "{{ ldap_password }}"`,
  returns: { changed_settings: 'names of the settings that were not as desired' },
  read: readConfig,
  plan: (params, current) => planConfig(params, current, harborRequests(current.generation, params)),
});

async function readConfig(host: HostAccess, params: ConfigParams): Promise<ConfigCurrent> {
  const hashes = await readHashes(host, params.hashes_file);
  const harbor = await openHarbor(host, params);
  const { generation } = harbor;
  const items = await harbor.configuration();
  const hidden = hiddenSettings(params.settings, generation, items);
  const states = hidden.map(
    async ([name, secret]) =>
      [name, await secretState(hashes, placeOfSetting(params, name), secret)] as const,
  );
  return { generation, items, hashes, secrets: Object.fromEntries(await Promise.all(states)) };
}
