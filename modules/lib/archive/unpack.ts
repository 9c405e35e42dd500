import { posix } from 'node:path';
import { type FileStat, type Prediction, quote, quoteWord } from '../../../src/module/index.ts';
import { trimSlashes } from '../paths.ts';
import type { ArchiveEntry } from './entry.ts';
import { type ArchiveKind, decompression } from './kind.ts';

/** A member that is wanted, and what is in its place. */
export interface Member {
  readonly entry: ArchiveEntry;
  readonly stat?: FileStat;
}

/** Which members are unpacked, and how. */
export interface Selection {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly keep_newer: boolean;
  readonly extra_opts: readonly string[];
}

/** @param source shell word of the archive's path, quoted */
export function tarCommand(
  params: Selection,
  kind: Exclude<ArchiveKind, 'zip'>,
  source: string,
  dest: string,
): string {
  const option = decompression[kind];
  const options = [
    ...params.exclude.map((pattern) => `--exclude=${pattern}`),
    ...(params.keep_newer ? ['--keep-newer-files'] : []),
    ...params.extra_opts,
  ];
  return `tar ${option} -xf ${source} -C ${quote([dest, ...options, ...params.include])}`;
}

/** @param source shell word of the archive's path, quoted */
export function unzipCommand(params: Selection, source: string, dest: string): string {
  const below = params.include.flatMap((path) => [path, `${trimSlashes(path)}/*`]);
  const excluded = params.exclude.length === 0 ? '' : ` -x ${quote(params.exclude)}`;
  const mode = params.keep_newer ? '-uo' : '-o';
  return `unzip ${mode} -q ${quote(params.extra_opts)} ${source} ${quote(below)}${excluded} -d ${quoteWord(dest)}`;
}

/** What a member will be once it is unpacked. */
export function predictMember(dest: string, { entry }: Member): Prediction[] {
  const type = entry.type === 'hardlink' ? 'file' : entry.type;
  const target = entry.target === undefined ? {} : { target: entry.target };
  return [{ kind: 'path', path: posix.join(dest, entry.path), type, ...target }];
}

/** The first names of what is unpacked, for the diff. */
export function listing(members: readonly Member[]): string {
  const shown = members.slice(0, 50).map(({ entry }) => `${entry.path}\n`);
  const more = members.length > shown.length ? [`and ${members.length - shown.length} more\n`] : [];
  return [...shown, ...more].join('');
}
