import { placeOf } from '../../util/positions.ts';
import { type LintRule, moduleAt, paramAt, taskRule } from './rule.ts';

/** Permissions that are not what they seem. */
export const modeRules: readonly LintRule[] = [
  taskRule(
    'unquoted-mode',
    'An octal mode without quotes: Mooring reads it as written, other programs that read the file take it for a decimal number.',
    (site) => {
      const param = ['mode', 'directory_mode'].find((name) => {
        const value = site.task.params[name];
        return /^0[0-7]+$/.test(String(value)) && placeOf(site.task.params, name)?.shape === 'plain';
      });
      if (param === undefined) return undefined;
      return {
        message: `${param}: ${String(site.task.params[param])} is a number for other YAML readers`,
        position: paramAt(site, param),
        hint: `quote it: "${String(site.task.params[param])}"`,
      };
    },
  ),
  taskRule(
    'missing-mode',
    'A file or directory is made without a mode: who may read it depends on the umask of the host.',
    (site) => {
      const { module, params } = site.task;
      const isMade =
        ['copy', 'template', 'get_url'].includes(module) ||
        (module === 'file' && ['directory', 'touch'].includes(String(params['state'])));
      if (!isMade || params['mode'] !== undefined) return undefined;
      return {
        message: 'who may read what this makes depends on the umask of the host',
        position: moduleAt(site),
        hint: 'add mode: "0644", or as the content needs it',
      };
    },
  ),
];
