import { defineModule, ParamsError } from '../src/module/index.ts';
import { compilePattern, expandReplacement, regexNote } from './lib/python-regex.ts';
import {
  backupValues,
  inFileCharacters,
  planText,
  readTextFile,
  textFileParams,
  toLines,
  whyNotEditable,
  withoutEnd,
} from './lib/text-file.ts';

export const lineinfile = defineModule({
  name: 'lineinfile',
  summary: 'Make sure a line is in a text file, or is not.',
  notes: [
    'With `regexp` or `search_string` the last line that matches is replaced by `line`; otherwise `line` is added where it is not there yet.',
    'With `state: absent` all matching lines go.',
    regexNote,
  ],
  kind: 'state',
  params: {
    type: 'object',
    properties: {
      line: {
        type: 'string',
        description: 'The line, without its end. Needed unless lines are removed by a pattern.',
      },
      regexp: { type: 'string', description: 'Pattern of the line to replace or remove.' },
      search_string: {
        type: 'string',
        description: 'Text in the line to replace or remove; instead of `regexp`.',
      },
      state: {
        type: 'string',
        enum: ['present', 'absent'],
        default: 'present',
        description: 'Whether the line is to be there.',
      },
      insertafter: {
        type: 'string',
        description:
          'Pattern of the line to add it after where nothing matches; `EOF` (the default) or `BOF`.',
      },
      insertbefore: {
        type: 'string',
        description: 'Pattern of the line to add it before; `BOF` = as the first.',
      },
      backrefs: {
        type: 'boolean',
        default: false,
        description:
          'Whether `line` may use groups of `regexp` (`\\1`); then nothing is added where nothing matches.',
      },
      firstmatch: {
        type: 'boolean',
        default: false,
        description: 'Whether the first matching line counts, not the last.',
      },
      create: { type: 'boolean', default: false, description: 'Whether a missing file is made.' },
      ...textFileParams,
    },
  },
  examples: `
- lineinfile:
    path: /etc/hosts
    regexp: '\\s{{ harbor_hostname }}$'
    line: '{{ harbor_address }} {{ harbor_hostname }}'
- lineinfile:
    path: /etc/fstab
    search_string: /mnt/old
    state: absent
`,
  returns: {
    msg: '"line added", "line replaced", "N line(s) removed" or nothing',
    found: 'how many lines were removed',
    backup: 'path of the old file',
  },
  checkParams,
  read: (host, params) => readTextFile(host, params),
  plan(params, file) {
    checkParams(params);
    if (params.state === 'absent') {
      if (file.path !== '' && file.stat === undefined)
        return { steps: [], values: { msg: 'file not present' } };
      const why = whyNotEditable(file, false);
      if (why !== undefined) return { steps: [], failure: why };
      const { text, found } = removeLines(file.text ?? '', inCharacters(params, file));
      const plan = planText(params, file, text, found === 0 ? '' : `${found} line(s) removed`);
      return { ...plan, values: { ...plan.values, found } };
    }
    const why = whyNotEditable(file, params.create);
    if (why !== undefined) return { steps: [], failure: why };
    const { text, msg } = placeLine(file.text ?? '', inCharacters(params, file));
    return planText(params, file, text, msg);
  },
  result: ({ outcomes }) => backupValues(outcomes),
});

interface LineParams {
  readonly line?: string | undefined;
  readonly regexp?: string | undefined;
  readonly search_string?: string | undefined;
  readonly state: 'present' | 'absent';
  readonly insertafter?: string | undefined;
  readonly insertbefore?: string | undefined;
  readonly backrefs: boolean;
  readonly firstmatch: boolean;
}

function checkParams(params: LineParams): void {
  const { line, regexp, search_string: search } = params;
  if (regexp !== undefined) compilePattern(regexp);
  if (regexp !== undefined && search !== undefined)
    throw new ParamsError('give either regexp or search_string');
  if (params.insertafter !== undefined && params.insertbefore !== undefined) {
    throw new ParamsError('give either insertafter or insertbefore');
  }
  if (params.state === 'present' && line === undefined) throw new ParamsError('"line" is required');
  if (params.backrefs && regexp === undefined) throw new ParamsError('backrefs needs regexp');
  if (line === undefined && regexp === undefined && search === undefined) {
    throw new ParamsError('give one of line, regexp and search_string');
  }
  if (line !== undefined && /[\r\n]$/.test(line)) throw new ParamsError('line must not end in a line end');
}

function inCharacters(params: LineParams, file: Parameters<typeof inFileCharacters>[0]): LineParams {
  const convert = (text: string | undefined) =>
    text === undefined ? undefined : inFileCharacters(file, text);
  return {
    ...params,
    line: convert(params.line),
    regexp: convert(params.regexp),
    search_string: convert(params.search_string),
    insertafter: convert(params.insertafter),
    insertbefore: convert(params.insertbefore),
  };
}

function removeLines(text: string, params: LineParams): { text: string; found: number } {
  const matches = lineMatcher(params) ?? ((line: string) => line === params.line);
  const lines = toLines(text);
  const kept = lines.filter((line) => !matches(withoutEnd(line)));
  return { text: kept.join(''), found: lines.length - kept.length };
}

function lineMatcher({ regexp, search_string: search }: LineParams): ((line: string) => boolean) | undefined {
  if (search !== undefined) return (line) => line.includes(search);
  if (regexp === undefined) return undefined;
  const pattern = compilePattern(regexp);
  return (line) => pattern.test(line);
}

function placeLine(text: string, params: LineParams): { text: string; msg: string } {
  const lines = toLines(text);
  const line = params.line ?? '';
  const matches = lineMatcher(params);
  const matched = matches ? chosenIndex(lines, matches, params.firstmatch) : -1;
  if (matched >= 0) {
    const replacement = params.backrefs ? expandLine(line, params.regexp ?? '', lines[matched] ?? '') : line;
    return replaced(lines, matched, replacement);
  }
  const same = lines.findLastIndex((other) => withoutEnd(other) === line);
  if (same >= 0 && !params.backrefs) return replaced(lines, same, line);
  if (params.backrefs) return { text, msg: '' };
  return inserted(lines, insertIndex(lines, params), line);
}

function chosenIndex(lines: readonly string[], matches: (line: string) => boolean, first: boolean): number {
  const test = (line: string) => matches(withoutEnd(line));
  return first ? lines.findIndex(test) : lines.findLastIndex(test);
}

function expandLine(line: string, regexp: string, matched: string): string {
  const match = compilePattern(regexp).exec(withoutEnd(matched));
  return match ? expandReplacement(line, match) : line;
}

function replaced(lines: readonly string[], index: number, line: string): { text: string; msg: string } {
  const now = lines.with(index, `${line}\n`);
  const changed = now[index] !== lines[index];
  return { text: now.join(''), msg: changed ? 'line replaced' : '' };
}

function insertIndex(lines: readonly string[], params: LineParams): number {
  const { insertafter: after, insertbefore: before } = params;
  if (after === 'BOF' || before === 'BOF') return 0;
  const place = before ?? after;
  if (place === undefined || place === 'EOF') return lines.length;
  const pattern = compilePattern(place);
  const found = chosenIndex(lines, (line) => pattern.test(line), params.firstmatch);
  if (found < 0) return lines.length;
  return before === undefined ? found + 1 : found;
}

function inserted(lines: readonly string[], index: number, line: string): { text: string; msg: string } {
  const before = lines.slice(0, index).join('');
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  return { text: `${before}${gap}${line}\n${lines.slice(index).join('')}`, msg: 'line added' };
}
