/** Control groups for the hosts, on control machines without a systemd that would make them. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runScript } from './process.ts';

const ROOT = '/sys/fs/cgroup';

/** Shell text that puts the running shell into a group of that name, in every hierarchy. */
export function joinGroupScript(name: string): string {
  return `
for hierarchy in ${hierarchies().join(' ')}; do
  group="$hierarchy/mooring-lab/${name}"
  mkdir -p "$group"
  for each in "$hierarchy/mooring-lab" "$group"; do
    # A cpuset starts empty, and an empty one takes no process.
    for file in cpuset.cpus cpuset.mems; do
      [ ! -e "$each/$file" ] || cat "\${each%/*}/$file" >"$each/$file"
    done
  done
  echo $$ >"$group/cgroup.procs"
done`;
}

/** Kills what is left in a host's groups and removes them, the deepest first. */
export async function removeGroups(name: string): Promise<void> {
  await runScript(`
for hierarchy in ${hierarchies().join(' ')}; do
  group="$hierarchy/mooring-lab/${name}"
  [ -d "$group" ] || continue
  tries=0
  until find "$group" -depth -type d -exec rmdir {} + 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 50 ] || { echo "cannot remove $group" >&2; exit 1; }
    find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null | xargs -r kill -9 2>/dev/null || :
    sleep 0.1
  done
  rmdir "$hierarchy/mooring-lab" 2>/dev/null || :
done`);
}

/** True when some hierarchy still has a group of the lab. */
export function groupsLeft(): string[] {
  return hierarchies()
    .map((hierarchy) => join(hierarchy, 'mooring-lab'))
    .filter((group) => existsSync(group));
}

/** The mounted hierarchies: one in the unified layout, one per controller in the old one. */
function hierarchies(): string[] {
  if (existsSync(join(ROOT, 'cgroup.controllers'))) {
    enableControllers(ROOT);
    return [ROOT];
  }
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(ROOT, entry.name));
}

/** Lets groups below use every controller; one that cannot be had is left out. */
function enableControllers(group: string): void {
  for (const controller of readFileSync(join(group, 'cgroup.controllers'), 'utf8').trim().split(' ')) {
    try {
      writeFileSync(join(group, 'cgroup.subtree_control'), `+${controller}`);
    } catch {
      // The kernel says no to some in the root group; Docker runs without them.
    }
  }
}
