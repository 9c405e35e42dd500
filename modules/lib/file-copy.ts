import {
  type Content,
  type FileStat,
  type HostAccess,
  ParamsError,
  type Plan,
  type PutStep,
  quote,
  quoteWord,
  type RunStep,
  type Step,
  type StepOutcome,
  Unknown,
  type ValueMap,
} from '../../src/module/index.ts';
import {
  type AttributeDrift,
  type Attributes,
  attributeDrift,
  attributeScript,
  driftSteps,
  newAttributes,
  statValues,
} from './file-attributes.ts';
import { splitWords } from './shell-words.ts';
import { asText, diffLimit } from './text.ts';

/** Where the bytes of a file come from: the control node, or another path of the host. */
type Source = Content | { readonly remotePath: string };

/** One file of the desired tree, and what is in its place now. */
export interface FileEntry {
  readonly type: 'file';
  readonly path: string;
  readonly source: Source;
  /** SHA-256, hex. */
  readonly checksum: string;
  readonly size: number;
  readonly sourceMode?: string;
  /** Mode of the file where it is new and none is asked for. */
  readonly newMode?: string;
  readonly stat?: FileStat;
  /** Its text now, for the diff; null = not shown; undefined = absent or equal. */
  readonly before?: string | null;
  /** Its text as it will be, where the source is on the host. */
  readonly after?: string | null;
}

export interface DirectoryEntry {
  readonly type: 'directory';
  readonly path: string;
  readonly newMode?: string;
  readonly stat?: FileStat;
}

export type CopyEntry = FileEntry | DirectoryEntry;

export interface CopyParams extends Attributes {
  readonly directory_mode?: string | undefined;
  readonly force: boolean;
  readonly backup: boolean;
  readonly validate?: string | undefined;
  readonly unsafe_writes: boolean;
}

/** The same of a file that is wanted at `path`, with what is there now; text is read only if it differs. */
export async function readFileEntry(
  host: HostAccess,
  wanted: Omit<FileEntry, 'stat' | 'before' | 'after'>,
  follow: boolean,
): Promise<FileEntry> {
  const stat = await host.stat(wanted.path, { follow, checksum: true });
  if (stat === undefined) return wanted;
  if (stat.type !== 'file' || stat.checksum === wanted.checksum) return { ...wanted, stat };
  const [before, after] = await Promise.all([
    readText(host, wanted.path, stat.size),
    'remotePath' in wanted.source ? readText(host, wanted.source.remotePath, wanted.size) : undefined,
  ]);
  return { ...wanted, stat, before, ...(after === undefined ? {} : { after }) };
}

/** Makes the directories and files that are not yet as desired; fails where something is in the way. */
export function planCopy(params: CopyParams, entries: readonly CopyEntry[]): Plan {
  const blocked = entries.find(isBlocked);
  if (blocked) {
    return { steps: [], failure: `${blocked.path} is a ${blocked.stat?.type}, not a ${blocked.type}` };
  }
  const directories = entries.filter((entry) => entry.type === 'directory');
  const files = entries.filter((entry) => entry.type === 'file');
  return {
    steps: [...directorySteps(params, directories), ...files.flatMap((file) => fileSteps(params, file))],
  };
}

/** Registered values of a single file: Ansible's names, checksum in SHA-256. */
export function fileValues(params: CopyParams, entry: FileEntry, outcomes: readonly StepOutcome[]): ValueMap {
  const backup = params.backup ? backupOf(outcomes) : undefined;
  const kept = entry.stat !== undefined && !params.force;
  const stat = kept || entry.stat?.type === 'file' ? entry.stat : undefined;
  return {
    dest: entry.path,
    checksum: kept ? (entry.stat?.checksum ?? null) : entry.checksum,
    size: kept ? (entry.stat?.size ?? null) : entry.size,
    state: 'file',
    ...statValues(stat, kept ? {} : desiredOf(params, entry)),
    ...(backup === undefined ? {} : { backup_file: backup }),
  };
}

/** Where the old file was kept, as the step reports it; Unknown where that was only simulated. */
export function backupOf(outcomes: readonly StepOutcome[]): string | Unknown | undefined {
  const keeping = outcomes.find(({ step }) => step.kind === 'put' && step.backup === true);
  if (keeping?.status === 'skipped') return new Unknown('the file was only simulated to be replaced');
  const printed = outcomes.find((outcome) => outcome.exec !== undefined)?.exec?.stdout;
  const backup = keeping?.backupPath ?? printed;
  return backup === '' ? undefined : backup;
}

async function readText(host: HostAccess, path: string, size: number): Promise<string | null> {
  if (size > diffLimit) return null;
  const bytes = await host.content(path, { maxBytes: diffLimit * 2 });
  return bytes === undefined ? null : (asText(bytes) ?? null);
}

function isBlocked(entry: CopyEntry): boolean {
  if (entry.stat === undefined) return false;
  if (entry.type === 'directory') return entry.stat.type !== 'directory';
  return entry.stat.type === 'directory';
}

function directorySteps(params: CopyParams, directories: readonly DirectoryEntry[]): Step[] {
  const attributes = { owner: params.owner, group: params.group, mode: params.directory_mode };
  const missing = directories.filter((entry) => entry.stat === undefined);
  const modes = [...new Set(missing.map((entry) => params.directory_mode ?? entry.newMode))];
  return [
    ...modes.map((mode) => {
      const same = missing.filter((entry) => (params.directory_mode ?? entry.newMode) === mode);
      return makeDirectories(
        same.map((entry) => entry.path),
        newAttributes({ ...attributes, mode }, 'directory'),
      );
    }),
    ...directories.flatMap(({ path, stat }) => (stat ? driftSteps(path, stat, attributes) : [])),
  ];
}

