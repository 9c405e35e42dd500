import type { TaskSite } from '../site.ts';

/** What a task of `command`, `shell` or `script` runs. */
export interface CommandText {
  readonly param: 'cmd' | 'argv';
  readonly text: string;
  readonly isShell: boolean;
}

/** The command line of a task as it is written, templates and all; undefined for other modules. */
export function commandTextOf({ task }: TaskSite): CommandText | undefined {
  if (!isCommand(task.module)) return undefined;
  const { cmd, argv } = task.params;
  const isShell = task.module === 'shell';
  if (typeof cmd === 'string') return { param: 'cmd', text: cmd.trim(), isShell };
  return Array.isArray(argv) ? { param: 'argv', text: argv.map(String).join(' '), isShell } : undefined;
}

export function isCommand(module: string): boolean {
  return ['command', 'shell', 'script'].includes(module);
}

/** True where only a shell can run a text: it uses pipes, redirections, variables, globs, builtins. */
export function needsShell(text: string): boolean {
  const plain = text.replaceAll(/\{\{.*?\}\}/gs, 'x');
  if (/[|&;<>$`*?~\n\\]|\[[^\]]*\]|\{[^}]*,[^}]*\}/.test(plain)) return true;
  return /^(?:\w+=|(?:cd|set|export|unset|umask|trap|if|for|while|case|exec|type|command|source|ulimit|eval|\.|:)\s)/.test(
    plain,
  );
}

/** The program a text begins with, and its arguments: `sudo` and paths are left away. */
export function programOf(text: string): { readonly name: string; readonly rest: string } {
  const [first = '', ...rest] = text.replace(/^(?:sudo\s+(?:-\S+\s+)*)?/, '').split(/\s+/);
  return { name: first.replace(/^.*\//, ''), rest: rest.join(' ') };
}
