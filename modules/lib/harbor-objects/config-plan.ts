import { type Plan, type RequestStep, type SaveStep, suggest } from '../../../src/module/index.ts';
import type { HarborRequests } from '../harbor/api.ts';
import type { ConfigurationItem, Generation } from '../harbor/model.ts';
import { type ConfigCurrent, type ConfigParams, secretSettings } from './config-params.ts';
import { type Fields, fieldsDiff } from './fields.ts';
import { type SecretPlace, saveHashes } from './hashes.ts';
import { addressOf, requestStep } from './requests.ts';

type Setting = string | number | boolean;

/** 1.5 shows this number as a text, and takes it as a number only. */
const numbersShownAsText: ReadonlySet<string> = new Set(['ldap_group_search_scope']);

/** Where the hash of a secret setting is kept. */
export function placeOfSetting(params: Pick<ConfigParams, 'url'>, name: string): SecretPlace {
  return { url: addressOf(params), kind: 'configuration', name };
}

/** The desired settings that Harbor does not show. */
export function hiddenSettings(
  settings: ConfigParams['settings'],
  generation: Generation,
  items: ConfigCurrent['items'],
): readonly (readonly [string, string])[] {
  return Object.entries(settings).flatMap(([name, value]) =>
    secretSettings[generation].includes(name) && items[name] === undefined
      ? ([[name, String(value)]] as const)
      : [],
  );
}

/** What makes the settings as desired, or all that is wrong with them. */
export function planConfig(params: ConfigParams, current: ConfigCurrent, requests: HarborRequests): Plan {
  const { generation, items, secrets, hashes } = current;
  const desired = Object.entries(params.settings);
  const faults = desired.flatMap(([name, value]) => faultOf(name, value, current) ?? []);
  if (faults.length > 0) return { steps: [], failure: faults.join('\n') };
  const visible = desired.flatMap(([name, value]) => {
    const item = items[name];
    if (!item || isAsDesired(name, item, value)) return [];
    const setting = toSetting(name, item, value);
    return setting === undefined ? [] : [[name, setting] as const];
  });
  const hidden = hiddenSettings(params.settings, generation, items).filter(
    ([name]) => secrets[name]?.recorded !== 'same',
  );
  const values = { changed_settings: [...visible, ...hidden].map(([name]) => name) };
  if (visible.length + hidden.length === 0) return { steps: [], values };
  const request = requests.updateConfiguration(Object.fromEntries([...visible, ...hidden]));
  const summary = `set ${values.changed_settings.join(', ')}`;
  const step = requestStep(summary, request, diffOf(params, current, visible, hidden));
  const steps: (RequestStep | SaveStep)[] = [step];
  if (hidden.length > 0) {
    const records = hidden.map(
      ([name]) => [placeOfSetting(params, name), { hash: secrets[name]?.fresh ?? '' }] as const,
    );
    steps.push(saveHashes(hashes, records));
  }
  return { steps, values };
}

function diffOf(
  params: ConfigParams,
  { items }: ConfigCurrent,
  visible: readonly (readonly [string, Setting])[],
  hidden: readonly (readonly [string, string])[],
): ReturnType<typeof fieldsDiff> {
  const isSecret = (name: string): boolean => name in secretNames;
  const before: Fields = Object.fromEntries(
    visible.map(([name]) => [name, isSecret(name) ? '(secret, as before)' : items[name]?.value]),
  );
  const after: Fields = Object.fromEntries([
    ...visible.map(([name, value]) => [name, isSecret(name) ? '(secret, new)' : value] as const),
    ...hidden.map(([name]) => [name, '(secret, new)'] as const),
  ]);
  return fieldsDiff(`configuration of ${addressOf(params)}`, before, after);
}

const secretNames: Readonly<Record<string, true>> = Object.fromEntries(
  Object.values(secretSettings).flatMap((names) => names.map((name) => [name, true] as const)),
);

function faultOf(name: string, value: unknown, current: ConfigCurrent): string | undefined {
  const { items, generation } = current;
  const item = items[name];
  if (!item) {
    if (secretSettings[generation].includes(name)) return undefined;
    const known = [...Object.keys(items), ...secretSettings[generation]];
    const nearest = suggest(name, known);
    const hint = nearest === undefined ? `known are ${known.sort().join(', ')}` : `did you mean ${nearest}?`;
    return `this Harbor has no setting ${name}: ${hint}`;
  }
  if (toSetting(name, item, value) === undefined) {
    const shown = name in secretNames ? '' : `, not ${JSON.stringify(value)}`;
    return `${name} must be ${articles[typeOf(name, item)]}${shown}`;
  }
  if (item.editable || isAsDesired(name, item, value)) return undefined;
  const why = name === 'auth_mode' ? ' (it is fixed once there are users)' : '';
  return `${name} cannot be changed${why}: it is ${JSON.stringify(item.value)}`;
}

const articles = { string: 'a text', number: 'a number', boolean: 'true or false' } as const;

function typeOf(name: string, item: ConfigurationItem): keyof typeof articles {
  if (numbersShownAsText.has(name)) return 'number';
  const type = typeof item.value;
  return type === 'number' || type === 'boolean' ? type : 'string';
}

function isAsDesired(name: string, item: ConfigurationItem, value: unknown): boolean {
  return String(item.value) === String(toSetting(name, item, value));
}

/** The value in the type that Harbor takes; undefined = it cannot be that. */
function toSetting(name: string, item: ConfigurationItem, value: unknown): Setting | undefined {
  const text = String(value);
  switch (typeOf(name, item)) {
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
    case 'boolean':
      return /^(true|false)$/.test(text) ? text === 'true' : undefined;
    case 'string':
      return text;
  }
}