/** One step that makes directories, parents too, and gives them their attributes. */
export function makeDirectories(paths: readonly string[], drift: AttributeDrift): RunStep {
  return {
    kind: 'run',
    script: `mkdir -p -- ${quote(paths)} && ${attributeScript(quote(paths), drift)}`,
    summary: paths.length === 1 ? `create directory ${paths[0]}` : `create ${paths.length} directories`,
    predicts: paths.map((path) => ({ kind: 'path', path, type: 'directory', ...drift })),
    diff: paths.map((path) => ({ header: path, before: '', after: 'directory\n' })),
  };
}

function fileSteps(params: CopyParams, entry: FileEntry): Step[] {
  const { stat } = entry;
  if (stat !== undefined && !params.force) return [];
  const desired = desiredAttributes(params, entry);
  if (stat?.type === 'file' && stat.checksum === entry.checksum) return driftSteps(entry.path, stat, desired);
  const write = writeStep(params, entry);
  if (stat === undefined || stat.type === 'file') return [write];
  return [{ kind: 'remove', path: entry.path, summary: `remove the ${stat.type} ${entry.path}` }, write];
}

function desiredAttributes(params: CopyParams, entry: FileEntry): Attributes {
  const kept = entry.stat === undefined ? entry.newMode : undefined;
  const mode = params.mode === 'preserve' ? entry.sourceMode : (params.mode ?? kept);
  return { mode, owner: params.owner, group: params.group };
}

/** All attributes the file will have by its params, whether they are so already or not. */
function desiredOf(params: CopyParams, entry: FileEntry): AttributeDrift {
  const desired = desiredAttributes(params, entry);
  return entry.stat?.type === 'file' ? attributeDrift(desired, entry.stat) : newAttributes(desired, 'file');
}

function writeStep(params: CopyParams, entry: FileEntry): PutStep | RunStep {
  const drift = desiredOf(params, entry);
  const common = {
    summary: `${entry.stat === undefined ? 'create' : 'update'} ${entry.path}`,
    predicts: [predictFile(entry, drift)],
  };
  if ('remotePath' in entry.source) return copyOnHost(params, entry, entry.source.remotePath, drift, common);
  return {
    kind: 'put',
    path: entry.path,
    content: entry.source,
    ...common,
    ...drift,
    ...(entry.before === undefined ? {} : { before: entry.before }),
    ...(params.validate === undefined ? {} : { validate: validateWords(params.validate) }),
    ...(params.backup && entry.stat?.type === 'file' ? { backup: true } : {}),
    ...(params.unsafe_writes ? { unsafeWrites: true } : {}),
  };
}

function predictFile(entry: FileEntry, drift: AttributeDrift): NonNullable<Step['predicts']>[number] {
  const { stat, source } = entry;
  const kept = stat?.type === 'file' ? { mode: stat.mode, owner: stat.owner, group: stat.group } : {};
  const content = 'remotePath' in source ? {} : { content: source };
  return { kind: 'path', path: entry.path, type: 'file', ...kept, ...drift, ...content };
}

/** Words of a `validate` command. */
export function validateWords(validate: string): string[] {
  const words = splitWords(validate);
  if (words.some((word) => word.includes('%s'))) return words;
  throw new ParamsError(`validate must contain %s for the path of the new file: "${validate}"`);
}

/** Copies within the host by way of a temporary file beside the destination. */
function copyOnHost(
  params: CopyParams,
  entry: FileEntry,
  source: string,
  drift: AttributeDrift,
  common: Pick<RunStep, 'summary' | 'predicts'>,
): RunStep {
  const { stat } = entry;
  const kept = stat?.type === 'file' ? { owner: String(stat.uid), group: String(stat.gid) } : {};
  const attributes = { mode: stat?.type === 'file' ? stat.mode : '0644', ...kept, ...drift };
  const dest = quoteWord(entry.path);
  const lines = [
    'set -e',
    `new=$(mktemp ${quoteWord(`${entry.path}.XXXXXX`)})`,
    `trap 'rm -f -- "$new"' EXIT`,
    `cat -- ${quoteWord(source)} >"$new"`,
    attributeScript('"$new"', attributes),
    ...(params.validate === undefined ? [] : [validateLine(params.validate)]),
    ...(params.backup && stat?.type === 'file' ? backupLines(dest) : []),
    params.unsafe_writes ? `cat -- "$new" >${dest}` : `mv -f -- "$new" ${dest}`,
  ];
  const diff =
    typeof entry.after === 'string' && entry.before !== null
      ? { diff: [{ header: entry.path, before: entry.before ?? '', after: entry.after }] }
      : {};
  return { kind: 'run', script: lines.join('\n'), ...common, ...diff };
}

/** Shell lines that keep the old file and print the path it is kept at; `dest` is a quoted word. */
export function backupLines(dest: string): string[] {
  return [
    `backup=${dest}."$$.$(date +%Y-%m-%d@%H:%M:%S)~"`,
    `cp -p -- ${dest} "$backup"`,
    `printf '%s' "$backup"`,
  ];
}

function validateLine(validate: string): string {
  return validateWords(validate)
    .map((word) => (word === '%s' ? '"$new"' : word.split('%s').map(quoteWord).join('"$new"')))
    .join(' ');
}
