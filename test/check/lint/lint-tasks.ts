import { modules } from '../../../modules/index.ts';
import { lintRules, lintRun, withoutAllowed } from '../../../src/check/index.ts';
import { loadInventory, loadPlaybook } from '../../../src/load/index.ts';
import { writeFiles } from '../../load/temporary-files.ts';

const ownRules = new Set(lintRules.map(({ name }) => name));

/**
 * What the rules of `lint` alone say of a playbook for host w1, `line rule: message`, with the rules left out
 * that every short example breaks.
 */
export function lintPlaybook(text: string, also: readonly string[] = []): string[] {
  const directory = writeFiles({ 'site.yml': text, 'hosts.yml': 'web:\n  hosts:\n    w1:\n' });
  const { inventory } = loadInventory([`${directory}/hosts.yml`]);
  const { playbook, faults } = loadPlaybook(`${directory}/site.yml`, { modules });
  const found = lintRun({ playbooks: [playbook], inventory, modules, hasInventory: true });
  const errors = [...faults, ...found].filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(`the example is wrong: ${JSON.stringify(errors)}`);
  const common = ['unnamed-task', 'missing-changed-when', 'unused-register', 'missing-mode'];
  const skipped = common.filter((name) => !also.includes(name));
  return withoutAllowed(found, skipped)
    .filter(({ code }) => ownRules.has(code))
    .map(({ code, message, position }) => `${position?.line} ${code}: ${message}`);
}

/** The same for the tasks of a play over `web`; lines count from the first task. */
export function lintTasks(tasks: string, also: readonly string[] = []): string[] {
  const head = '- hosts: web\n  tasks:\n';
  return lintPlaybook(head + tasks.replaceAll(/^(?=.)/gm, '    '), also).map((line) =>
    line.replace(/^\d+/, (number) => String(Number(number) - 2)),
  );
}
