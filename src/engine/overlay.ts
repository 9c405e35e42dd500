import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import type { HostReads } from '../connection/host-reads.ts';
import { DecidedAtRunTime } from '../model/errors.ts';
import type {
  Content,
  FileStat,
  GroupEntry,
  Prediction,
  StatOptions,
  UnitState,
  UserEntry,
} from '../module/index.ts';
import { type Predictions, unitName } from './predictions.ts';

type PathPrediction = Extract<Prediction, { kind: 'path' }>;

/**
 * Typed reads that see what simulated steps would have brought about. What cannot be known from the
 * predictions throws DecidedAtRunTime.
 */
export function withPredictions(reads: HostReads, predictions: Predictions): HostReads {
  return {
    stat: (path, options) => predictedStat(reads, predictions, path, options),
    typeOf: async (path) => (await predictedStat(reads, predictions, path, { follow: true }))?.type,
    content: (path, options) => predictedContent(reads, predictions, path, options),
    list: (path) => predictedList(reads, predictions, path),
    package: async (name) => {
      const real = await reads.package(name);
      const predicted = predictions.packages.get(name);
      if (!predicted) return real;
      if (!predicted.installed) {
        return { name, installed: false, held: false, status: 'deinstall ok config-files' };
      }
      const version = predicted.version ?? real.version;
      return { ...real, installed: true, status: 'install ok installed', ...(version ? { version } : {}) };
    },
    unit: (name) => predictedUnit(reads, predictions, name),
    user: (name) => predictedUser(reads, predictions, name),
    group: (name) => predictedGroup(reads, predictions, name),
    facts: () => reads.facts(),
  };
}

async function predictedStat(
  reads: HostReads,
  predictions: Predictions,
  path: string,
  options: StatOptions = {},
): Promise<FileStat | undefined> {
  const found = nearest(predictions, path);
  if (!found) return reads.stat(path, options);
  if (found.kind === 'hidden') throw undecided(found.reason);
  if (found.kind === 'absent') return undefined;
  const { prediction } = found;
  if (prediction.type === 'link' && options.follow) throw undecided(`the link ${path}`);
  const real = await reads.stat(path, options).catch(() => undefined);
  return synthesize(prediction, real, options);
}

/** What predictions say about a path: itself, gone with a folder above, or behind something simulated. */
function nearest(
  predictions: Predictions,
  given: string,
):
  | { kind: 'exact'; prediction: PathPrediction }
  | { kind: 'absent' }
  | { kind: 'hidden'; reason: string }
  | undefined {
  const path = posix.normalize(given);
  const exact = predictions.paths.get(path);
  if (exact) return exact.type === 'absent' ? { kind: 'absent' } : { kind: 'exact', prediction: exact };
  const above = predictions.above(path);
  if (!above) return undefined;
  if (above.kind === 'mount')
    return above.path === path ? undefined : { kind: 'hidden', reason: `the mount at ${above.path}` };
  if (above.type === 'absent') return { kind: 'absent' };
  return above.type === 'link' ? { kind: 'hidden', reason: `the link ${above.path}` } : undefined;
}

async function synthesize(
  prediction: PathPrediction,
  real: FileStat | undefined,
  options: StatOptions,
): Promise<FileStat> {
  const same = real?.type === prediction.type ? real : undefined;
  const bytes = prediction.content ? await bytesOf(prediction.content) : undefined;
  const owner = prediction.owner ?? same?.owner ?? 'root';
  const group = prediction.group ?? same?.group ?? 'root';
  const target = prediction.target ?? same?.target;
  const checksum =
    options.checksum && prediction.type === 'file' ? checksumOf(prediction, bytes, same) : undefined;
  return {
    type: prediction.type === 'absent' ? 'file' : prediction.type,
    mode: prediction.mode ?? same?.mode ?? defaultModes[prediction.type],
    owner,
    group,
    uid: ownerId(owner, same?.owner, same?.uid),
    gid: ownerId(group, same?.group, same?.gid),
    size: bytes?.length ?? same?.size ?? 0,
    mtime: same?.mtime ?? Math.floor(Date.now() / 1000),
    inode: same?.inode ?? 0,
    links: same?.links ?? 1,
    device: same?.device ?? 0,
    ...(target === undefined ? {} : { target }),
    ...(checksum === undefined ? {} : { checksum }),
  };
}

const defaultModes = { file: '0644', directory: '0755', link: '0777', absent: '0000' } as const;

function ownerId(name: string, realName: string | undefined, realId: number | undefined): number {
  if (name === realName && realId !== undefined) return realId;
  if (/^\d+$/.test(name)) return Number(name);
  return name === 'root' ? 0 : -1;
}

function checksumOf(
  prediction: PathPrediction,
  bytes: Buffer | undefined,
  same: FileStat | undefined,
): string {
  if (bytes) return createHash('sha256').update(bytes).digest('hex');
  if (same?.checksum) return same.checksum;
  throw undecided(`the content of ${prediction.path}`);
}

