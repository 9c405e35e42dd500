import type {
  Content,
  FileStat,
  HostAccess,
  Plan,
  PutStep,
  Step,
  StepOutcome,
  ValueMap,
} from '../../src/module/index.ts';
import {
  type Attributes,
  attributeDrift,
  attributeParams,
  driftSteps,
  newAttributes,
} from './file-attributes.ts';
import { backupOf, makeDirectories, validateWords } from './file-copy.ts';
import { expandHome, parentOf } from './paths.ts';
import { asText } from './text.ts';

/** Params that all modules share which change part of a text file. */
export const textFileParams = {
  path: { type: 'string', format: 'path', description: 'File on the host.' },
  dest: { type: 'string', format: 'path', description: 'Another name of `path`.' },
  backup: {
    type: 'boolean',
    default: false,
    description: 'Whether to keep the old file beside the new one.',
  },
  validate: {
    type: 'string',
    description:
      'Command that must succeed before the file is put in place; `%s` stands for its temporary path.',
  },
  ...attributeParams,
  unsafe_writes: {
    type: 'boolean',
    default: false,
    description: 'Whether to write into the file itself where it cannot be replaced (bind mounts).',
  },
} as const;

export interface TextFileParams extends Attributes {
  readonly path?: string | undefined;
  readonly dest?: string | undefined;
  readonly backup: boolean;
  readonly validate?: string | undefined;
  readonly unsafe_writes: boolean;
}

/** A text file as it is. Bytes that are not UTF-8 are held one per character and kept as they are. */
export interface TextFile {
  readonly path: string;
  readonly stat?: FileStat;
  /** undefined = absent. */
  readonly text?: string;
  readonly encoding: 'utf8' | 'latin1';
  readonly parentExists: boolean;
}

/** Reads the file of `path` (or `dest`), links followed; an empty path is left to the plan. */
export async function readTextFile(host: HostAccess, params: TextFileParams): Promise<TextFile> {
  const path = await expandHome(host, params.path ?? params.dest ?? '');
  if (path === '') return { path, encoding: 'utf8', parentExists: true };
  // All asked at once, which costs one round trip; what is no regular file has no content to fail over.
  const content = host.content(path);
  content.catch(() => undefined);
  const [stat, parent] = await Promise.all([host.stat(path, { follow: true }), host.typeOf(parentOf(path))]);
  const found = { path, parentExists: parent !== undefined, ...(stat === undefined ? {} : { stat }) };
  const bytes = stat?.type === 'file' ? await content : undefined;
  if (bytes === undefined) return { ...found, encoding: 'utf8' };
  const text = asText(bytes);
  if (text !== undefined) return { ...found, text, encoding: 'utf8' };
  return { ...found, text: bytes.toString('latin1'), encoding: 'latin1' };
}

/** Why the file cannot be edited, in words; undefined = it can. */
export function whyNotEditable(file: TextFile, create: boolean): string | undefined {
  if (file.path === '') return '"path" is required';
  if (file.stat === undefined) return create ? undefined : `Path ${file.path} does not exist !`;
  return file.stat.type === 'file' ? undefined : `Path ${file.path} is a ${file.stat.type}, not a file`;
}

/** The user's text in the characters the file is held in. */
export function inFileCharacters(file: TextFile, text: string): string {
  return file.encoding === 'utf8' ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/**
 * Writes the file where its text changes, makes it where it was absent, and sets attributes.
 *
 * @param text what the file is to hold; undefined = leave it as it is
 * @param msg registered, and the summary of the step
 */
export function planText(
  params: TextFileParams,
  file: TextFile,
  text: string | undefined,
  msg: string,
): Plan {
  if (text === undefined || text === file.text) {
    return { steps: file.stat ? driftSteps(file.path, file.stat, params) : [], values: { msg } };
  }
  const steps: Step[] = file.parentExists ? [] : [makeDirectories([parentOf(file.path)], {})];
  return { steps: [...steps, writeStep(params, file, text, msg)], values: { msg }, message: msg };
}

/** Registered: where the old file was kept. */
export function backupValues(outcomes: readonly StepOutcome[]): ValueMap {
  const backup = backupOf(outcomes);
  return backup === undefined ? {} : { backup };
}

/** Lines with their ends, as Python's `splitlines(True)` cuts them at line feeds. */
export function toLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** A line without its end. */
export function withoutEnd(line: string): string {
  return line.replace(/[\r\n]+$/, '');
}

function writeStep(params: TextFileParams, file: TextFile, text: string, msg: string): PutStep {
  const content: Content = file.encoding === 'utf8' ? { text } : { bytes: Buffer.from(text, 'latin1') };
  const attributes = file.stat ? attributeDrift(params, file.stat) : newAttributes(params, 'file');
  return {
    kind: 'put',
    path: file.path,
    content,
    summary: `${msg === '' ? 'update' : msg}: ${file.path}`,
    ...(file.text === undefined ? {} : { before: file.encoding === 'utf8' ? file.text : null }),
    ...attributes,
    ...(params.validate === undefined ? {} : { validate: validateWords(params.validate) }),
    ...(params.backup && file.text !== undefined ? { backup: true } : {}),
    ...(params.unsafe_writes ? { unsafeWrites: true } : {}),
  };
}
