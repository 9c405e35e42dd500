import { CommandError } from '../../model/errors.ts';
import { quote } from '../../util/shell.ts';
import type { ReadKind } from './collector.ts';
import { isAbsence } from './content.ts';

/** null = absent. */
export type ListAnswer = readonly string[] | null;

/** Names in directories, by the shell's own globbing: no process at all, and NUL between names. */
export const listKind: ReadKind<string, ListAnswer> = {
  name: 'list',
  key: (path) => path,
  read: async (paths, run) => {
    const result = await run(scriptFor(paths));
    if (result.truncated) throw new CommandError('the directory has too many names to list');
    const reasons = result.stderr.split('\x1e');
    const answers = result.stdout.split('\0\0');
    return paths.map((path, index) => parse(path, answers[index] ?? '', reasons));
  },
};

/** For each path: a letter (d directory, n something else, u unreadable, a absent), NUL, names, NUL NUL. */
function scriptFor(paths: readonly string[]): string {
  return [
    `CDPATH=; set -- ${quote(paths)}`,
    'for p do',
    'if [ ! -e "$p" ]; then printf a; true <"$p"; printf "\\036" >&2',
    'elif [ ! -d "$p" ]; then printf n',
    'elif [ ! -r "$p" ] || [ ! -x "$p" ]; then printf u',
    'else printf d; ( cd -- "$p" >/dev/null && for f in * .[!.]* ..?*; do',
    'if [ -e "$f" ] || [ -L "$f" ]; then printf "\\0%s" "$f"; fi; done ); fi',
    'printf "\\0\\0"; done',
  ].join('\n');
}

function parse(path: string, text: string, reasons: string[]): ListAnswer | Error {
  const [kind, ...names] = text.split('\0');
  if (kind === 'n') return new CommandError(`cannot list ${path}: it is not a directory`);
  if (kind === 'u') return new CommandError(`cannot list ${path}: permission denied`);
  if (kind === 'd') return names.sort();
  return isAbsence(reasons.shift() ?? '') ? null : new CommandError(`cannot list ${path}: permission denied`);
}
