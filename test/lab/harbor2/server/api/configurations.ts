import { type Body, parseBody } from '../body.ts';
import type { Call, Routes } from '../harbor.ts';
import { badRequest, empty, HarborError, json } from '../http.ts';
import { requireInSystem } from '../rights.ts';
import {
  allowedValues,
  positive,
  type Setting,
  secretSettings,
  setting,
  settingDefaults,
} from './settings-table.ts';

export const configurationRoutes: Routes = {
  'GET /configurations': list,
  'PUT /configurations': update,
};

function list({ harbor, who }: Call) {
  requireInSystem(who, 'configuration', 'read');
  const fixed = harbor.settings.configurationFixed;
  const items = Object.keys(settingDefaults).map((name) => {
    const editable = !fixed && (name !== 'auth_mode' || harbor.state.users.length === 1);
    return [name, { editable, value: setting(harbor.state, name) }];
  });
  return json(Object.fromEntries(items));
}

/** All or nothing: one wrong value, and none is set. What is not given stays. */
function update({ harbor, request, who }: Call) {
  requireInSystem(who, 'configuration', 'update');
  const body = parseBody('configurations', request.body);
  const wanted = body.keys.flatMap((name): [string, Setting][] => {
    const value = settingIn(body, name);
    return value === undefined ? [] : [[name, value]];
  });
  if (harbor.settings.configurationFixed)
    throw new HarborError(
      'FORBIDDEN',
      'current config is init by env variable: CONFIG_OVERWRITE_JSON, it cannot be updated',
    );
  for (const [name, value] of wanted)
    check(harbor.state.users.length, setting(harbor.state, name), name, value);
  for (const [name, value] of wanted) harbor.state.configuration[name] = value;
  return empty();
}

// Unknown names are dropped, as Go's decoder drops them.
function settingIn(body: Body, name: string): Setting | undefined {
  if (secretSettings.has(name)) return body.text(name);
  switch (typeof settingDefaults[name]) {
    case 'string':
      return body.text(name);
    case 'number':
      return body.whole(name);
    case 'boolean':
      return body.flag(name);
    default:
      return undefined;
  }
}

function check(users: number, current: Setting, name: string, value: Setting): void {
  if (name === 'auth_mode' && value !== current && users > 1)
    throw badRequest('the auth mode cannot be modified as new users have been inserted into database');
  if (positive.has(name) && Number(value) <= 0) throw badRequest(`the ${name} value must be positive`);
  const allowed = allowedValues[name];
  if (allowed !== undefined && !allowed.includes(value))
    throw badRequest(`validate config value failed: invalid value ${value} of ${name}`);
}
