/** `--tags` and `--skip-tags`; empty = not given. */
export interface TagSelection {
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
}

/**
 * Whether a task with these tags (its own and those of all outer levels) is to run.
 *
 * `always` runs unless skipped by name, `never` only when one of its tags was asked for; `all`,
 * `tagged` and `untagged` have Ansible's meaning, and skipping wins.
 */
export function isSelected(tags: ReadonlySet<string>, selection: TagSelection): boolean {
  const own = tags.size === 0 ? new Set(['untagged']) : tags;
  const wanted = selection.tags.length === 0 ? ['all'] : selection.tags;
  return isWanted(own, wanted) && !isSkipped(own, selection.skipTags);
}

function isWanted(own: ReadonlySet<string>, wanted: readonly string[]): boolean {
  if (own.has('always')) return true;
  if (wanted.some((tag) => own.has(tag))) return true;
  if (own.has('never')) return false;
  return wanted.includes('all') || (wanted.includes('tagged') && !own.has('untagged'));
}

function isSkipped(own: ReadonlySet<string>, skipped: readonly string[]): boolean {
  if (skipped.includes('all')) return !own.has('always') || skipped.includes('always');
  if (skipped.some((tag) => own.has(tag))) return true;
  return skipped.includes('tagged') && !own.has('untagged');
}
