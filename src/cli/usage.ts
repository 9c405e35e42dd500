import { MooringError } from '../model/errors.ts';
import { suggest } from '../util/suggest.ts';

/** The command line is wrong: exit 5 with the reason. */
export class UsageError extends MooringError {}

/** Words of the command line that can be meant, for "did you mean". */
export interface UsageWords {
  readonly commands: readonly string[];
  /** Without dashes. */
  readonly options: readonly string[];
  /** What stands behind a command that does several things: `vault encrypt`. */
  readonly actions: Readonly<Record<string, readonly string[]>>;
}

/**
 * Says in our words what the parser of the command line found wrong.
 *
 * @param message the parser's
 * @param argv words after the program's name
 * @param words what there is
 */
export function usageMessage(message: string, argv: readonly string[], words: UsageWords): string {
  const [command, action] = argv.filter((word) => !word.startsWith('-'));
  if (command !== undefined && !words.commands.includes(command)) {
    return `there is no command "${command}"${meant(command, words.commands, '')}`;
  }
  const known = words.actions[command ?? ''];
  if (known && action !== undefined && !known.includes(action)) {
    return `there is no "${command} ${action}"${meant(action, known, '')}`;
  }
  const options = argv.slice(0, endOfOptions(argv)).filter((word) => word.startsWith('--'));
  const strange = options.map(nameOf).filter((name) => !isOption(name, words));
  if (strange.length > 0) return strange.map((name) => unknownOption(name, words)).join('\n');
  const unknown = /^Unknown arguments?: (.*)$/.exec(message)?.[1];
  if (unknown !== undefined) return unknownArguments(unknown.split(', '), argv);
  if (message.startsWith('Not enough non-option arguments'))
    return `${command ?? ''}: which ${missing[command ?? ''] ?? 'playbook'}?`;
  const required = /^Missing required arguments?: (.*)$/.exec(message)?.[1];
  if (required !== undefined) return `--${required.split(', ').join(' and --')} is needed`;
  const valueless = /^Not enough arguments following: (.*)$/.exec(message)?.[1];
  if (valueless !== undefined) return `${valueless.length === 1 ? '-' : '--'}${valueless} needs a value`;
  return message;
}

/** What a command without any words lacks. */
const missing: Readonly<Record<string, string>> = { vault: 'file', explain: 'name, and of which playbook' };

function endOfOptions(argv: readonly string[]): number {
  const end = argv.indexOf('--');
  return end === -1 ? argv.length : end;
}

function nameOf(option: string): string {
  return option.slice(2).split('=')[0] ?? '';
}

function isOption(name: string, words: UsageWords): boolean {
  return words.options.includes(name) || words.options.includes(name.replace(/^no-/, ''));
}

/** Options of ansible-playbook that are not needed here, or cannot be had. */
const refusedOptions: Readonly<Record<string, string>> = {
  'module-path': 'modules are part of the program; "mooring doc --list" lists them',
  M: 'modules are part of the program; "mooring doc --list" lists them',
  'sftp-extra-args': 'files go through the connection itself: use --ssh-common-args',
  'scp-extra-args': 'files go through the connection itself: use --ssh-common-args',
  'inventory-file': 'use -i',
  sudo: 'use --become',
  'ask-sudo-pass': 'use --ask-become-pass',
  'task-timeout': 'use "timeout" in the playbook',
};

function unknownOption(name: string, words: UsageWords): string {
  const refused = refusedOptions[name];
  if (refused !== undefined) return `--${name} is not supported: ${refused}`;
  return `there is no option --${name}${meant(name, words.options, '--')}`;
}

/** The text itself is not repeated: it is a secret. */
const textToEncrypt =
  'the text to encrypt is asked for, or comes by the standard input: on a command line others could read it';

function unknownArguments(names: readonly string[], argv: readonly string[]): string {
  const isShort = (name: string): boolean =>
    argv.some((word) => /^-[a-zA-Z]/.test(word) && word.includes(name));
  return [...new Set(names)]
    .map((name) => {
      if (argv.includes('encrypt-string')) return textToEncrypt;
      if (!isShort(name)) return `"${name}" is one argument too many`;
      const refused = refusedOptions[name];
      return refused === undefined ? `there is no option -${name}` : `-${name} is not supported: ${refused}`;
    })
    .join('\n');
}

function meant(word: string, candidates: readonly string[], dashes: string): string {
  const nearest = suggest(word, candidates);
  return nearest === undefined ? '' : `; did you mean "${dashes}${nearest}"?`;
}
