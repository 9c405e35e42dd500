import type { Place, PlacedReads } from '../connection/host-reads.ts';
import type { Step } from '../module/index.ts';

/** The directory entries that a change was limited to; undefined = it may have changed anything. */
export type Footprint = readonly Place[];

/** What a read looked at on its host: so many directory entries, or more than those. */
export class Looked {
  #asked: Map<string, Promise<Place | undefined>> | undefined;
  readonly #places = new Map<string, Place>();
  #hasMore = false;
  #hasUnplaced = false;

  /** It looked at something that is no directory entry, or at one that cannot be told from others. */
  noteMore(): void {
    this.#hasMore = true;
  }

  /** It looks at what is at a path; to be called together with that, so that it costs no process. */
  notePath(path: string, reads: PlacedReads): void {
    if (this.#asked?.has(path)) return;
    const place = reads.place(path).catch(() => undefined);
    this.#asked ??= new Map();
    this.#asked.set(path, place);
  }

  /** Waits until all places are known. */
  async settle(): Promise<void> {
    if (this.#asked === undefined) return;
    for (const [path, asked] of this.#asked) {
      const place = await asked;
      if (place === undefined) this.#hasUnplaced = true;
      else this.#places.set(path, place);
    }
    this.#asked = undefined;
  }

  /** Whether it would have seen the same after the change. */
  isUntouchedBy(change: Footprint): boolean {
    if (this.#hasMore || this.#hasUnplaced) return false;
    return [...this.#places.values()].every((place) => change.every((changed) => isApart(place, changed)));
  }

  /** Whether it looked at a directory entry that is, or may be, on one of these devices. */
  mayBeOn(devices: ReadonlySet<number>): boolean {
    if (devices.size === 0) return false;
    return this.#hasUnplaced || [...this.#places.values()].some(({ device }) => devices.has(device));
  }

  /** Whether all that it looked at is on disks of its host, by the numbers of the kernel's drivers. */
  get isOnDisks(): boolean {
    return !this.#hasUnplaced && [...this.#places.values()].every(({ device }) => isDisk(device));
  }

  /**
   * The entries that the steps of a plan change, where they change nothing else: files written whole, with nothing
   * left beside them and no command of the user's.
   *
   * @param steps of a plan that was made of this read
   */
  footprintOf(steps: readonly Step[]): Footprint | undefined {
    const changed = steps.map((step) => (isPlainPut(step) ? this.#places.get(step.path) : undefined));
    return changed.every((place) => place !== undefined) ? changed : undefined;
  }
}

function isPlainPut(step: Step): step is Step & { kind: 'put' } {
  if (step.kind !== 'put' || step.validate || step.backup || step.unsafeWrites) return false;
  return !accountFiles.test(step.path);
}

/** What the names of owners and groups come from, which belong to every file: nsswitch.conf(5), nss-systemd(8). */
const accountFiles = /\/(?:passwd|group|nsswitch\.conf|[^/]*\.(?:user|group)(?:-privileged)?)$/i;

/** Number 0 is no driver's: it is for what is on no block device, as all that comes over a network. */
function isDisk(device: number): boolean {
  return Math.floor(device / 256) % 4096 !== 0;
}

/**
 * Two entries of one file system that cannot be the same. Between file systems nobody knows: one can show the
 * files of another. A directory is another one, by its times, when an entry of it is.
 */
function isApart(place: Place, changed: Place): boolean {
  if (place.device !== changed.device || place.inode === changed.directory) return false;
  if (place.directory !== changed.directory) return true;
  if (place.inode !== undefined && place.inode === changed.inode) return false;
  return place.name !== changed.name && folded(place.name) !== folded(changed.name);
}

/** Some file systems take names that differ in case or composition for the same. */
function folded(name: string): string {
  if (/^[\w.-]*$/.test(name)) return name.toLowerCase();
  // Twice, as some characters have one form in capitals only.
  return name.normalize('NFKC').toUpperCase().toLowerCase();
}
