import { randomBytes } from 'node:crypto';
import { ParamsError } from '../model/errors.ts';
import { quote, quoteWord } from '../util/shell.ts';

/** What a command line is made of, on a read as on a step. */
export interface ScriptParts {
  /** Exactly one of argv and script. */
  readonly argv?: readonly string[] | undefined;
  readonly script?: string | undefined;
  /** Program that runs `script`; default: the shell that is there anyway. */
  readonly executable?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
}

/**
 * One complete POSIX sh script. The environment is part of its text, so it is in nobody's argv.
 *
 * @throws ParamsError on a variable name no shell takes
 */
export function scriptText(parts: ScriptParts): string {
  const lines = Object.entries(parts.env ?? {}).map(exportLine);
  if (parts.cwd !== undefined) lines.push(`cd -- ${quoteWord(directoryWord(parts.cwd))} || exit 1`);
  lines.push(body(parts));
  return lines.join('\n');
}

function exportLine([name, value]: readonly [string, string]): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new ParamsError(`"${name}" cannot be the name of an environment variable`);
  }
  return `export ${name}=${quoteWord(value)}`;
}

function directoryWord(path: string): string {
  return path.startsWith('-') ? `./${path}` : path;
}

function body(parts: ScriptParts): string {
  if (parts.argv) return commandLine(parts.argv);
  const script = parts.script ?? '';
  if (parts.executable === undefined || isPosixShell(parts.executable)) return script;
  // The text must not show in argv, and stdin belongs to the command: a here-document on another descriptor.
  const end = `MOORING_${randomBytes(8).toString('hex')}`;
  return `${quoteWord(parts.executable)} /dev/fd/9 9<<'${end}'\n${script}\n${end}`;
}

/** The shell makes way for a program, which saves a process; what it has built in it runs itself. */
function commandLine(argv: readonly string[]): string {
  const [program = ''] = argv;
  const isProgram = /^[\w/.][\w/.+-]*$/.test(program) && !builtins.has(program);
  return isProgram ? `exec ${quote(argv)}` : quote(argv);
}

/** Of dash, bash and busybox. */
const builtins: ReadonlySet<string> = new Set(
  (
    '. : [ alias bg bind break builtin caller cd chdir command compgen complete continue declare dirs disown ' +
    'echo enable eval exec exit export false fc fg getopts hash help history jobs kill let local logout ' +
    'mapfile popd printf pushd pwd read readarray readonly return set shift shopt source suspend test times ' +
    'trap true type typeset ulimit umask unalias unset wait'
  ).split(' '),
);

function isPosixShell(path: string): boolean {
  return path === '/bin/sh' || path === 'sh' || path === '/usr/bin/sh';
}
