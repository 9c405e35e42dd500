import { type Reference, referencesOfTemplate, templateFaults } from '../../template/index.ts';
import { commandTextOf } from './command-text.ts';
import { type LintRule, paramAt, taskRule } from './rule.ts';

const secretName =
  /(?:^|_)(?:password|passwd|passphrase|pass|pwd|secret|secretkey|secret_key|token|apikey|api_key|private_key|access_key)(?:$|_)/i;
const aboutSecret =
  /_(?:file|path|dir|directory|hash|digest|checksum|length|name|user|url|changed|mode|id|type)$/i;

/** True where the name of a variable says that its value is a secret. */
function isSecretName(name: string): boolean {
  return secretName.test(name) && !aboutSecret.test(name);
}

/** How secrets are handed on. */
export const secretRules: readonly LintRule[] = [
  taskRule(
    'secret-in-argv',
    'A secret stands among the arguments of a program, where every user of the host can read it while it runs.',
    (site) => {
      const command = commandTextOf(site);
      const secret = command && secretIn(command.text, command.isShell);
      if (!command || secret === undefined) return undefined;
      return {
        message: `${secret} stands on a command line, which all users of the host can read`,
        position: paramAt(site, command.param),
        hint: 'hand it over by stdin, or by environment',
      };
    },
  ),
];

/** What a shell itself prints is no argument of a program. */
function secretIn(text: string, isShell: boolean): string | undefined {
  const parts = isShell ? splitShell(text).filter((part) => !/^\s*(?:echo|printf)\s/.test(part)) : [text];
  for (const part of parts) {
    const used = references(part).find(({ name, keys }) =>
      [name, ...keys].some((key) => isSecretName(String(key))),
    );
    if (used) return `"${[used.name, ...used.keys].join('.')}"`;
    if (literalSecret.test(part.replaceAll(/\{\{.*?\}\}/gs, ''))) return 'a password';
  }
  return undefined;
}

/** `--password=x`, `--token x`, `https://user:x@host`, but not `--password-stdin` or `--password="$X"`. */
const literalSecret = /--(?:password|passwd|token|secret)(?:=|\s+)["']?[^\s$"'-]|:\/\/[^\s/:@$]+:[^\s/@$]+@/;

function splitShell(text: string): string[] {
  // Templates may hold the same characters.
  return text.split(/(?:\|\|?|&&?|;|\n)(?![^{}]*\}\})/);
}

function references(text: string): readonly Reference[] {
  return templateFaults(text).length > 0 ? [] : referencesOfTemplate(text);
}
