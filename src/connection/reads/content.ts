import { CommandError } from '../../model/errors.ts';
import { quote, quoteWord } from '../../util/shell.ts';
import type { ReadKind, RunScript } from './collector.ts';

export interface ContentQuery {
  readonly path: string;
  readonly maxBytes: number;
}

/** null = absent. */
export type ContentAnswer = Buffer | null;

/**
 * Bytes of small files: one `stat` for the sizes and one `cat` for all, raw, told apart by length. Files
 * whose size says nothing (/proc, /sys) and batches that changed meanwhile are read one by one.
 */
export const contentKind: ReadKind<ContentQuery, ContentAnswer> = {
  name: 'content',
  key: ({ path, maxBytes }) => `${maxBytes} ${path}`,
  read: async (queries, run) => {
    const single = queries.filter(({ path }) => /^\/+(proc|sys)\//.test(path));
    const batch = queries.filter((query) => !single.includes(query));
    if (batch.length < 2) return Promise.all(queries.map((query) => readOne(query, run)));
    const [together, ...alone] = await Promise.all([
      readTogether(batch, run),
      ...single.map((query) => readOne(query, run)),
    ]);
    return queries.map((query) => {
      const at = single.indexOf(query);
      return (at < 0 ? together[batch.indexOf(query)] : alone[at]) ?? null;
    });
  },
};

/** Says why a path cannot be opened in words of the shell; the same on every shell but for the spelling. */
const sayWhyAbsent = 'true <"$p"';

/** Exit codes of the script for one file. */
const codes = { absent: 41, notFile: 42, unreadable: 43 } as const;

async function readOne({ path, maxBytes }: ContentQuery, run: RunScript): Promise<ContentAnswer | Error> {
  const result = await run(
    [
      `p=${quoteWord(path)}`,
      `if [ ! -e "$p" ]; then ${sayWhyAbsent}; exit ${codes.absent}; fi`,
      `[ -f "$p" ] || exit ${codes.notFile}`,
      `[ -r "$p" ] || exit ${codes.unreadable}`,
      `exec head -c ${maxBytes + 1} -- "$p"`,
    ].join('\n'),
  );
  if (result.exitCode === codes.absent) return isAbsence(result.stderr) ? null : denied(path, result.stderr);
  if (result.exitCode === codes.notFile) return notFile(path);
  if (result.exitCode === codes.unreadable) return denied(path, 'permission denied');
  if (result.exitCode !== 0) return denied(path, result.stderr);
  if (result.stdoutBytes.length > maxBytes || result.truncated) return tooLarge(path, maxBytes);
  return result.stdoutBytes;
}

async function readTogether(
  queries: readonly ContentQuery[],
  run: RunScript,
): Promise<readonly (ContentAnswer | Error)[]> {
  const result = await run(scriptFor(queries));
  const answers = result.truncated ? undefined : parse(result.stdoutBytes, result.stderr, queries);
  return answers ?? Promise.all(queries.map((query) => readOne(query, run)));
}

/**
 * Prints one line with a letter per path (a absent, n no file, u unreadable, f file), one with the size of
 * each file (negative = too large, left out), then the bytes. Why each absent one is so goes to stderr.
 */
function scriptFor(queries: readonly ContentQuery[]): string {
  return [
    `set -- ${quote(queries.flatMap(({ path, maxBytes }) => [path, String(maxBytes)]))}`,
    `n=${queries.length}; kinds=; limits=`,
    'while [ $n -gt 0 ]; do n=$((n-1)); p=$1; limit=$2; shift 2',
    `if [ ! -e "$p" ]; then kinds=\${kinds}a; ${sayWhyAbsent}; printf '\\036' >&2`,
    'elif [ ! -f "$p" ]; then kinds=${kinds}n; elif [ ! -r "$p" ]; then kinds=${kinds}u',
    'else kinds=${kinds}f; limits="$limits $limit"; set -- "$@" "$p"; fi; done',
    'echo "$kinds"; [ $# -gt 0 ] || exit 0',
    'sizes=$(stat -L -c %s -- "$@") || exit 1; shown=',
    'for limit in $limits; do p=$1; shift; size=${sizes%%[!0-9]*}; sizes=${sizes#*[!0-9]}',
    'if [ "$size" -le "$limit" ]; then set -- "$@" "$p"; shown="$shown $size"; else shown="$shown -$size"; fi; done',
    'echo "$shown"; [ $# -eq 0 ] || exec cat -- "$@"',
  ].join('\n');
}

/** undefined = the lengths do not add up: something changed between the two processes. */
function parse(
  output: Buffer,
  stderr: string,
  queries: readonly ContentQuery[],
): readonly (ContentAnswer | Error)[] | undefined {
  const firstEnd = output.indexOf('\n');
  const kinds = output.subarray(0, firstEnd).toString();
  if (firstEnd < 0 || kinds.length !== queries.length) return undefined;
  const secondEnd = output.indexOf('\n', firstEnd + 1);
  const sizes = output
    .subarray(firstEnd + 1, secondEnd)
    .toString()
    .trim()
    .split(' ')
    .map(Number);
  const reasons = stderr.split('\x1e');
  let at = secondEnd + 1;
  const answers = queries.map(({ path, maxBytes }, index): ContentAnswer | Error => {
    const kind = kinds[index];
    if (kind === 'n') return notFile(path);
    if (kind === 'u') return denied(path, 'permission denied');
    if (kind === 'a') return absence(path, reasons.shift() ?? '');
    const size = sizes.shift() ?? 0;
    if (size < 0) return tooLarge(path, maxBytes);
    at += size;
    return Buffer.from(output.subarray(at - size, at));
  });
  const hasFiles = kinds.includes('f');
  return hasFiles && at !== output.length ? undefined : answers;
}

function absence(path: string, reason: string): ContentAnswer | Error {
  return isAbsence(reason) ? null : denied(path, reason);
}

/** dash, bash and busybox spell it differently. */
export function isAbsence(reason: string): boolean {
  return /no such file|not a directory|nonexistent directory/i.test(reason);
}

function denied(path: string, reason: string): CommandError {
  const last = reason.trim().split('\n').at(-1) ?? '';
  const detail = /permission denied/i.test(last) ? 'permission denied' : last;
  return new CommandError(`cannot read ${path}: ${detail}`);
}

function notFile(path: string): CommandError {
  return new CommandError(`cannot read ${path}: it is not a regular file`);
}

function tooLarge(path: string, maxBytes: number): CommandError {
  return new CommandError(`cannot read ${path}: it is larger than ${maxBytes} bytes`);
}
