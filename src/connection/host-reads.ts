/**
 * The typed reads every module may ask for. Reads of one kind issued in the same tick become one
 * process on the host (see reads/*.ts for how).
 */
export interface HostReads {
  /** undefined = there is nothing at the path. Does not follow a symlink unless asked to. */
  stat(path: string, options?: StatOptions): Promise<FileStat | undefined>;
  /** What there is at the path, links followed; undefined = nothing. */
  typeOf(path: string): Promise<FileStat['type'] | undefined>;
  /** The bytes of a regular file; undefined = absent. Throws CommandError over `maxBytes` (default 10 MiB). */
  content(path: string, options?: { readonly maxBytes?: number }): Promise<Buffer | undefined>;
  /** Names in a directory, sorted, without `.` and `..`; undefined = absent. */
  list(path: string): Promise<readonly string[] | undefined>;
  /** dpkg's own database, one process for all names asked in a tick. */
  package(name: string): Promise<PackageState>;
  /** systemd's view of a unit, one `systemctl show` for all units asked in a tick. */
  unit(name: string): Promise<UnitState>;
  /** An entry of the passwd database, by getent. */
  user(name: string): Promise<UserEntry | undefined>;
  group(name: string): Promise<GroupEntry | undefined>;
  /** Facts of the host (docs/facts.md), gathered anew by each call that finds none under way. */
  facts(): Promise<Facts>;
}

/** Typed reads that can also tell for sure whether two paths are one and the same. */
export interface PlacedReads extends HostReads {
  /** undefined = not to be told: a link, a file of several names, no directory above it. */
  place(path: string): Promise<Place | undefined>;
  /** Devices (as in `FileStat`) of file systems that others may change too: network, FUSE, clusters. */
  sharedDevices(): Promise<ReadonlySet<number>>;
}

/** An entry of a directory, there or not. Whatever way a path takes to a directory, its device and inode are the same. */
export interface Place {
  readonly device: number;
  /** Inode of the directory. */
  readonly directory: number;
  readonly name: string;
  /** Inode of what is there; undefined = nothing. */
  readonly inode: number | undefined;
}

export interface StatOptions {
  readonly follow?: boolean;
  /** Also the SHA-256 of a regular file, hex. */
  readonly checksum?: boolean;
}

export interface FileStat {
  readonly type: 'file' | 'directory' | 'link' | 'fifo' | 'socket' | 'block' | 'char';
  /** Four or more octal digits, e.g. `0644`. */
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  readonly inode: number;
  readonly links: number;
  /** st_dev of stat(2): which file system it is on. */
  readonly device: number;
  /** Where a link points, as stored. */
  readonly target?: string;
  /** SHA-256, hex, when asked for and a regular file. */
  readonly checksum?: string;
}

export interface PackageState {
  readonly name: string;
  readonly installed: boolean;
  /** Installed version; undefined where not installed. */
  readonly version?: string;
  readonly held: boolean;
  /** dpkg's three words, e.g. `install ok installed`, `deinstall ok config-files`. */
  readonly status: string;
}

export interface UnitState {
  readonly name: string;
  /** loaded, not-found, masked, error… (LoadState) */
  readonly load: string;
  /** active, inactive, failed, activating… (ActiveState) */
  readonly active: string;
  /** enabled, disabled, static, masked, indirect, generated… (UnitFileState); empty = unknown */
  readonly enabled: string;
  /** systemd says its file changed on disk (NeedDaemonReload). */
  readonly needsReload: boolean;
}

export interface UserEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
  /** Supplementary groups. */
  readonly groups: readonly string[];
}

export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** Names and shapes are Ansible's `ansible_facts` without the prefix. */
export interface Facts {
  readonly [name: string]: string | number | boolean | null | readonly string[] | Facts | readonly Facts[];
}

/** A command that was started to go on by itself. */
export interface JobState {
  readonly id: string;
  /** Directory of the host that keeps what belongs to it. */
  readonly directory: string;
  /** `late`: its time was over and it was killed; `lost`: it is gone and left no exit code. */
  readonly status: 'running' | 'ended' | 'late' | 'lost';
  /** What was kept for it at its start. */
  readonly note: string;
  /** Milliseconds since 1970, to the second. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** 0 while it is running. */
  readonly exitCode: number;
  /** Empty while it is running. */
  readonly stdout: string;
  readonly stderr: string;
}
