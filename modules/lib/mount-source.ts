import type { HostAccess } from '../../src/module/index.ts';
import { isBelow, type LiveMount, mountHolding } from './mountinfo.ts';

/** File systems without a device: the source is only a label. */
const sourceless = [
  'tmpfs',
  'proc',
  'sysfs',
  'devpts',
  'devtmpfs',
  'cgroup',
  'cgroup2',
  'mqueue',
  'hugetlbfs',
  'overlay',
];

const tagPattern = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.+)$/;

/**
 * The device that `UUID=…`, `LABEL=…` or a link in /dev stands for, as mountinfo would name it.
 *
 * @returns the source itself where it is no device or there is none of that name
 */
export async function resolveSource(host: HostAccess, src: string): Promise<string> {
  if (!isDevice(src)) return src;
  const tag = tagPattern.exec(src);
  const link = tag ? `/dev/disk/by-${tag[1]?.toLowerCase()}/${tag[2]?.replaceAll('"', '')}` : src;
  const { exitCode, stdout } = await host.run(['readlink', '-e', link]);
  return exitCode === 0 ? stdout.trim() : src;
}

/** True for a path in /dev and for the tags of blkid(8). */
export function isDevice(src: string): boolean {
  return src.startsWith('/dev/') || tagPattern.test(src);
}

/** Where the file system shall come from, and where the live one does, as named and as devices. */
export interface Sources {
  readonly src: string;
  readonly device: string;
  readonly liveDevice: string;
  readonly bind: boolean;
}

/** True where the live mount comes from the source the task names. */
export function sameSource(sources: Sources, live: LiveMount, mounts: readonly LiveMount[]): boolean {
  if (sources.bind) return sameDirectory(sources.src, live, mounts);
  if (sourceless.includes(live.fstype)) return true;
  return plainSource(sources.src) === plainSource(live.src) || sources.device === sources.liveDevice;
}

/** A bind mount shows the device and the directory in it, not the path it was made from. */
function sameDirectory(src: string, live: LiveMount, mounts: readonly LiveMount[]): boolean {
  const holder = mountHolding(
    mounts.filter((mount) => mount !== live),
    src,
  );
  if (!holder || holder.device !== live.device) return false;
  const inside = isBelow(src, holder.path) ? src.slice(holder.path.length).replace(/^\/+/, '') : '';
  const root = `${holder.root.replace(/\/+$/, '')}/${inside}`.replace(/\/+$/, '') || '/';
  return root === live.root.replace(/\/+$/, '') || (root === '/' && live.root === '/');
}

/** `server:/path/` and `server:/path` are one export. */
function plainSource(src: string): string {
  return src.length > 1 && !src.endsWith(':/') ? src.replace(/\/+$/, '') : src;
}
