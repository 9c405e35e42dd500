import type { InventoryPlace } from '../model/inventory.ts';
import type { Value, ValueMap } from '../model/value.ts';
import { type CompiledTask, innermost } from './compile.ts';
import { forksOf } from './options.ts';
import type { PlayHost, PlayRun } from './run-state.ts';

type Magic = (playRun: PlayRun, host: PlayHost) => Value | undefined;

/** A variable that the engine itself sets; it wins over all others. undefined = no such one. */
export function magicVariable(name: string, playRun: PlayRun, host: PlayHost): Value | undefined {
  return Object.hasOwn(magic, name) ? magic[name]?.(playRun, host) : undefined;
}

const magic: Readonly<Record<string, Magic>> = {
  inventory_hostname: (_, host) => host.name,
  inventory_hostname_short: (_, host) => (isAddress(host.name) ? host.name : host.name.split('.')[0]),
  group_names: ({ run }, host) =>
    (run.inventory.hostOrLocal(host.name)?.groups ?? []).filter((name) => name !== 'all').sort(),
  groups: ({ run }) => run.inventory.groups,
  inventory_dir: (playRun, host) => namedIn(playRun, host, 'directory'),
  inventory_file: (playRun, host) => namedIn(playRun, host, 'file'),
  playbook_dir: ({ playbook }) => playbook.directory,
  ansible_play_name: ({ play }) => play.keywords.name ?? play.hosts,
  ansible_play_hosts: (playRun) => liveHosts(playRun),
  play_hosts: (playRun) => liveHosts(playRun),
  ansible_play_hosts_all: ({ allHosts }) => allHosts,
  ansible_play_batch: ({ batch }) => batch.filter(isAlive).map((host) => host.name),
  ansible_check_mode: ({ run }) => run.check,
  ansible_diff_mode: ({ run }) => run.options.diff ?? false,
  ansible_run_tags: ({ run }) => (run.selection.tags.length > 0 ? run.selection.tags : ['all']),
  ansible_skip_tags: ({ run }) => run.selection.skipTags,
  ansible_limit: ({ run }) => run.options.limit,
  ansible_forks: ({ run }) => forksOf(run.options),
  ansible_verbosity: ({ run }) => run.options.verbosity ?? 0,
  ansible_inventory_sources: ({ run }) => run.inventory.current.sources,
  ansible_version: () => followedVersion,
  ansible_failed_task: (_, host) => host.failedTask,
  ansible_failed_result: (_, host) => host.failedResult,
};

/** The ansible-core whose behaviour is followed: playbooks ask for it before they use what it has. */
const followedVersion: ValueMap = { string: '2.14.0', full: '2.14.0', major: 2, minor: 14, revision: 0 };

/** What templates see where no variable sets it: `ansible_host`, `ansible_user`, and the note for files. */
export function fallbackVariable(
  name: string,
  { run }: PlayRun,
  host: PlayHost,
  chain: CompiledTask['chain'] = [],
): Value | undefined {
  if (name === 'ansible_host') return host.name;
  if (name === 'ansible_managed') return 'Ansible managed';
  if (name !== 'ansible_user') return undefined;
  const written = innermost(chain, 'remoteUser');
  if (written?.includes('{{')) return undefined;
  return written ?? run.options.connect?.user;
}

/** Names of all variables that only the engine sets, those of loops included. */
export const magicNames: readonly string[] = [
  ...['hostvars', 'omit', 'ansible_loop', 'ansible_loop_var', 'ansible_index_var'],
  ...Object.keys(magic),
];

function liveHosts({ run, allHosts, batch }: PlayRun): readonly string[] {
  const inBatch = new Map(batch.map((host) => [host.name, host]));
  return allHosts.filter((name) => {
    const state = run.hosts.of(name);
    const host = inBatch.get(name);
    return host ? isAlive(host) : !state.failed && !state.unreachable;
  });
}

/** Null for a host that `add_host` made; the control node, where no inventory names it, has no such variable. */
function namedIn(
  { run }: PlayRun,
  { name }: PlayHost,
  part: keyof InventoryPlace,
): string | null | undefined {
  const host = run.inventory.host(name);
  return host && (host.namedIn?.[part] ?? null);
}

function isAlive(host: PlayHost): boolean {
  return !host.failed && !host.state.unreachable;
}

function isAddress(name: string): boolean {
  return /^[0-9.]+$/.test(name) || name.includes(':');
}
