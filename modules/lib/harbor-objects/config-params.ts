import type { ParamsOf } from '../../../src/module/index.ts';
import { harborLoginParams } from '../harbor/login.ts';
import type { ConfigurationItem, Generation } from '../harbor/model.ts';
import { type HashFile, hashesFileParam, type SecretState } from './hashes.ts';

const secretSetting = { type: 'string', writeOnly: true } as const;

export const configParams = {
  type: 'object',
  required: ['url', 'password', 'settings'],
  properties: {
    ...harborLoginParams,
    settings: {
      type: 'object',
      minProperties: 1,
      description:
        "Keys of Harbor's configuration as its API has them (`token_expiration`, `self_registration`, …) with their values.",
      // Named here so that their values are masked everywhere.
      properties: {
        email_password: secretSetting,
        ldap_search_password: secretSetting,
        oidc_client_secret: secretSetting,
        uaa_client_secret: secretSetting,
      },
      additionalProperties: { type: ['string', 'number', 'boolean'] },
    },
    hashes_file: hashesFileParam,
  },
} as const;

export type ConfigParams = ParamsOf<typeof configParams>;

/** Settings that Harbor takes and (mostly) does not show, by generation. */
export const secretSettings: Readonly<Record<Generation, readonly string[]>> = {
  '1.5': ['email_password', 'ldap_search_password', 'uaa_client_secret'],
  '2': ['email_password', 'ldap_search_password', 'oidc_client_secret', 'uaa_client_secret'],
};

/** The configuration, and what is known of the secrets that cannot be read back. */
export interface ConfigCurrent {
  readonly generation: Generation;
  readonly items: Readonly<Record<string, ConfigurationItem>>;
  readonly hashes: HashFile;
  readonly secrets: Readonly<Record<string, SecretState>>;
}
