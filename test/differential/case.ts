import { createHash } from 'node:crypto';

/** What one case runs: the text of its playbook, or that with more around it. */
export type CaseSource = string | CaseOptions;

interface CaseOptions {
  readonly play: string;
  /** Words of the command line, the same for both programs. */
  readonly args?: readonly string[];
  /** Files beside the playbook; `inv/…` is the folder of the inventory. */
  readonly files?: Readonly<Record<string, string>>;
  /** `exact`: also the order of hosts within a task counts; `host`: hosts are independent of each other. */
  readonly order?: 'task' | 'exact' | 'host';
  /** A row of docs/ansible-differences.md, with what happens here instead. */
  readonly differs?: { readonly row: string; readonly here: Partial<Outcome> };
}

/** Title → case; a group is one row of behaviours. */
export type Cases = Readonly<Record<string, CaseSource>>;

export interface Case extends CaseOptions {
  readonly title: string;
}

/** What a run brought about, as far as it must be the same. */
export interface Outcome {
  readonly code: number;
  /** Host → its counts that are not 0. */
  readonly recap: Readonly<Record<string, string>>;
  /** The lines that tasks left in the log, in their order. */
  readonly effects: readonly string[];
  /** Other files that tasks made: path → mode and content. */
  readonly files: Readonly<Record<string, string>>;
}

/** Wraps tasks of host h1 in a play. */
export function tasks(text: string): string {
  return `- hosts: h1\n  tasks:${text.replaceAll(/\n(?=.)/g, '\n    ')}`;
}

/** The cases of all groups, titled `group: title`. */
export function flatten(groups: Readonly<Record<string, Cases>>): Case[] {
  return Object.entries(groups).flatMap(([group, cases]) =>
    Object.entries(cases).map(([title, source]) => ({
      ...(typeof source === 'string' ? { play: source } : source),
      title: `${group}: ${title}`,
    })),
  );
}

/** All files of a case, with the two short words for tasks that leave a line in the log written out. */
export function filesOf(one: Case): Record<string, string> {
  const files = Object.entries({ ...one.files, 'play.yml': one.play });
  return Object.fromEntries(files.map(([name, text]) => [name, writeOut(text)]));
}

/** Changes when what Ansible is asked changes. */
export function hashOf(one: Case): string {
  const asked = JSON.stringify([filesOf(one), one.args ?? [], one.order ?? 'task']);
  return createHash('sha256').update(asked).digest('hex').slice(0, 12);
}

/** `log: WORDS` leaves a line, `flop: WORDS` leaves one and fails. */
function writeOut(text: string): string {
  return text.replaceAll(/\b(log|flop): ((?:\{\{[^}]*\}\}|[^,}\n])+)/g, (_, word: string, words: string) => {
    const line = words.trim().replaceAll(/^['"]|['"]$/g, '');
    return `shell: "echo ${line} {{ inventory_hostname }} >> {{ log }}${word === 'flop' ? '; false' : ''}"`;
  });
}