async function predictedContent(
  reads: HostReads,
  predictions: Predictions,
  path: string,
  options?: { readonly maxBytes?: number },
): Promise<Buffer | undefined> {
  const found = nearest(predictions, path);
  if (!found) return reads.content(path, options);
  if (found.kind === 'hidden') throw undecided(found.reason);
  if (found.kind === 'absent') return undefined;
  if (found.prediction.content) return bytesOf(found.prediction.content);
  const real = found.prediction.type === 'file' ? await reads.content(path, options) : undefined;
  if (real === undefined) throw undecided(`the content of ${path}`);
  return real;
}

async function predictedList(
  reads: HostReads,
  predictions: Predictions,
  path: string,
): Promise<readonly string[] | undefined> {
  const found = nearest(predictions, path);
  if (found?.kind === 'hidden') throw undecided(found.reason);
  if (found?.kind === 'absent') return undefined;
  if (predictions.mounts.has(posix.normalize(path))) throw undecided(`the mount at ${path}`);
  const real = await reads.list(path).catch((error: unknown) => {
    if (found) return undefined;
    throw error;
  });
  const children = predictions.childrenOf(path);
  if (!real && !found && children.every((child) => child.type === 'absent')) return undefined;
  const names = new Set(real ?? []);
  for (const child of children) {
    if (child.type === 'absent') names.delete(posix.basename(child.path));
    else names.add(posix.basename(child.path));
  }
  return [...names].sort();
}

async function predictedUnit(reads: HostReads, predictions: Predictions, name: string): Promise<UnitState> {
  const predicted = predictions.units.get(unitName(name));
  const real = await reads.unit(name).catch((error: unknown) => {
    if (predicted) return undefined;
    throw error;
  });
  if (predicted) {
    return {
      name,
      load: 'loaded',
      active: predicted.active ?? real?.active ?? 'inactive',
      enabled: predicted.enabled ?? real?.enabled ?? 'disabled',
      needsReload: false,
    };
  }
  if (real === undefined) throw undecided(`unit ${name}`);
  const file = unitFilePrediction(predictions, name);
  if (file && real.load === 'loaded') return { ...real, needsReload: true };
  if (file && real.load === 'not-found') return newUnit(name, file);
  if (real.load === 'not-found') mayComeWith(predictions, `unit ${name}`);
  return real;
}

/** A unit whose file is new: nothing has started or enabled it yet. */
async function newUnit(name: string, file: PathPrediction): Promise<UnitState> {
  if (!file.content || file.type !== 'file') throw undecided(`unit ${name}, whose file ${file.path}`);
  const text = (await bytesOf(file.content)).toString('utf8');
  const enabled = /^\s*\[Install\]/m.test(text) ? 'disabled' : 'static';
  return { name, load: 'loaded', active: 'inactive', enabled, needsReload: false };
}

function unitFilePrediction(predictions: Predictions, name: string): PathPrediction | undefined {
  const full = unitName(name);
  const folders = ['/etc/systemd/system', '/lib/systemd/system', '/usr/lib/systemd/system'];
  return [...predictions.paths.values()].find((entry) =>
    folders.some(
      (folder) => entry.path === `${folder}/${full}` || entry.path.startsWith(`${folder}/${full}.d/`),
    ),
  );
}

/** A user that would be made has no number yet: -1. */
async function predictedUser(
  reads: HostReads,
  predictions: Predictions,
  name: string,
): Promise<UserEntry | undefined> {
  const predicted = predictions.users.get(name);
  if (predicted && !predicted.present) return undefined;
  const real = await reads.user(name);
  if (real || !predicted) return real;
  return { name, uid: -1, gid: -1, comment: '', home: `/home/${name}`, shell: '', groups: [] };
}

async function predictedGroup(
  reads: HostReads,
  predictions: Predictions,
  name: string,
): Promise<GroupEntry | undefined> {
  const predicted = predictions.groups.get(name);
  if (predicted && !predicted.present) return undefined;
  const real = await reads.group(name);
  return real ?? (predicted ? { name, gid: -1, members: [] } : undefined);
}

/** A package that would be installed may bring what is missing now. */
function mayComeWith(predictions: Predictions, thing: string): void {
  const packages = predictions.newPackages;
  if (packages.length === 0) return;
  throw new DecidedAtRunTime(
    `${thing} is not there yet, and may come with ${packages.slice(0, 5).join(', ')}`,
  );
}

function undecided(thing: string): DecidedAtRunTime {
  return new DecidedAtRunTime(`${thing} is only simulated so far`);
}

async function bytesOf(content: Content): Promise<Buffer> {
  if ('text' in content) return Buffer.from(content.text);
  if ('bytes' in content) return Buffer.from(content.bytes);
  return readFile(content.localFile);
}
