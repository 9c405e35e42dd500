import { CommandError } from '../../model/errors.ts';
import { quote, quoteWord } from '../../util/shell.ts';
import type { ExecResult } from '../connection.ts';
import type { ReadKind, RunScript } from './collector.ts';

export interface ContentQuery {
  readonly path: string;
  readonly maxBytes: number;
}

/** null = absent. */
export type ContentAnswer = Buffer | null;

/** Tells how large a file is, a link followed; undefined = that is not to be had. */
export type SizeOf = (path: string) => Promise<number | undefined>;

/**
 * Bytes of small files: one `head` for all, raw, told apart by the lengths that a `stat` of the same tick gives. Files
 * whose size says nothing (/proc, /sys) and batches that changed meanwhile are read one by one.
 *
 * @param sizeOf asked for all at once
 */
export function contentKind(sizeOf: SizeOf): ReadKind<ContentQuery, ContentAnswer> {
  return {
    name: 'content',
    isFirst: true,
    key: ({ path, maxBytes }) => `${maxBytes} ${path}`,
    read: async (queries, run) => {
      const single = queries.filter(({ path }) => /^\/+(proc|sys)\//.test(path));
      const batch = queries.filter((query) => !single.includes(query));
      if (batch.length < 2) return Promise.all(queries.map((query) => readOne(query, run)));
      const [together, ...alone] = await Promise.all([
        readTogether(batch, run, sizeOf),
        ...single.map((query) => readOne(query, run)),
      ]);
      return queries.map((query) => {
        const at = single.indexOf(query);
        return (at < 0 ? together[batch.indexOf(query)] : alone[at]) ?? null;
      });
    },
  };
}

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
  sizeOf: SizeOf,
): Promise<readonly (ContentAnswer | Error)[]> {
  const asked = queries.map(({ path }) => sizeOf(path).catch(() => undefined));
  const result = await run(scriptFor(queries));
  const sizes = await Promise.all(asked);
  const answers = result.truncated ? undefined : parse(result, queries, sizes);
  return answers ?? Promise.all(queries.map((query) => readOne(query, run)));
}

/**
 * Prints one line with a letter per path (a absent, n no file, u unreadable, f file), then the bytes of all files, of
 * each no more than the largest limit and one. Why each absent one is so goes to stderr.
 */
function scriptFor(queries: readonly ContentQuery[]): string {
  return [
    `set -- ${quote(queries.map(({ path }) => path))}`,
    `n=${queries.length}; kinds=`,
    'while [ $n -gt 0 ]; do n=$((n-1)); p=$1; shift',
    `if [ ! -e "$p" ]; then kinds=\${kinds}a; ${sayWhyAbsent}; printf '\\036' >&2`,
    'elif [ ! -f "$p" ]; then kinds=${kinds}n; elif [ ! -r "$p" ]; then kinds=${kinds}u',
    'else kinds=${kinds}f; set -- "$@" "$p"; fi; done',
    `echo "$kinds"; [ $# -eq 0 ] || exec head -q -c ${largestLimit(queries) + 1} -- "$@"`,
  ].join('\n');
}

function largestLimit(queries: readonly ContentQuery[]): number {
  return Math.max(...queries.map(({ maxBytes }) => maxBytes));
}

/** undefined = the lengths do not add up: something changed between the two processes. */
function parse(
  { stdoutBytes: output, stderr }: ExecResult,
  queries: readonly ContentQuery[],
  sizes: readonly (number | undefined)[],
): readonly (ContentAnswer | Error)[] | undefined {
  const kindsEnd = output.indexOf('\n');
  const kinds = output.subarray(0, kindsEnd).toString();
  if (kindsEnd < 0 || kinds.length !== queries.length) return undefined;
  if (sizes.some((size, index) => kinds[index] === 'f' && size === undefined)) return undefined;
  const mostPrinted = largestLimit(queries) + 1;
  const reasons = stderr.split('\x1e');
  let at = kindsEnd + 1;
  const answers = queries.map(({ path, maxBytes }, index): ContentAnswer | Error => {
    const kind = kinds[index];
    if (kind === 'n') return notFile(path);
    if (kind === 'u') return denied(path, 'permission denied');
    if (kind === 'a') return absence(path, reasons.shift() ?? '');
    const size = sizes[index] ?? 0;
    const from = at;
    at += Math.min(size, mostPrinted);
    return size > maxBytes ? tooLarge(path, maxBytes) : Buffer.from(output.subarray(from, at));
  });
  return at === output.length ? answers : undefined;
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
