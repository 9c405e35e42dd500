import type { TaskSite } from '../site.ts';
import { replacements } from './command-table.ts';
import { commandTextOf, isCommand, needsShell, programOf } from './command-text.ts';
import { type LintRule, moduleAt, paramAt, taskRule } from './rule.ts';

/** How commands are used. */
export const commandRules: readonly LintRule[] = [
  taskRule(
    'command-instead-of-module',
    'A command does what a module does: the module looks first, reports a change only where there is one, and works in check mode.',
    (site, { modules }) => {
      const command = commandTextOf(site);
      if (!command || site.task.module === 'script') return undefined;
      if (command.isShell && needsShell(command.text)) return undefined;
      const { name, rest } = programOf(command.text);
      const found = replacements.get(name)?.find(({ when }) => when?.test(rest) !== false);
      if (!found || !modules.has(found.module)) return undefined;
      return {
        message: `${name} is run where the module ${found.module} does the same`,
        position: paramAt(site, command.param),
        hint: `see: mooring doc ${found.module}`,
      };
    },
  ),
  taskRule(
    'shell-instead-of-command',
    'A shell is started for a text that needs none: with command nothing in it can be taken for shell syntax.',
    (site) => {
      const command = commandTextOf(site);
      if (!command?.isShell || command.text === '' || needsShell(command.text)) return undefined;
      if (site.task.params['executable'] !== undefined) return undefined;
      return {
        message: 'nothing in this text needs a shell',
        position: moduleAt(site),
        hint: 'write command',
      };
    },
  ),
  taskRule(
    'missing-changed-when',
    'A command counts as a change each time, so that every run reports changes and notifies handlers.',
    (site) => {
      if (!isCommand(site.task.module) || site.handler || saysWhenChanged(site)) return undefined;
      return {
        message: `${site.task.module} counts as a change on every run`,
        position: moduleAt(site),
        hint: 'say what is true: changed_when with a condition, true or false; or creates, removes',
      };
    },
  ),
];

function saysWhenChanged({ task }: TaskSite): boolean {
  return (
    task.keywords.changedWhen !== undefined ||
    task.params['creates'] !== undefined ||
    task.params['removes'] !== undefined
  );
}
