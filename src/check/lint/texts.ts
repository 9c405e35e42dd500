import { callsIn } from '../../template/index.ts';
import { offsetOf } from '../syntax.ts';
import type { TextSite } from '../texts.ts';
import type { Finding, LintInput, LintRule } from './rule.ts';

/** What stands in templates and conditions. */
export const textRules: readonly LintRule[] = [
  {
    name: 'jinja-comment',
    summary: 'A comment of Jinja stays in the text: here it is no comment.',
    find: (input) => textsOf(input).flatMap(commentIn),
  },
  {
    name: 'unsalted-password-hash',
    summary:
      'A password is hashed with a random salt: each run finds another hash than the last and changes it.',
    find: (input) => textsOf(input).flatMap(unsaltedHash),
  },
];

function textsOf({ texts }: LintInput): TextSite[] {
  return [...texts.around, ...[...texts.byTask.values()].flat()];
}

function commentIn({ kind, text, at }: TextSite): Finding[] {
  // `${#array}` and `awk '{#...}'` are none: Jinja's are written with spaces.
  const found = kind === 'template' ? /(?<!\$)\{#[-+]?\s[\s\S]*?\s[-+]?#\}/.exec(text) : null;
  const position = found ? at(found.index) : undefined;
  if (!found || !position) return [];
  const note = found[0].replaceAll(/^\{#[-+]?\s*|\s*[-+]?#\}$/g, '');
  const shown = note.length > 40 || note.includes('\n') ? '…' : note;
  return [{ message: 'this comment of Jinja is text here', position, hint: `write {{! ${shown} }}` }];
}

function unsaltedHash({ kind, text, at }: TextSite): Finding[] {
  return callsIn(text, kind, 'password_hash').flatMap((call) => {
    const isSalted = call.args.length > 2 || call.named.some(([name]) => name === 'salt');
    const position = at(offsetOf(text, call.at.line, call.at.col));
    if (isSalted || !position) return [];
    return [
      {
        message: 'without a salt this is another hash in every run',
        position,
        hint: "give it one: {{ password_hash secret 'sha512' salt_of_its_own }}",
      },
    ];
  });
}
