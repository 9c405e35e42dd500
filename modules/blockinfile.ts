import { defineModule, ParamsError } from '../src/module/index.ts';
import { compilePattern, regexNote } from './lib/python-regex.ts';
import {
  backupValues,
  inFileCharacters,
  planText,
  readTextFile,
  type TextFile,
  textFileParams,
  toLines,
  whyNotEditable,
  withoutEnd,
} from './lib/text-file.ts';

export const blockinfile = defineModule({
  name: 'blockinfile',
  summary: 'Keep a block of lines, between two marker lines, in a text file.',
  notes: [
    'The markers tell the block from the rest of the file: several blocks in one file need different markers. An empty block is removed.',
    regexNote,
  ],
  kind: 'state',
  params: {
    type: 'object',
    properties: {
      block: { type: 'string', default: '', description: 'The lines between the markers.' },
      marker: {
        type: 'string',
        default: '# {mark} ANSIBLE MANAGED BLOCK',
        description: 'Marker line; `{mark}` stands for `marker_begin` and `marker_end`.',
      },
      marker_begin: { type: 'string', default: 'BEGIN', description: 'Word of the first marker.' },
      marker_end: { type: 'string', default: 'END', description: 'Word of the last marker.' },
      state: {
        type: 'string',
        enum: ['present', 'absent'],
        default: 'present',
        description: 'Whether the block is to be there.',
      },
      insertafter: {
        type: 'string',
        description: 'Pattern of the line to add a new block after; `EOF` (the default) = at the end.',
      },
      insertbefore: {
        type: 'string',
        description: 'Pattern of the line to add a new block before; `BOF` = at the start.',
      },
      create: { type: 'boolean', default: false, description: 'Whether a missing file is made.' },
      append_newline: {
        type: 'boolean',
        default: false,
        description: 'Whether an empty line follows the block.',
      },
      prepend_newline: {
        type: 'boolean',
        default: false,
        description: 'Whether an empty line precedes the block.',
      },
      ...textFileParams,
    },
  },
  examples: `
- blockinfile:
    path: /etc/hosts
    marker: '# {mark} harbor nodes'
    block: |
      192.168.198.133 harbor1
      192.168.198.135 harbor2
`,
  returns: {
    msg: '"Block inserted", "Block removed", "File created" or nothing',
    backup: 'path of the old file',
  },
  checkParams,
  read: (host, params) => readTextFile(host, params),
  plan(params, file) {
    checkParams(params);
    const removal = params.state === 'absent' || params.block === '';
    if (removal && file.path !== '' && file.stat === undefined && !params.create) {
      return { steps: [], values: { msg: `File ${file.path} not present` } };
    }
    const why = whyNotEditable(file, params.create);
    if (why !== undefined) return { steps: [], failure: why };
    const text = withBlock(params, file, removal);
    return planText(params, file, text, messageOf(file, text, removal));
  },
  result: ({ outcomes }) => backupValues(outcomes),
});

interface BlockParams {
  readonly block: string;
  readonly marker: string;
  readonly marker_begin: string;
  readonly marker_end: string;
  readonly insertafter?: string | undefined;
  readonly insertbefore?: string | undefined;
  readonly append_newline: boolean;
  readonly prepend_newline: boolean;
}

function checkParams(params: BlockParams): void {
  if (!params.marker.includes('{mark}')) throw new ParamsError('marker must contain {mark}');
  if (params.insertafter !== undefined && params.insertbefore !== undefined) {
    throw new ParamsError('give either insertafter or insertbefore');
  }
  if (params.marker_begin === params.marker_end) {
    throw new ParamsError('marker_begin and marker_end must differ');
  }
}

function messageOf(file: TextFile, text: string, removal: boolean): string {
  if (text === file.text) return '';
  if (file.text === undefined) return 'File created';
  return removal ? 'Block removed' : 'Block inserted';
}

function withBlock(params: BlockParams, file: TextFile, removal: boolean): string {
  const markers = [params.marker_begin, params.marker_end].map((word) =>
    inFileCharacters(file, params.marker.replaceAll('{mark}', word)),
  );
  const [begin = '', end = ''] = markers;
  const lines = toLines(file.text ?? '');
  const place = cutBlock(lines, begin, end) ?? newPlace(lines, params, file);
  if (removal && place.fresh) return lines.join('');
  const before = ended(lines.slice(0, place.from));
  const after = lines.slice(place.to);
  if (removal) return [...before, ...after].join('');
  const block = toLines(ended([inFileCharacters(file, params.block)]).join(''));
  const gapBefore = params.prepend_newline && before.length > 0 && before.at(-1) !== '\n' ? ['\n'] : [];
  const gapAfter = params.append_newline && after.length > 0 && after[0] !== '\n' ? ['\n'] : [];
  return [...before, ...gapBefore, `${begin}\n`, ...block, `${end}\n`, ...gapAfter, ...after].join('');
}

interface Place {
  readonly from: number;
  readonly to: number;
  /** No block was there yet. */
  readonly fresh: boolean;
}

/** From the first to the last marker line, in whichever order they are. */
function cutBlock(lines: readonly string[], begin: string, end: string): Place | undefined {
  const first = lines.findLastIndex((line) => withoutEnd(line) === begin);
  const last = lines.findLastIndex((line) => withoutEnd(line) === end);
  if (first < 0 || last < 0) return undefined;
  return { from: Math.min(first, last), to: Math.max(first, last) + 1, fresh: false };
}

function newPlace(lines: readonly string[], params: BlockParams, file: TextFile): Place {
  const at = newIndex(lines, params, file);
  return { from: at, to: at, fresh: true };
}

function newIndex(lines: readonly string[], params: BlockParams, file: TextFile): number {
  const { insertafter: after, insertbefore: before } = params;
  if (before === 'BOF') return 0;
  const place = before ?? after;
  if (place === undefined || place === 'EOF') return lines.length;
  const pattern = compilePattern(inFileCharacters(file, place));
  const found = pattern.multiline
    ? lineOfMatch(file.text ?? '', pattern, before === undefined)
    : lines.findLastIndex((line) => pattern.test(withoutEnd(line)));
  if (found < 0) return lines.length;
  return before === undefined ? found + 1 : found;
}

function lineOfMatch(text: string, pattern: RegExp, atEnd: boolean): number {
  const match = pattern.exec(text);
  if (!match) return -1;
  const offset = match.index + (atEnd ? match[0].length : 0);
  return text.slice(0, offset).split('\n').length - 1;
}

function ended(lines: readonly string[]): string[] {
  const last = lines.at(-1);
  return last === undefined || last.endsWith('\n') ? [...lines] : [...lines.slice(0, -1), `${last}\n`];
}
