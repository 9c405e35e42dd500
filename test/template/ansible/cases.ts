import type { ValueMap } from '../../../src/model/value.ts';
import { addressCases } from './address-cases.ts';
import { listCases } from './list-cases.ts';
import { operatorCases } from './operator-cases.ts';
import { textCases } from './text-cases.ts';

/** The variables of all cases. */
export const variables: ValueMap = {
  text: 'Hello, World',
  umlaut: 'Äpfel ß ☃',
  empty: '',
  spaces: '  a  b ',
  lines: 'one\ntwo\n\nfour\n',
  version: 'v1.5.4-rc1',
  one: 1,
  zero: 0,
  minus: -7,
  half: 2.5,
  yes: true,
  no: false,
  nothing: null,
  numbers: [3, 1, 2, 3],
  words: ['b', 'A', 'c', 'a', 'B'],
  mixed: [1, 'a', null, true, [2], { k: 1 }],
  hollow: [],
  map: { b: 1, a: { x: 1, y: [1, 2] } },
  other: { a: { x: 2, z: [2] }, c: [3] },
  blank: {},
  people: [
    { name: 'ann', age: 30, tags: ['x', 'y'], on: true, home: { city: 'Ulm' } },
    { name: 'Bob', age: 20, tags: [], on: false, home: { city: 'Bonn' } },
    { name: 'cid', age: 30, tags: ['z'], on: true },
  ],
  path: '/opt/harbor/harbor.cfg',
  result: { failed: false, changed: true, rc: 0, stdout: 'ok' },
  bad: { failed: true, changed: false, rc: 2, msg: 'no' },
  skipped: { skipped: true, changed: false },
  lost: { unreachable: true, changed: false, msg: 'gone' },
  job: { ansible_job_id: 'j1', started: 1, finished: 0 },
  done: { ansible_job_id: 'j1', started: 1, finished: 1, changed: false },
};

/** Why an answer is another here than in Ansible; each sentence stands in docs/templates.md. */
export const reasons = {
  types:
    "`1 == true` and `1 == '1'` are false, and booleans are no numbers. `1.0` is written `1`, booleans in text are `true` and `false`.",
  strict:
    'A list, a mapping or null where text is wanted, or text where a list is, is an error instead of its Python spelling.',
  null: 'Null in text is empty, not the word `None`, and null as a boolean is false.',
  number: 'A number where text is wanted counts as its digits.',
  missing: '`default` also catches a name that is missing further inside.',
  json: '`to_json` keeps letters outside ASCII; `to_yaml` writes block style and keeps the order of keys; `from_yaml` reads YAML 1.2, where yes and no are text.',
  versions: '`1.0` and `1.0.0` are the same version, a leading `v` is ignored, `1.0rc1` comes before `1.0`.',
  join: '`join` leaves one text as it is instead of joining its letters.',
  quote: "`quote` spells a quotation mark `'\\''`, which is the same word for a shell.",
  base64: '`b64decode` reads Base64 without its padding, and refuses what is none.',
  methods: 'Values have no methods; `to_datetime` gives seconds since 1970.',
  patterns:
    "Patterns are JavaScript's, whose `\\w` has ASCII letters only; `(?i)` at the beginning, `(?P<name>…)`, `\\1` and `\\g<name>` are understood.",
  escapes: "`\\'`, `\\\\` and `\\n` in quotes mean the same in values, template files and conditions.",
  power: '`-2 ** 2` is -4.',
  sequence: 'A mapping is no sequence.',
  addresses: '`ipaddr` says false, not null, where nothing fits, and refuses addresses that are cut short.',
} as const;

export interface FilterCase {
  readonly expression: string;
  /** Why Mooring answers otherwise. */
  readonly differs?: keyof typeof reasons;
}

/** Expressions that Ansible was asked, and Mooring is. */
export const filterCases: readonly FilterCase[] = [
  ...textCases,
  ...listCases,
  ...operatorCases,
  ...addressCases,
].map((entry) =>
  typeof entry === 'string' ? { expression: entry } : { expression: entry[0], differs: entry[1] },
);
