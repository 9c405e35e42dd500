import { suggest } from '../../../src/module/index.ts';

/** Options of exports(5) that are one of two words; the first is what the kernel takes where none is given. */
const choices: readonly (readonly [byDefault: string, other: string])[] = [
  ['ro', 'rw'],
  ['sync', 'async'],
  ['secure', 'insecure'],
  ['wdelay', 'no_wdelay'],
  ['hide', 'nohide'],
  ['nocrossmnt', 'crossmnt'],
  ['no_subtree_check', 'subtree_check'],
  ['secure_locks', 'insecure_locks'],
  ['root_squash', 'no_root_squash'],
  ['no_all_squash', 'all_squash'],
  ['acl', 'no_acl'],
  ['no_pnfs', 'pnfs'],
];

const synonyms: Readonly<Record<string, string>> = {
  auth_nlm: 'secure_locks',
  no_auth_nlm: 'insecure_locks',
  mp: 'mountpoint',
};

const flags = ['security_label', 'nordirplus', 'mountpoint'];
const keys = ['anonuid', 'anongid', 'fsid', 'sec', 'refer', 'replicas', 'mountpoint', 'xprtsec', 'reexport'];
const flavours = ['sys', 'krb5', 'krb5i', 'krb5p', 'none'];

/** Options by what they decide: `ro` and `rw` share one key, so two maps compare. */
export type OptionMap = ReadonlyMap<string, string>;

/** Takes `rw,sync` apart; commas inside values do not occur in exports(5). */
export function splitOptions(text: string): string[] {
  return text
    .split(',')
    .map((option) => option.trim())
    .filter((option) => option !== '');
}

/**
 * What a list of options means, without what is not said.
 *
 * With more than one `sec=` the options after each belong to that flavour alone; such a list is kept
 * as one opaque value.
 */
export function explicitOptions(options: readonly string[]): OptionMap {
  if (options.filter((option) => option.startsWith('sec=')).length > 1) {
    return new Map([['flavours', options.join(',')]]);
  }
  return new Map(options.map(keyAndValue));
}

/** The same with the kernel's defaults for what is not said. */
export function effectiveOptions(options: readonly string[]): OptionMap {
  const explicit = explicitOptions(options);
  if (explicit.has('flavours')) return explicit;
  const defaults = new Map<string, string>(choices.map(([byDefault]) => [byDefault, byDefault]));
  return new Map([...defaults, ['sec', 'sys'], ['anonuid', '65534'], ['anongid', '65534'], ...explicit]);
}

export function sameOptions(a: OptionMap, b: OptionMap): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

/** Why exportfs would refuse these options, or undefined. */
export function optionsFault(options: readonly string[]): string | undefined {
  const seen = new Map<string, string>();
  for (const option of options) {
    const fault = oneFault(option);
    if (fault) return fault;
    const [key, value] = keyAndValue(option);
    if (key === 'sec') seen.clear();
    const before = seen.get(key);
    if (before !== undefined && before !== value) return `"${before}" and "${value}" contradict each other`;
    seen.set(key, value);
  }
  return undefined;
}

function oneFault(option: string): string | undefined {
  const [name = '', value] = cut(option);
  const word = synonyms[name] ?? name;
  const isChoice = choices.some((pair) => pair.includes(word));
  if (value === undefined && (isChoice || flags.includes(word))) return undefined;
  if (value === undefined || !keys.includes(word)) return unknownOption(option);
  if (value === '') return `"${name}=" has no value`;
  if (['anonuid', 'anongid'].includes(word) && !/^-?\d+$/.test(value)) return `"${option}" must be a number`;
  if (word === 'sec') {
    const wrong = value.split(':').find((flavour) => !flavours.includes(flavour));
    if (wrong !== undefined) return `"${wrong}" is no security flavour (${flavours.join(', ')})`;
  }
  return undefined;
}

function unknownOption(option: string): string {
  const [name = ''] = cut(option);
  const words = [...choices.flat(), ...flags, ...Object.keys(synonyms), ...keys];
  const nearest = suggest(name, words);
  if (nearest === name) return `"${name}" needs a value`;
  return `unknown export option "${name}"${nearest ? `; did you mean "${nearest}"?` : ''}`;
}

function keyAndValue(option: string): [string, string] {
  const [name = '', value] = cut(option);
  const word = synonyms[name] ?? name;
  const pair = choices.find((candidate) => candidate.includes(word));
  if (pair) return [pair[0], word];
  if (word === 'fsid' && value === 'root') return ['fsid', '0'];
  // -2 as an unsigned number of 16 or of 32 bits: all three mean nobody.
  if (word.startsWith('anon') && (value === '-2' || value === '4294967294')) return [word, '65534'];
  return [word, value ?? word];
}

function cut(option: string): [string, string?] {
  const at = option.indexOf('=');
  return at === -1 ? [option] : [option.slice(0, at), option.slice(at + 1)];
}
