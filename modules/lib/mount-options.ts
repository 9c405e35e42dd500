import { splitOpts } from './fstab.ts';

/** Words that say the opposite of each other and that the kernel shows for every file system. */
const opposites: readonly (readonly [word: string, other: string])[] = [
  ['ro', 'rw'],
  ['nosuid', 'suid'],
  ['nodev', 'dev'],
  ['noexec', 'exec'],
  ['noatime', 'atime'],
  ['nodiratime', 'diratime'],
];

/** Words only some file systems show; drift only where the opposite is seen. */
const shownPairs: readonly (readonly [word: string, other: string])[] = [
  ['hard', 'soft'],
  ['lock', 'nolock'],
  ['sync', 'async'],
  ['relatime', 'strictatime'],
  ['ac', 'noac'],
];

/** Values that server and client agree on, or that the kernel rounds: what is seen may differ. */
const negotiated = ['rsize', 'wsize', 'namlen', 'addr', 'clientaddr', 'mountaddr', 'mountport', 'port'];

/** The kernel shows these under another name. */
const otherNames: Readonly<Record<string, string>> = { nfsvers: 'vers' };

/** One option that is not as the task says. */
export interface OptionDrift {
  readonly wanted: string;
  readonly seen: string;
  /** `mount -o remount` can change it. */
  readonly remountable: boolean;
}

/**
 * Options given explicitly that a live mount visibly contradicts. What the kernel does not show
 * (`_netdev`, `nofail`, `bg`, `x-…`) or chooses itself is no drift.
 *
 * @param opts of the task, in fstab's form
 * @param live options seen in mountinfo
 */
export function optionDrift(opts: string, live: readonly string[]): OptionDrift[] {
  return splitOpts(opts).flatMap((option) => wordDrift(option, live) ?? valueDrift(option, live) ?? []);
}

/** Options for mount(8) itself, without those that only fstab's readers understand. */
export function mountableOpts(opts: string): string {
  const words = splitOpts(opts).filter(
    (word) => !/^(x-.*|_netdev|nofail|auto|noauto|defaults|comment=.*)$/.test(word),
  );
  return words.join(',');
}

/** Two names of one file system type: `nfs` and `nfs4`, and a FUSE one that stands in for the kernel's. */
export function sameType(wanted: string, live: string): boolean {
  const plain = (type: string): string => type.replace(/^fuse\./, '').replace(/^nfs4$/, 'nfs');
  return wanted === 'auto' || plain(wanted) === plain(live);
}

function wordDrift(option: string, live: readonly string[]): OptionDrift | undefined {
  for (const [shown, silent] of opposites) {
    if (option === shown && !live.includes(shown)) {
      return { wanted: option, seen: silent, remountable: true };
    }
    if (option === silent && live.includes(shown)) return { wanted: option, seen: shown, remountable: true };
  }
  const pair = shownPairs.find((words) => words.includes(option));
  const other = pair?.[0] === option ? pair[1] : pair?.[0];
  if (other === undefined || !live.includes(other) || live.includes(option)) return undefined;
  return {
    wanted: option,
    seen: other,
    remountable: ['sync', 'async', 'relatime', 'strictatime'].includes(option),
  };
}

function valueDrift(option: string, live: readonly string[]): OptionDrift | undefined {
  const [name = '', value] = split(option);
  if (value === undefined) return undefined;
  const key = otherNames[name] ?? name;
  if (negotiated.includes(key)) return undefined;
  const seen = live.find((word) => split(word)[0] === key);
  const seenValue = seen === undefined ? undefined : split(seen)[1];
  if (seen === undefined || seenValue === undefined || sameValue(key, value, seenValue)) return undefined;
  return { wanted: option, seen, remountable: key === 'size' || key === 'mode' };
}

function sameValue(key: string, wanted: string, seen: string): boolean {
  if (wanted === seen) return true;
  // `vers=4` lets the two sides choose 4.0, 4.1 or 4.2.
  if (key === 'vers') return seen.startsWith(`${wanted}.`);
  if (key === 'mode') return Number.parseInt(wanted, 8) === Number.parseInt(seen, 8);
  if (key === 'size') return wanted.endsWith('%') || bytes(wanted) === bytes(seen);
  // Kernels add digits to protocol names: tcp, tcp6.
  return key === 'proto' && seen === `${wanted}6`;
}

function bytes(text: string): number {
  const unit = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[text.slice(-1).toLowerCase()] ?? 1;
  return Number.parseInt(text, 10) * unit;
}

function split(option: string): [string, string?] {
  const at = option.indexOf('=');
  return at === -1 ? [option] : [option.slice(0, at), option.slice(at + 1)];
}
