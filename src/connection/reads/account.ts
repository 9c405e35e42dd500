import { quote } from '../../util/shell.ts';
import type { GroupEntry, UserEntry } from '../host-reads.ts';
import type { ReadKind } from './collector.ts';

/** null = no such user. By getent, and from /etc/passwd where there is none (busybox). */
export const userKind: ReadKind<string, UserEntry | null> = {
  name: 'user',
  key: (name) => name,
  read: async (names, run) => {
    const result = await run(
      [
        `set -- ${quote(names)}`,
        'if command -v getent >/dev/null 2>&1; then getent passwd -- "$@"; else cat /etc/passwd; fi',
        'for u do printf "\\0%s\\n" "$u"; id -gn -- "$u"; id -Gn -- "$u"; done 2>/dev/null',
      ].join('\n'),
    );
    const [database = '', ...blocks] = result.stdout.split('\0');
    return names.map((name, index) => toUser(findLine(database, name), blocks[index] ?? ''));
  },
};

/** null = no such group. */
export const groupKind: ReadKind<string, GroupEntry | null> = {
  name: 'group',
  key: (name) => name,
  read: async (names, run) => {
    const result = await run(
      `if command -v getent >/dev/null 2>&1; then getent group -- ${quote(names)}; else cat /etc/group; fi`,
    );
    return names.map((name) => toGroup(findLine(result.stdout, name)));
  },
};

/** The entry of a name, or of a number given as text. */
function findLine(database: string, name: string): readonly string[] | undefined {
  const entries = database.split('\n').map((line) => line.split(':'));
  return (
    entries.find((entry) => entry[0] === name && entry.length > 2) ??
    (/^\d+$/.test(name) ? entries.find((entry) => entry[2] === name) : undefined)
  );
}

function toUser(entry: readonly string[] | undefined, block: string): UserEntry | null {
  if (entry === undefined) return null;
  const [name = '', , uid, gid, comment = '', home = '', shell = ''] = entry;
  const [, primary = '', all = ''] = block.split('\n');
  const groups = all.split(' ').filter((group) => group !== '' && group !== primary);
  return { name, uid: Number(uid), gid: Number(gid), comment, home, shell, groups };
}

function toGroup(entry: readonly string[] | undefined): GroupEntry | null {
  if (entry === undefined) return null;
  const [name = '', , gid, members = ''] = entry;
  return { name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') };
}
