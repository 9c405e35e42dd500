import type { DesiredClient } from './edit.ts';
import { effectiveOptions, explicitOptions, splitOptions } from './options.ts';

const impliedOff = [
  ['no_subtree_check', 'subtree_check'],
  ['wdelay', 'no_wdelay'],
] as const;

/** One client of one path, as the kernel's server was told. */
export interface LiveExport extends DesiredClient {
  readonly path: string;
}

/**
 * Reads `exportfs -v`: a path padded to 14 columns, a tab, client(options); where the path is longer,
 * the client stands on the next line behind two tabs. `<world>` is `*`.
 */
export function parseLiveExports(stdout: string): LiveExport[] {
  const found: LiveExport[] = [];
  let path = '';
  for (const line of stdout.split('\n')) {
    const [head = '', ...rest] = line.split(/\t+/);
    if (head.trim() !== '') path = head.replace(/ +$/, '');
    const client = rest.join('').trim();
    if (client === '' || path === '') continue;
    const match = /^(.*?)(?:\((.*)\))?$/.exec(client);
    const host = match?.[1] || '*';
    found.push({ path, host: host === '<world>' ? '*' : host, options: splitOptions(match?.[2] ?? '') });
  }
  return found;
}

/**
 * True where the server exports the path to these clients and no others, with every option that they
 * name; what they leave open may be as it is.
 *
 * @param canonical a host's name as the server resolves it
 */
export function isLiveAsDesired(
  path: string,
  clients: readonly DesiredClient[],
  live: readonly LiveExport[],
  canonical: Readonly<Record<string, string>>,
): boolean {
  const entries = live.filter((entry) => withoutSlash(entry.path) === withoutSlash(path));
  const matches = clients.map((client) =>
    entries.find((entry) => isHost(client.host, entry.host, canonical)),
  );
  if (matches.includes(undefined)) return false;
  if (entries.some((entry) => !matches.includes(entry))) return false;
  return clients.every((client, index) => hasOptions(client.options, matches[index]?.options ?? []));
}

function isHost(wanted: string, shown: string, canonical: Readonly<Record<string, string>>): boolean {
  const [a, b] = [wanted.toLowerCase(), shown.toLowerCase()];
  return a === b || canonical[wanted]?.toLowerCase() === b || b === `${a}/32`;
}

function hasOptions(wanted: readonly string[], shown: readonly string[]): boolean {
  const explicit = explicitOptions(wanted);
  if (explicit.has('flavours')) return true;
  // exportfs -v says nothing where these two are off, though they are on by default.
  const off =
    shown.length === 0 ? [] : impliedOff.filter(([word]) => !shown.includes(word)).map(([, other]) => other);
  const effective = effectiveOptions([...off, ...shown]);
  return [...explicit].every(([key, value]) => isHidden(key, shown) || effective.get(key) === value);
}

/** nfs-utils 2.6 shows neither `secure` nor `insecure`. */
function isHidden(key: string, shown: readonly string[]): boolean {
  return key === 'secure' && !shown.includes('secure') && !shown.includes('insecure');
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}
