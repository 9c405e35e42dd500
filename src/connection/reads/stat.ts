import { CommandError } from '../../model/errors.ts';
import { quote } from '../../util/shell.ts';
import type { FileStat } from '../host-reads.ts';
import type { ReadKind, RunScript } from './collector.ts';

export interface StatQuery {
  readonly path: string;
  readonly follow: boolean;
}

/** null = nothing there. */
export type StatAnswer = FileStat | null;

/**
 * `stat -c`, one process for all paths (and one for those to follow), as GNU and busybox both have it. The
 * answers are told apart by the paths themselves, so that no character in a name can confuse them.
 */
export const statKind: ReadKind<StatQuery, StatAnswer> = {
  name: 'stat',
  key: ({ path, follow }) => `${follow ? 'L' : 'P'}${path}`,
  read: async (queries, run) => {
    const [plain, followed] = await Promise.all([
      statAll(
        queries.filter((query) => !query.follow).map(({ path }) => path),
        false,
        run,
      ),
      statAll(
        queries.filter((query) => query.follow).map(({ path }) => path),
        true,
        run,
      ),
    ]);
    return queries.map(({ path, follow }) => (follow ? followed : plain).get(path) ?? null);
  },
};

const format = ['%f', '%u', '%g', '%s', '%Y', '%i', '%h', '%U', '%G', '%n'].join('\t');

async function statAll(
  paths: readonly string[],
  follow: boolean,
  run: RunScript,
): Promise<Map<string, FileStat | Error>> {
  if (paths.length === 0) return new Map();
  const script = [
    `set -- ${quote(paths)}`,
    ...(follow ? [] : [showLinks]),
    `exec stat ${follow ? '-L ' : ''}-c '${format}' -- "$@"`,
  ].join('\n');
  const result = await run(script);
  if (/stat: (command )?not found/.test(result.stderr))
    throw new CommandError('there is no stat on the host');
  const found = parse(result.stdout, paths, follow);
  await addFailures(found, paths, result.stderr, (path) => statAll([path], follow, run));
  return found;
}

/** Where each link points, `x` in front and NUL behind, then another NUL. */
const showLinks = [
  `for p do if [ -L "$p" ]; then printf x; readlink -n -- "$p"; printf '\\0'; fi; done`,
  `printf '\\0'`,
].join('\n');

function parse(stdout: string, paths: readonly string[], follow: boolean): Map<string, FileStat | Error> {
  const end = stdout.startsWith('\0') || follow ? 0 : stdout.indexOf('\0\0') + 1;
  const text = follow ? stdout : stdout.slice(end + 1);
  const targets = end === 0 ? [] : stdout.slice(0, end - 1).split('\0');
  const found = new Map<string, FileStat | Error>();
  let at = 0;
  for (const path of paths) {
    const fields = text.slice(at).match(/^([0-9a-f]+)((?:\t\d+){6})\t([^\t]*)\t([^\t]*)\t/);
    if (fields === null) break;
    const nameAt = at + fields[0].length;
    if (!text.startsWith(`${path}\n`, nameAt)) continue;
    at = nameAt + path.length + 1;
    const stat = toStat(fields);
    found.set(path, stat.type === 'link' ? { ...stat, target: targets.shift()?.slice(1) ?? '' } : stat);
  }
  return found;
}

function toStat([, hexMode = '0', numbers = '', owner = '', group = '']: readonly string[]): FileStat {
  const bits = Number.parseInt(hexMode, 16);
  const [uid = 0, gid = 0, size = 0, mtime = 0, inode = 0, links = 0] = numbers
    .slice(1)
    .split('\t')
    .map(Number);
  return {
    type: typeOf(bits),
    mode: (bits & 0o7777).toString(8).padStart(4, '0'),
    owner: owner === 'UNKNOWN' ? String(uid) : owner,
    group: group === 'UNKNOWN' ? String(gid) : group,
    ...{ uid, gid, size, mtime, inode, links },
  };
}

/** inode(7): the file type bits of the mode. */
function typeOf(bits: number): FileStat['type'] {
  return types.get(bits & 0o170000) ?? 'file';
}

const types: ReadonlyMap<number, FileStat['type']> = new Map([
  [0o010000, 'fifo'],
  [0o020000, 'char'],
  [0o040000, 'directory'],
  [0o060000, 'block'],
  [0o100000, 'file'],
  [0o120000, 'link'],
  [0o140000, 'socket'],
]);

/** Whatever stat said that is not "nothing there" is an error of the path it is about. */
async function addFailures(
  found: Map<string, FileStat | Error>,
  paths: readonly string[],
  stderr: string,
  ask: (path: string) => Promise<Map<string, FileStat | Error>>,
): Promise<void> {
  const complaints = stderr.split('\n').filter((line) => line !== '' && !isAbsence(line));
  if (complaints.length === 0) return;
  for (const path of paths) {
    if (found.has(path)) continue;
    const complaint = paths.length === 1 ? complaints[0] : complaints.find((line) => line.includes(path));
    if (complaint !== undefined) found.set(path, new CommandError(complaint));
    else if (/[^\x21-\x7e]|['"\\]/.test(path)) await addOne(found, path, ask);
  }
}

async function addOne(
  found: Map<string, FileStat | Error>,
  path: string,
  ask: (path: string) => Promise<Map<string, FileStat | Error>>,
): Promise<void> {
  const answer = (await ask(path)).get(path);
  if (answer !== undefined) found.set(path, answer);
}

function isAbsence(line: string): boolean {
  return /: (No such file or directory|Not a directory)$/.test(line);
}
