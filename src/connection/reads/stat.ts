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
 * `stat -c`, one process for all paths (and one for those to follow that are links), as GNU and busybox both have
 * it. The answers are told apart by the paths themselves, so that no character in a name can confuse them.
 */
export const statKind: ReadKind<StatQuery, StatAnswer> = {
  name: 'stat',
  key: ({ path, follow }) => `${follow ? 'L' : 'P'}${path}`,
  read: async (queries, run) => {
    const answers = await statAll(queries, run);
    return queries.map(({ path, follow }) => (follow ? answers.followed : answers.plain).get(path) ?? null);
  },
};

type Found = Map<string, FileStat | Error>;

interface Answers {
  readonly plain: Found;
  readonly followed: Found;
}

/** Paths without duplicates: first those that are not to be followed, last those that are. */
interface Paths {
  readonly all: readonly string[];
  /** So many at the beginning are (also) asked for as they are. */
  readonly plain: number;
  /** Those from here on are (also) asked for with what a link points to. */
  readonly followedFrom: number;
}

const format = ['%f', '%u', '%g', '%s', '%Y', '%i', '%h', '%d', '%U', '%G', '%n'].join('\t');

/** Whatever stat says that is not "nothing there" is an error of the path it is about. */
async function statAll(queries: readonly StatQuery[], run: RunScript): Promise<Answers> {
  const paths = pathsOf(queries);
  const result = await run(scriptFor(paths));
  if (/stat: (command )?not found/.test(result.stderr))
    throw new CommandError('there is no stat on the host');
  const answers = parse(result.stdout, paths);
  // A name may hold a line feed.
  const said = result.stderr.split(/\n(?=stat: )/).map((line) => line.trimEnd());
  const complaints = said.filter((line) => line !== '' && !isAbsence(line));
  if (complaints.length === 0) return answers;
  const kinds = [
    { found: answers.plain, asked: paths.all.slice(0, paths.plain), follow: false },
    { found: answers.followed, asked: paths.all.slice(paths.followedFrom), follow: true },
  ];
  for (const { found, asked, follow } of kinds) {
    for (const path of asked.filter((each) => !found.has(each))) {
      const isAlone = paths.all.length === 1;
      const complaint = isAlone ? complaints[0] : aboutPath(complaints, path);
      // stat quotes odd names in ways of its own: such a path is asked about alone.
      const answer =
        complaint === undefined && !isAlone && /[^\x21-\x7e]|['"\\]/.test(path)
          ? await askAlone({ path, follow }, run)
          : complaint && new CommandError(complaint);
      if (answer) found.set(path, answer);
    }
  }
  return answers;
}

/** A path stands in a complaint between quotes, or between a space and a colon. */
function aboutPath(complaints: readonly string[], path: string): string | undefined {
  const spellings = [`'${path}'`, `"${path}"`, ` ${path}:`];
  return complaints.find((line) => spellings.some((spelling) => line.includes(spelling)));
}

async function askAlone(query: StatQuery, run: RunScript): Promise<FileStat | Error | undefined> {
  const { plain, followed } = await statAll([query], run);
  return (query.follow ? followed : plain).get(query.path);
}

function pathsOf(queries: readonly StatQuery[]): Paths {
  const ofKind = (wanted: boolean) =>
    new Set(queries.filter(({ follow }) => follow === wanted).map(({ path }) => path));
  const [plain, followed] = [ofKind(false), ofKind(true)];
  const plainOnly = [...plain].filter((path) => !followed.has(path));
  const both = [...plain].filter((path) => followed.has(path));
  const followedOnly = [...followed].filter((path) => !plain.has(path));
  return {
    all: [...plainOnly, ...both, ...followedOnly],
    plain: plain.size,
    followedFrom: plainOnly.length,
  };
}

/**
 * Where each link points that is not to be followed, `x` in front and NUL behind; another NUL; then the lines of stat
 * for all paths, and where links are to be followed, for these once more and at last for what they point to.
 */
function scriptFor({ all, plain, followedFrom }: Paths): string {
  const readLink = `printf x; readlink -n -- "$p"; printf '\\0'`;
  return [
    `set -- ${quote(all)}`,
    'n=0; for p do n=$((n+1)); [ -L "$p" ] || continue',
    `if [ $n -le ${plain} ]; then ${readLink}; fi`,
    `if [ $n -gt ${followedFrom} ]; then set -- "$@" "$p"; fi; done`,
    `printf '\\0'; [ $# -gt ${all.length} ] || exec stat -c '${format}' -- "$@"`,
    `stat -c '${format}' -- "$@"; shift ${all.length}; exec stat -L -c '${format}' -- "$@"`,
  ].join('\n');
}

function parse(stdout: string, { all, plain, followedFrom }: Paths): Answers {
  const end = stdout.startsWith('\0') ? 0 : stdout.indexOf('\0\0') + 1;
  const targets = end === 0 ? [] : stdout.slice(0, end - 1).split('\0');
  const lines = new StatLines(stdout.slice(end + 1));
  const asTheyAre = lines.take(all);
  const toFollow = all.slice(followedFrom);
  const links = new Set(toFollow.filter((path) => asTheyAre.get(path)?.type === 'link'));
  lines.take(links);
  const pointedTo = lines.take(links);
  const found: Answers = { plain: new Map(), followed: new Map() };
  for (const path of all.slice(0, plain)) {
    const stat = asTheyAre.get(path);
    if (stat === undefined) continue;
    found.plain.set(path, stat.type === 'link' ? { ...stat, target: targets.shift()?.slice(1) ?? '' } : stat);
  }
  for (const path of toFollow) {
    const stat = links.has(path) ? pointedTo.get(path) : asTheyAre.get(path);
    if (stat !== undefined) found.followed.set(path, stat);
  }
  return found;
}

/** What stat printed, in the order of its arguments; those that are not there have no line. */
class StatLines {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  take(paths: Iterable<string>): Map<string, FileStat> {
    const found = new Map<string, FileStat>();
    for (const path of paths) {
      const fields = this.#text.slice(this.#at).match(/^([0-9a-f]+)((?:\t\d+){7})\t([^\t]*)\t([^\t]*)\t/);
      if (fields === null) break;
      const nameAt = this.#at + fields[0].length;
      if (!this.#text.startsWith(`${path}\n`, nameAt)) continue;
      this.#at = nameAt + path.length + 1;
      found.set(path, toStat(fields));
    }
    return found;
  }
}

function toStat([, hexMode = '0', numbers = '', owner = '', group = '']: readonly string[]): FileStat {
  const bits = Number.parseInt(hexMode, 16);
  const [uid = 0, gid = 0, size = 0, mtime = 0, inode = 0, links = 0, device = 0] = numbers
    .slice(1)
    .split('\t')
    .map(Number);
  return {
    type: typeOf(bits),
    mode: (bits & 0o7777).toString(8).padStart(4, '0'),
    owner: owner === 'UNKNOWN' ? String(uid) : owner,
    group: group === 'UNKNOWN' ? String(gid) : group,
    ...{ uid, gid, size, mtime, inode, links, device },
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

function isAbsence(line: string): boolean {
  return /: (No such file or directory|Not a directory)$/.test(line);
}
