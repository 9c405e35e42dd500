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
    prelude,
    placeScript(path, temporaryName),
    `[ ! -d "$dest" ] || fail ${putCodes.isDirectory} it is a directory`,
    `[ -d "$dir" ] || fail ${putCodes.noDirectory} the directory "$dir" does not exist`,
    cleanUp,
    // One process that writes, counts what it wrote, and waits until it is on the disk.
    'said=$(umask 077; set -C; exec dd bs=64k conv=fsync 2>&1 >"$tmp") || {',
    `[ ! -e "$tmp" ] || fail ${putCodes.noContent} "\${said%%"$newline"*}"`,
    `fail ${putCodes.noTemporary} "$said"; }`,
  ].join('\n');
}

/** Keeps the temporary file for a second script. */
export const keepTemporary = 'trap - EXIT';

/** A second script's view of what the first one made. */
export function resumeScript(path: string, temporaryName: string): string {
  return [prelude, placeScript(path, temporaryName), cleanUp].join('\n');
}

/** Refuses a file that is not as long as what was sent. @param size bytes */
export function sizeScript(size: number): string {
  return `[ "$(wc -c <"$tmp")" -eq ${size} ] || ${cutShort}`;
}

/** The same in the script that received it: dd has counted, only busybox may keep that to itself. */
export function countScript(size: number): string {
  return `case $said in *"$newline${size} byte"*) ;; *) ${sizeScript(size)};; esac`;
}

/** Gives the complete temporary file its attributes, lets it be validated, and renames it. */
export function commitScript(request: PutRequest): string {
  return [
    'fresh=',
    attributesScript(request),
    ...(request.validate === undefined ? [] : [validateScript(request.validate)]),
    ...(request.backup === true ? [backupScript] : []),
    request.unsafeWrites === true ? renameOrOverwrite : rename,
    // The content is on the disk before it has the name. That the name is, too, would cost a second wait for the
    // disk; after a power cut the old file may be there again, whole, and the next run puts it right.
    'trap - EXIT; exit 0',
  ].join('\n');
}

const prelude = `fail() { code=$1; shift; printf '%s\\n' "$*" >&2; exit "$code"; }\nnewline='\n'`;
const cutShort = `fail ${putCodes.noContent} No space left, or the transfer was cut short`;

/** dash and busybox run no EXIT trap when a signal ends them. */
const cleanUp = `trap 'rm -f -- "$tmp"' EXIT; trap 'exit 1' HUP INT TERM`;

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
      'set -- $(stat -c %u:%g -- "$tmp" "$dest"); [ "$1" = "$2" ] ||',
      `fail ${putCodes.ownerLost} the file belongs to "$(stat -c %U:%G -- "$dest")", and only root can keep that`,
    );
  }
  lines.push(
    'else',
    // 0644 without the bits of the umask, which chmod takes away where it is not said whose bits are meant.
    ...(mode === undefined ? ['chmod =r,u+w "$tmp"'] : []),
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
