import { quoteWord } from '../../util/shell.ts';
import type { PutRequest } from '../host-writes.ts';

/** Exit codes by which the script says what went wrong. */
export const putCodes = {
  isDirectory: 51,
  noDirectory: 52,
  noTemporary: 53,
  noContent: 54,
  noOwner: 55,
  noMode: 56,
  ownerLost: 57,
  attributesLost: 58,
  invalid: 59,
  noBackup: 60,
  noRename: 61,
} as const;

/** Before the name of the backup, and before each note, on standard output. */
export const backupMark = 'mooring-backup:';
export const noteMark = 'mooring-note:';

/**
 * Finds the real place, makes the temporary file beside it and fills it from standard input.
 *
 * @param temporaryName a random name; the file is its owner's alone from the first moment
 */
export function receiveScript(path: string, temporaryName: string): string {
  return [
    `fail() { code=$1; shift; printf '%s\\n' "$*" >&2; exit "$code"; }`,
    'old_umask=$(umask); umask 077',
    placeScript(path, temporaryName),
    `[ ! -d "$dest" ] || fail ${putCodes.isDirectory} it is a directory`,
    `[ -d "$dir" ] || fail ${putCodes.noDirectory} the directory "$dir" does not exist`,
    `( set -C; : >"$tmp" ) || exit ${putCodes.noTemporary}`,
    cleanUp,
    `cat >"$tmp" || exit ${putCodes.noContent}`,
  ].join('\n');
}

/** dash and busybox run no EXIT trap when a signal ends them. */
const cleanUp = `trap 'rm -f -- "$tmp"' EXIT; trap 'exit 1' HUP INT TERM`;

/** Keeps the temporary file for a second script. */
export const keepTemporary = 'trap - EXIT';

/** A second script's view of what the first one made. */
export function resumeScript(path: string, temporaryName: string): string {
  return [
    `fail() { code=$1; shift; printf '%s\\n' "$*" >&2; exit "$code"; }`,
    'old_umask=$(umask)',
    placeScript(path, temporaryName),
    cleanUp,
  ].join('\n');
}

/**
 * Checks the length, gives the temporary file its attributes, lets it be validated, and renames it.
 *
 * @param size bytes that were sent
 */
export function commitScript(request: PutRequest, size: number): string {
  return [
    `[ "$(wc -c <"$tmp")" -eq ${size} ] || fail ${putCodes.noContent} No space left, or the transfer was cut short`,
    'fresh=',
    attributesScript(request),
    ...(request.validate === undefined ? [] : [validateScript(request.validate)]),
    ...(request.backup === true ? [backupScript] : []),
    // Old coreutils cannot sync one file; losing power is then the file system's business.
    'sync "$tmp" 2>/dev/null',
    request.unsafeWrites === true ? renameOrOverwrite : rename,
    'trap - EXIT; sync "$dir" 2>/dev/null; exit 0',
  ].join('\n');
}

function placeScript(path: string, temporaryName: string): string {
  return [
    `dest=${quoteWord(path)}`,
    // A link is followed, also one that points to nothing yet.
    `n=0; while [ -L "$dest" ]; do n=$((n+1)); [ $n -lt 40 ] || fail ${putCodes.noDirectory} too many links`,
    'link=$(readlink -- "$dest") || exit 1',
    'case $link in /*) dest=$link;; *) dest=${dest%/*}/$link;; esac; done',
    `dir=\${dest%/*}; [ -n "$dir" ] || dir=/; tmp=$dir/${temporaryName}`,
  ].join('\n');
}

function attributesScript(request: PutRequest): string {
  const { mode, owner, group } = request;
  const lines = [
    'if [ -e "$dest" ]; then',
    // Owner, mode, ACL, extended attributes, SELinux context; where that cp is missing, what can be had.
    'if ! cp --attributes-only --preserve=all --no-preserve=timestamps,links -- "$dest" "$tmp" 2>/dev/null; then',
    'chown "$(stat -c %u:%g -- "$dest")" "$tmp" 2>/dev/null; chmod "$(stat -c %a -- "$dest")" "$tmp"',
    `case $(ls -ld -- "$dest") in ??????????+*) echo '${noteMark}the ACL of the file could not be kept';; esac`,
    'fi',
  ];
  if (owner === undefined && group === undefined) {
    lines.push(
      '[ "$(stat -c %u:%g -- "$tmp")" = "$(stat -c %u:%g -- "$dest")" ] ||',
      `fail ${putCodes.ownerLost} the file belongs to "$(stat -c %U:%G -- "$dest")", and only root can keep that`,
    );
  }
  lines.push(
    'else',
    'chmod "$(printf %o $((0666 & 0644 & ~ 0$old_umask)))" "$tmp"',
    '[ ! -e /sys/fs/selinux/enforce ] || fresh=1',
    'fi',
  );
  if (owner !== undefined || group !== undefined) {
    const who = `${owner ?? ''}${group === undefined ? '' : `:${group}`}`;
    lines.push(`chown -- ${quoteWord(who)} "$tmp" || exit ${putCodes.noOwner}`);
  }
  if (mode !== undefined) lines.push(`chmod -- ${quoteWord(mode)} "$tmp" || exit ${putCodes.noMode}`);
  return lines.join('\n');
}

function validateScript(words: readonly string[]): string {
  const command = words.map((word) => word.split('%s').map(quotePart).join('"$tmp"')).join(' ');
  return `${command} >&2 || exit ${putCodes.invalid}`;
}

function quotePart(part: string): string {
  return part === '' ? '' : quoteWord(part);
}

/** Named as Ansible names it: path.PID.date@time~ */
const backupScript = [
  'if [ -e "$dest" ]; then',
  'backup=$dest.$$.$(date +%Y-%m-%d@%H:%M:%S)~',
  `cp -p -- "$dest" "$backup" || exit ${putCodes.noBackup}`,
  `printf '${backupMark}%s\\n' "$backup"; fi`,
].join('\n');

const afterRename = '[ -z "$fresh" ] || restorecon -- "$dest" 2>/dev/null';
const rename = `mv -f -- "$tmp" "$dest" </dev/null || exit ${putCodes.noRename}\n${afterRename}`;
const renameOrOverwrite = [
  'if ! mv -f -- "$tmp" "$dest" </dev/null 2>/dev/null; then',
  `cat -- "$tmp" >"$dest" || exit ${putCodes.noRename}; rm -f -- "$tmp"; fi`,
  afterRename,
].join('\n');
