import { type HostAccess, quoteWord } from '../../src/module/index.ts';
import { readConfigText } from './config-text.ts';
import { desiredMount, type MountParams } from './mount-params.ts';
import { isDevice, resolveSource } from './mount-source.ts';
import { type LiveMount, mountAt, parseMountinfo } from './mountinfo.ts';

/** How a mount point and its fstab line are. */
export interface MountCurrent {
  /** undefined = there is no fstab. */
  readonly fstab: string | undefined;
  readonly mounts: readonly LiveMount[];
  /** What is mounted at the path now. */
  readonly live: LiveMount | undefined;
  /** The path as the kernel names it, where it is a symlink. */
  readonly realPath: string;
  readonly device: string;
  readonly liveDevice: string;
  /** What is at the path, where nothing is mounted. */
  readonly point: 'directory' | 'file' | 'other' | 'nothing' | 'mounted';
  /** Entries in the directory that a mount would hide. */
  readonly hidden: number;
  readonly sentinel: 'seen' | 'missing' | 'no answer' | 'not asked';
}

/**
 * Reads without touching what is mounted: a dead server would hang. Only the sentinel is looked at,
 * under a deadline of its own.
 */
export async function readMount(host: HostAccess, params: MountParams): Promise<MountCurrent> {
  const desired = desiredMount(params);
  const [fstab, info, sentinel] = await Promise.all([
    readConfigText(host, params.fstab),
    host.run(['cat', '/proc/self/mountinfo']),
    desired.sentinel === undefined ? ('not asked' as const) : readSentinel(host, desired.sentinel),
  ]);
  const mounts = parseMountinfo(info.stdout);
  const direct = mountAt(mounts, desired.path);
  const point = direct
    ? { kind: 'mounted' as const, realPath: desired.path }
    : await readPoint(host, desired.path);
  const live = direct ?? mountAt(mounts, point.realPath);
  const differs = live !== undefined && live.src !== desired.src;
  const [device, liveDevice, names] = await Promise.all([
    differs ? resolveSource(host, desired.src) : desired.src,
    differs && isDevice(desired.src) ? resolveSource(host, live.src) : (live?.src ?? ''),
    !live && point.kind === 'directory' ? host.list(desired.path) : undefined,
  ]);
  return {
    fstab,
    mounts,
    live,
    realPath: point.realPath,
    device,
    liveDevice,
    point: live ? 'mounted' : point.kind,
    hidden: names?.length ?? 0,
    sentinel: live ? sentinel : 'not asked',
  };
}

async function readPoint(
  host: HostAccess,
  path: string,
): Promise<{ kind: MountCurrent['point']; realPath: string }> {
  const stat = await host.stat(path);
  if (!stat) return { kind: 'nothing', realPath: path };
  if (stat.type === 'directory' || stat.type === 'file') return { kind: stat.type, realPath: path };
  if (stat.type !== 'link') return { kind: 'other', realPath: path };
  const { exitCode, stdout } = await host.run(['readlink', '-e', path]);
  const realPath = exitCode === 0 ? stdout.replace(/\n$/, '') : path;
  const target = exitCode === 0 ? await host.stat(realPath) : undefined;
  return { kind: target?.type === 'directory' ? 'directory' : 'other', realPath };
}

async function readSentinel(host: HostAccess, path: string): Promise<MountCurrent['sentinel']> {
  const { exitCode } = await host.script(`timeout -s KILL 10 test -e ${quoteWord(path)}`);
  if (exitCode === 0) return 'seen';
  return exitCode === 1 ? 'missing' : 'no answer';
}
