import { ParamsError } from '../../../src/module/index.ts';

export type ArchiveKind = 'tar' | 'tar.gz' | 'tar.bz2' | 'tar.xz' | 'tar.zst' | 'zip';

const endings: readonly (readonly [RegExp, ArchiveKind])[] = [
  [/\.(tar\.gz|tgz)$/i, 'tar.gz'],
  [/\.(tar\.bz2|tbz2?|tb2)$/i, 'tar.bz2'],
  [/\.(tar\.xz|txz)$/i, 'tar.xz'],
  [/\.(tar\.zst|tzst)$/i, 'tar.zst'],
  [/\.tar$/i, 'tar'],
  [/\.(zip|jar|war|whl)$/i, 'zip'],
];

/** The option that makes tar decompress; both GNU and busybox know all but the last. */
export const decompression: Record<Exclude<ArchiveKind, 'zip'>, string> = {
  tar: '',
  'tar.gz': '-z',
  'tar.bz2': '-j',
  'tar.xz': '-J',
  'tar.zst': '--zstd',
};

/** Ansible's names of them. */
export const handlers: Record<ArchiveKind, string> = {
  tar: 'TarArchive',
  'tar.gz': 'TgzArchive',
  'tar.bz2': 'TarBzipArchive',
  'tar.xz': 'TarXzArchive',
  'tar.zst': 'TarZstdArchive',
  zip: 'ZipArchive',
};

/** Throws ParamsError where the name tells no kind. */
export function archiveKind(path: string): ArchiveKind {
  const kind = endings.find(([ending]) => ending.test(path))?.[1];
  if (kind) return kind;
  throw new ParamsError(`"${path}" does not end as an archive does`, {
    hint: 'known are .tar, .tar.gz, .tgz, .tar.bz2, .tar.xz, .tar.zst and .zip',
  });
}
