import { CommandError } from '../../model/errors.ts';
import { quote } from '../../util/shell.ts';
import type { ReadKind } from './collector.ts';
import type { StatQuery } from './stat.ts';

/** A gigabyte takes a few seconds. */
const timeoutMs = 600_000;

/** SHA-256 of regular files, one `sha256sum` for all; '' where there is no regular file. */
export const checksumKind: ReadKind<StatQuery, string> = {
  name: 'checksum',
  key: ({ path, follow }) => `${follow ? 'L' : 'P'}${path}`,
  read: async (queries, run) => {
    // sha256sum escapes such names; they are read from standard input instead.
    const odd = queries.filter(({ path }) => /[\\\n\r]/.test(path));
    // Those that are followed first: of a link asked about both ways there is one line, and it is theirs.
    const plain = queries
      .filter((query) => !odd.includes(query))
      .toSorted((a, b) => Number(b.follow) - Number(a.follow));
    const [all, ...single] = await Promise.all([
      plain.length === 0 ? undefined : run(scriptFor(plain), timeoutMs),
      ...odd.map((query) => run(scriptForOne(query), timeoutMs)),
    ]);
    const found = new Map<StatQuery, string | Error>();
    if (all) parse(all.stdout, all.stderr, plain, found);
    for (const [index, query] of odd.entries()) found.set(query, single[index]?.stdout.slice(0, 64) ?? '');
    return queries.map((query) => found.get(query) ?? '');
  },
};

function scriptFor(queries: readonly StatQuery[]): string {
  const words = queries.flatMap(({ path, follow }) => [follow ? 'L' : 'P', path]);
  return [
    `set -- ${quote(words)}`,
    `n=${queries.length}`,
    'while [ $n -gt 0 ]; do n=$((n-1)); how=$1; p=$2; shift 2',
    'if [ -f "$p" ] && { [ "$how" = L ] || [ ! -L "$p" ]; }; then set -- "$@" "$p"; fi; done',
    '[ $# -eq 0 ] || exec sha256sum -- "$@"',
  ].join('\n');
}

function scriptForOne({ path, follow }: StatQuery): string {
  const guard = follow ? '' : ' && [ ! -L "$1" ]';
  return `set -- ${quote([path])}\n[ -f "$1" ]${guard} && exec sha256sum <"$1"`;
}

function parse(
  stdout: string,
  stderr: string,
  queries: readonly StatQuery[],
  found: Map<StatQuery, string | Error>,
): void {
  let at = 0;
  for (const query of queries) {
    const hash = stdout.slice(at, at + 64);
    if (/^[0-9a-f]{64}$/.test(hash) && stdout.startsWith(`  ${query.path}\n`, at + 64)) {
      found.set(query, hash);
      at += 64 + 3 + query.path.length;
      continue;
    }
    const complaint = stderr.split('\n').find((line) => line.includes(query.path));
    if (complaint !== undefined) found.set(query, new CommandError(complaint));
  }
}
