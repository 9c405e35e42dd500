import { randomBytes } from 'node:crypto';
import { CommandError } from '../model/errors.ts';
import { quoteWord } from '../util/shell.ts';
import type { Become, Connection } from './connection.ts';
import type { JobState } from './host-reads.ts';
import { withLocale } from './script-text.ts';
import { endSessionScript, makeRoomHint, newSession, placeScript } from './spool-scripts.ts';

const askTimeoutMs = 60_000;
/** Results that nobody fetched are kept so many days after the end. */
const keepDays = 7;

export interface JobRequest {
  readonly script: string;
  readonly locale: 'C' | 'login';
  readonly stdin?: Uint8Array;
  /** The job is killed after that, milliseconds. */
  readonly limitMs: number;
  /** One line, given back by `readJob`. */
  readonly note: string;
  /** Directory of the host that is removed when the job has ended. */
  readonly remove?: string | undefined;
}

/**
 * Starts a script that goes on by itself, whatever becomes of the connection: in a session of its own, with
 * output and exit code kept in a 0700 directory on the host.
 *
 * @param become whose it is: only that user can ask for it
 * @throws CommandError where the directory cannot be made, ConnectionError
 */
export async function startJob(
  connection: Connection,
  become: Become | undefined,
  request: JobRequest,
): Promise<{ readonly id: string; readonly directory: string }> {
  const id = `j${randomBytes(12).toString('hex')}`;
  const { stdin, locale } = request;
  const result = await connection.shell({
    ...{ script: startScript(id, request), timeoutMs: askTimeoutMs, locale, kind: 'step' },
    ...(become === undefined ? {} : { become }),
    ...(stdin === undefined ? {} : { stdin }),
  });
  if (result.exitCode !== 0) {
    const said = result.stderr.trim();
    throw new CommandError(`cannot make a directory for the job's output: ${said}`, {
      hint: makeRoomHint,
    });
  }
  return { id, directory: result.stdout.trim() };
}

/**
 * Looks at a job.
 *
 * @param id as `startJob` gave it
 * @returns undefined where that user has no such job there (any more)
 * @throws ConnectionError
 */
export async function readJob(
  connection: Connection,
  become: Become | undefined,
  id: string,
): Promise<JobState | undefined> {
  if (!/^j[0-9a-f]+$/.test(id)) return undefined;
  const result = await connection.shell({
    ...{ script: lookScript(id), timeoutMs: askTimeoutMs, locale: 'C', kind: 'read' },
    ...(become === undefined ? {} : { become }),
  });
  const [head = '', directory = '', note = ''] = result.stdout.split('\n', 3);
  const [status, exitCode, started, ended] = head.split(' ');
  if (!isStatus(status)) return undefined;
  return {
    ...{ id, directory, status, note },
    startedAt: Number(started) * 1000,
    endedAt: Number(ended) * 1000,
    exitCode: Number(exitCode),
    stdout: result.stdout.slice(head.length + directory.length + note.length + 3),
    stderr: result.stderr,
  };
}

function isStatus(word: string | undefined): word is JobState['status'] {
  return word === 'running' || word === 'ended' || word === 'late' || word === 'lost';
}

function nameOf(id: string): string {
  return `mooring-job-${id}`;
}

function startScript(id: string, request: JobRequest): string {
  const { stdin, limitMs, note, remove } = request;
  const files = [
    writeLine('script', withLocale(request)),
    writeLine('watch', watcher),
    writeLine('note', note.replaceAll('\n', ' ')),
    writeLine('remove', remove ?? ''),
    'date +%s >"$d/started"',
    ': >"$d/out"',
    ': >"$d/err"',
    ...(stdin === undefined ? [] : ['cat >"$d/in"']),
  ];
  const seconds = Math.max(1, Math.ceil(limitMs / 1000));
  return [
    placeScript(nameOf(id)),
    'old_umask=$(umask); umask 077; mkdir -- "$d" || exit 1',
    `{ ${files.join(' && ')}; } || { rm -rf -- "$d"; exit 1; }`,
    'umask "$old_umask"',
    newSession,
    `$session sh "$d/watch" ${seconds} </dev/null >/dev/null 2>&1 &`,
    '( umask 077; echo $! >"$d/watcher" )',
    `printf '%s\\n' "$d"`,
  ].join('\n');
}

function writeLine(name: string, text: string): string {
  return `printf '%s\\n' ${quoteWord(text)} >"$d/${name}"`;
}

/** Runs the script in a session of its own, ends it when its time is over, and says how it ended. */
const watcher = [
  'd=${0%/watch}; in=/dev/null; [ ! -e "$d/in" ] || in=$d/in',
  newSession,
  '$session sh "$d/script" <"$in" >>"$d/out" 2>>"$d/err" &',
  'job=$!',
  // What ends the job must outlive it, as some of its processes may: it is told apart by the file "late".
  `( timer=; trap 'kill "$timer" 2>/dev/null; exit' TERM; sleep "$1" & timer=$!; wait "$timer"`,
  'trap "" TERM; : >"$d/late"',
  endSessionScript('job'),
  ') &',
  'clock=$!',
  'wait "$job"; code=$?',
  'if [ -e "$d/late" ]; then wait "$clock"; else kill -TERM "$clock" 2>/dev/null; fi',
  'read -r remove <"$d/remove"; [ -z "$remove" ] || rm -rf -- "$remove"',
  'date +%s >"$d/ended"; echo "$code" >"$d/code.part"; mv -- "$d/code.part" "$d/code"',
  'for old in "${d%/*}"/mooring-job-*/code; do',
  `[ ! -O "$old" ] || [ -z "$(find "$old" -mtime +${keepDays} 2>/dev/null)" ] || rm -rf -- "\${old%/code}"`,
  'done',
].join('\n');

/** Whether the watcher lives is asked first: it goes only after the exit code was written. */
function lookScript(id: string): string {
  return [
    placeScript(nameOf(id)),
    '{ [ -d "$d" ] && [ -O "$d" ]; } || { echo absent; exit; }',
    'watcher=; read -r watcher 2>/dev/null <"$d/watcher"; alive=',
    '[ -z "$watcher" ] || ! kill -0 "$watcher" 2>/dev/null || alive=1',
    'code=0; ended=$(date +%s); read -r started <"$d/started"',
    'if [ -e "$d/code" ]; then state=ended; read -r code <"$d/code"; read -r ended <"$d/ended"',
    'if [ -e "$d/late" ]; then state=late; fi',
    'elif [ -n "$alive" ]; then state=running; else state=lost; fi',
    `printf '%s %s %s %s\\n%s\\n' "$state" "$code" "$started" "$ended" "$d"; cat "$d/note"`,
    '[ "$state" = running ] || { cat "$d/out"; cat "$d/err" >&2; }',
  ].join('\n');
}
