import { listTasks } from '../engine/index.ts';
import { selectHosts } from '../load/index.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Parallel, Play, Playbook } from '../model/playbook.ts';
import type { RunArguments } from './run-options.ts';

type ListArguments = Pick<
  RunArguments,
  'listHosts' | 'listTasks' | 'listTags' | 'limit' | 'tags' | 'skipTags'
>;

/** The text of `--list-hosts`, `--list-tasks` and `--list-tags`. */
export function listPlaybooks(
  playbooks: readonly Playbook[],
  inventory: Inventory,
  args: ListArguments,
): string {
  return playbooks.map((playbook) => listPlaybook(playbook, inventory, args)).join('\n');
}

function listPlaybook(playbook: Playbook, inventory: Inventory, args: ListArguments): string {
  const plays = playbook.entries.flatMap((entry: Play | Parallel) =>
    entry.kind === 'parallel' ? entry.plays : [entry],
  );
  const listed = listTasks(playbook, { tags: words(args.tags), skipTags: words(args.skipTags) });
  const lines = plays.flatMap((play, index) => {
    const entry = listed[index];
    const tags = [
      ...new Set([...(entry?.tags ?? []), ...(entry?.tasks ?? []).flatMap((task) => task.tags)]),
    ].sort();
    return [
      `  play #${index + 1} (${play.hosts}): ${entry?.name ?? play.hosts}\tTAGS: [${(entry?.tags ?? []).join(', ')}]`,
      ...(args.listHosts ? hostLines(play, inventory, args.limit) : []),
      ...(args.listTasks
        ? [
            '    tasks:',
            ...(entry?.tasks ?? []).map((task) => `      ${task.name}\tTAGS: [${task.tags.join(', ')}]`),
          ]
        : []),
      ...(args.listTags ? [`      TASK TAGS: [${tags.join(', ')}]`] : []),
      '',
    ];
  });
  return `\nplaybook: ${playbook.file}\n\n${lines.join('\n')}`;
}

function hostLines(play: Play, inventory: Inventory, limit: string | undefined): string[] {
  const hosts = selectHosts(play.hosts, inventory, { limit });
  return [
    `    pattern: ${play.hosts}`,
    `    hosts (${hosts.length}):`,
    ...hosts.map((host) => `      ${host}`),
  ];
}

function words(entries: readonly string[]): readonly string[] {
  return entries.flatMap((entry) => entry.split(','));
}
