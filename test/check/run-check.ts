import { modules } from '../../modules/index.ts';
import { type CheckOptions, checkRun } from '../../src/check/index.ts';
import { loadInventory, loadPlaybook } from '../../src/load/index.ts';
import type { Fault } from '../../src/model/errors.ts';
import { writeFiles } from '../load/temporary-files.ts';

const threeHosts = `all:
  children:
    web:
      hosts:
        w1: {only_w1: 1}
        w2:
      vars: {web_port: 80}
    db:
      hosts:
        d1:
  vars:
    domain: example.org
`;

/**
 * Checks a playbook `site.yml` against hosts w1 and w2 (group web) and d1 (group db).
 *
 * @returns one line per fault: `error site.yml:3:5 code: message | hint`
 */
export function runCheck(
  files: Readonly<Record<string, string>>,
  options: Partial<CheckOptions> = {},
): string[] {
  const directory = writeFiles({ 'hosts.yml': threeHosts, ...files });
  const { inventory, faults } = loadInventory([`${directory}/hosts.yml`]);
  const loaded = loadPlaybook(`${directory}/site.yml`, { modules });
  const wrong = [...faults, ...loaded.faults].filter((fault) => fault.severity === 'error');
  if (wrong.length > 0)
    throw new Error(`the files of the test are wrong: ${lines(wrong, directory).join('\n')}`);
  const found = checkRun({ playbooks: [loaded.playbook], inventory, modules, ...options });
  return lines(found, directory);
}

/** A play over `web` with these tasks, each indented as it stands. */
export function checkTasks(tasks: string, options: Partial<CheckOptions> = {}): string[] {
  return runCheck({ 'site.yml': `- hosts: web\n  tasks:\n${tasks.replaceAll(/^(?=.)/gm, '    ')}` }, options);
}

function lines(faults: readonly Fault[], directory: string): string[] {
  return faults.map(({ severity, code, message, position, hint }) => {
    const place = position
      ? ` ${position.file.replace(`${directory}/`, '')}:${position.line}:${position.col}`
      : '';
    const text = `${severity}${place} ${code}: ${message}${hint ? ` | ${hint}` : ''}`;
    return text.replaceAll(`${directory}/`, '');
  });
}
