import { CommandError, type HostAccess, type RunStep } from '../../src/module/index.ts';
import { type AttributeDrift, type Attributes, chmodWord } from './file-attributes.ts';
import { resolveMode, sameMode } from './file-mode.ts';

/** One path below a directory, as `recurse` sees it. */
export interface TreePath {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'link';
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
}

// A path cannot contain "/" followed by this line, so any name, with line ends too, is read right.
const recordEnd = '/\u0001\n';

/** Everything below a directory, without itself. */
export async function readTreePaths(host: HostAccess, directory: string): Promise<TreePath[]> {
  const format = `%f %u %g %U %G %n${recordEnd.trimEnd()}`;
  const found = await host.run(['find', '-H', directory, '-exec', 'stat', '-c', format, '{}', '+'], {
    needs: [{ path: directory }],
    timeoutMs: 120_000,
  });
  if (found.exitCode !== 0) throw new CommandError(`cannot list ${directory}: ${found.stderr.trim()}`);
  const records = found.stdout.split(recordEnd).filter((record) => record !== '');
  return records.map(parseRecord).filter((entry) => entry.path !== directory);
}

function parseRecord(record: string): TreePath {
  const match = /^([0-9a-f]+) (\d+) (\d+) (\S+) (\S+) ([\s\S]+)$/.exec(record);
  const [, raw = '', uid = '', gid = '', owner = '', group = '', path = ''] = match ?? [];
  if (!match) throw new CommandError(`cannot read the answer of stat: ${record}`);
  const bits = Number.parseInt(raw, 16);
  const kinds: Record<number, TreePath['kind']> = { 16384: 'directory', 40960: 'link' };
  return {
    path,
    kind: kinds[bits & 0xf000] ?? 'file',
    mode: (bits & 0o7777).toString(8).padStart(4, '0'),
    owner,
    group,
    uid: Number(uid),
    gid: Number(gid),
  };
}

/** Steps that give every path its attributes: one for each owner and one for each mode that is needed. */
export function treeSteps(desired: Attributes, paths: readonly TreePath[]): RunStep[] {
  const owners = new Map<string, string[]>();
  const modes = new Map<string, string[]>();
  for (const entry of paths) {
    const drift = driftOf(desired, entry);
    const owner = `${drift.owner ?? ''}${drift.group === undefined ? '' : `:${drift.group}`}`;
    if (owner !== '') append(owners, owner, entry.path);
    if (drift.mode !== undefined) append(modes, drift.mode, entry.path);
  }
  return [
    ...[...owners].map(([owner, list]) => xargs(['chown', '-h', '--', owner], `owner ${owner}`, list)),
    ...[...modes].map(([mode, list]) => xargs(['chmod', '--', chmodWord(mode)], `mode ${mode}`, list)),
  ];
}

function driftOf(desired: Attributes, entry: TreePath): AttributeDrift {
  const type = entry.kind === 'directory' ? 'directory' : 'file';
  const mode = desired.mode === undefined ? undefined : resolveMode(desired.mode, entry.mode, type);
  const owner = desired.owner === undefined ? undefined : String(desired.owner);
  const group = desired.group === undefined ? undefined : String(desired.group);
  const owned = owner === undefined || owner === entry.owner || owner === String(entry.uid);
  const grouped = group === undefined || group === entry.group || group === String(entry.gid);
  const permitted = mode === undefined || entry.kind === 'link' || sameMode(mode, entry.mode);
  return {
    ...(owned ? {} : { owner }),
    ...(grouped ? {} : { group }),
    ...(permitted ? {} : { mode }),
  };
}

function append(map: Map<string, string[]>, key: string, path: string): void {
  const list = map.get(key);
  if (list) list.push(path);
  else map.set(key, [path]);
}

function xargs(command: readonly string[], what: string, paths: readonly string[]): RunStep {
  const shown = paths.slice(0, 20).map((path) => `${path}\n`);
  const more = paths.length > shown.length ? [`and ${paths.length - shown.length} more\n`] : [];
  return {
    kind: 'run',
    argv: ['xargs', '-0', ...command],
    stdin: { text: paths.map((path) => `${path}\0`).join('') },
    summary: `set ${what} of ${paths.length === 1 ? paths[0] : `${paths.length} paths`}`,
    diff: [{ header: what, before: '', after: [...shown, ...more].join('') }],
  };
}
