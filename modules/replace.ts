import { defineModule } from '../src/module/index.ts';
import { compilePattern, regexNote, replaceAll } from './lib/python-regex.ts';
import {
  backupValues,
  inFileCharacters,
  planText,
  readTextFile,
  textFileParams,
  whyNotEditable,
} from './lib/text-file.ts';

export const replace = defineModule({
  name: 'replace',
  summary: 'Replace all matches of a pattern in a text file.',
  notes: [
    '`^` and `$` match at every line, `.` does not match line ends. The replacement must not match again, or every run changes the file.',
    regexNote,
  ],
  kind: 'state',
  params: {
    type: 'object',
    required: ['regexp'],
    properties: {
      regexp: { type: 'string', description: 'Pattern of what is replaced, in the whole text.' },
      replace: {
        type: 'string',
        default: '',
        description:
          'What to put there; `\\1` or `\\g<name>` stand for groups. Unless given, matches are removed.',
      },
      after: { type: 'string', description: 'Pattern: only what follows its first match is looked at.' },
      before: { type: 'string', description: 'Pattern: only what precedes its match is looked at.' },
      ...textFileParams,
    },
  },
  examples: `
- replace:
    path: /opt/harbor/prepare
    regexp: 'print "(.*)"$'
    replace: 'print("\\1")'
`,
  returns: { msg: '"N replacements made" or why not', backup: 'path of the old file' },
  checkParams(params) {
    for (const pattern of [params.regexp, params.after, params.before]) compilePattern(pattern ?? '');
  },
  read: (host, params) => readTextFile(host, params),
  plan(params, file) {
    const why = whyNotEditable(file, false);
    if (why !== undefined) return { steps: [], failure: why };
    const text = file.text ?? '';
    const inFile = (value: string) => inFileCharacters(file, value);
    const section = findSection(
      text,
      params.after && inFile(params.after),
      params.before && inFile(params.before),
    );
    if (!section) {
      const msg = `Pattern for before/after params did not match the given file: ${file.path}`;
      return planText(params, file, undefined, msg);
    }
    const part = text.slice(section.from, section.to);
    const result = replaceAll(part, compilePattern(inFile(params.regexp), 'm'), inFile(params.replace));
    const changed = result.text !== part;
    const now = text.slice(0, section.from) + result.text + text.slice(section.to);
    return planText(params, file, now, changed ? `${result.count} replacements made` : '');
  },
  result: ({ outcomes }) => backupValues(outcomes),
});

interface Section {
  readonly from: number;
  readonly to: number;
}

/** The part of the text between the two patterns; undefined = they do not match. */
function findSection(text: string, after = '', before = ''): Section | undefined {
  if (after === '' && before === '') return { from: 0, to: text.length };
  const middle = after !== '' && before !== '' ? '(?<subsection>.*?)' : '(?<subsection>.*)';
  const match = compilePattern(`${after}${middle}${before}`, 'sd').exec(text);
  const [from, to] = match?.indices?.groups?.['subsection'] ?? [];
  return from === undefined || to === undefined ? undefined : { from, to };
}
