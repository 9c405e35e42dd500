import { type ListedPlay, type ListedTask, listTasks } from '../engine/index.ts';
import { selectHosts } from '../load/index.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Playbook } from '../model/playbook.ts';
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
  const lines = listTasks(playbook, args).flatMap((play, index) => [
    `  play #${index + 1} (${play.hosts}): ${play.name}\tTAGS: [${play.tags.join(', ')}]`,
    ...(args.listHosts ? hostLines(play.hosts, inventory, args.limit) : []),
    ...(args.listTasks ? ['    tasks:', ...play.tasks.map(taskLine)] : []),
    ...(args.listTags ? [`      TASK TAGS: [${allTags(play).join(', ')}]`] : []),
    '',
  ]);
  return `\nplaybook: ${playbook.file}\n\n${lines.join('\n')}`;
}

function taskLine(task: ListedTask): string {
  return `      ${task.name}\tTAGS: [${task.tags.join(', ')}]`;
}

function allTags(play: ListedPlay): readonly string[] {
  return [...new Set([...play.tags, ...play.tasks.flatMap((task) => task.tags)])].sort();
}

function hostLines(pattern: string, inventory: Inventory, limit: string | undefined): string[] {
  const hosts = selectHosts(pattern, inventory, { limit });
  return [`    pattern: ${pattern}`, `    hosts (${hosts.length}):`, ...hosts.map((host) => `      ${host}`)];
}
