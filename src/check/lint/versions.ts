import { isTemplate } from '../../template/index.ts';
import { commandTextOf } from './command-text.ts';
import { type LintRule, paramAt, taskRule } from './rule.ts';

/** What is only settled on the day of the run. */
export const versionRules: readonly LintRule[] = [
  taskRule(
    'latest-image',
    'An image is named without a version: which one runs depends on the day it was pulled.',
    (site) => {
      const { module, params } = site.task;
      if (module === 'docker_image' && params['state'] !== 'absent') {
        const name = [params['name'] ?? []].flat().find((item) => isLatest(item));
        if (name === undefined) return undefined;
        return {
          message: `the image ${String(name)} has no version`,
          position: paramAt(site, 'name'),
          hint: 'name a tag, or better a digest',
        };
      }
      const command = commandTextOf(site);
      const image = command && imageIn(command.text);
      if (!command || image === undefined || /\b(?:rmi|image rm|image ls|ps)\b/.test(command.text))
        return undefined;
      return {
        message: `the image ${image} has no version`,
        position: paramAt(site, command.param),
        hint: 'name a tag, or better a digest',
      };
    },
  ),
  taskRule(
    'latest-package',
    'A package is brought to its newest version on every run, whenever that is.',
    (site) => {
      const { module, params } = site.task;
      if (module !== 'apt' || params['state'] !== 'latest') return undefined;
      return {
        message: 'which version is installed depends on the day of the run',
        position: paramAt(site, 'state'),
        hint: 'use state: present, or name a version; upgrade in a playbook of its own',
      };
    },
  ),
];

/** `docker pull nginx` and whatever says `:latest`. */
function imageIn(text: string): string | undefined {
  const pulled = /\bdocker\s+(?:image\s+)?pull\s+(?:-\S+\s+)*((?:[^\s{]|\{\{.*?\}\})+)/.exec(text)?.[1];
  if (pulled !== undefined && isLatest(pulled)) return pulled;
  return /\bdocker\b.*?(\S+:latest)\b/s.exec(text)?.[1];
}

function isLatest(name: unknown): boolean {
  if (typeof name !== 'string' || name === '') return false;
  const last = name.split('/').at(-1) ?? '';
  if (isTemplate(name) && last.includes('}}')) return last.endsWith(':latest');
  return last.endsWith(':latest') || !/[:@]/.test(last);
}
