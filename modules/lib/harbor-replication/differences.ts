import { type Diff, toYaml } from '../../../src/module/index.ts';
import type { EndpointSettings, Generation, RuleSettings } from '../harbor/model.ts';
import { normalUrl } from './url.ts';

/** Settings by the names the user knows, in a form where equal means the same. */
export type Shown = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export function shownEndpoint(endpoint: EndpointSettings): Shown {
  const ca = endpoint.ca?.replaceAll('\r\n', '\n').trim() ?? '';
  return {
    name: endpoint.name,
    url: normalUrl(endpoint.url),
    username: endpoint.username,
    insecure: endpoint.insecure,
    ...(ca === '' ? {} : { ca }),
  };
}

/**
 * @param rule in the form the server gives it back (`normalRule`)
 * @param endpoint name of the endpoint it refers to
 */
export function shownRule(rule: RuleSettings, endpoint: string, generation: Generation): Shown {
  const { trigger } = rule;
  return {
    name: rule.name,
    description: rule.description,
    remote: endpoint,
    projects: rule.projects,
    'filters.name': rule.repository ?? '',
    'filters.tag': rule.tag ?? '',
    trigger: trigger.kind === 'scheduled' ? `scheduled ${trigger.cron}` : trigger.kind,
    replicate_deletion: rule.replicateDeletion,
    ...(generation === '1.5'
      ? {}
      : {
          'filters.label': rule.labels ?? [],
          direction: rule.direction,
          override: rule.override,
          speed: rule.speed,
          enabled: rule.enabled,
        }),
  };
}

/** Names of the settings that are not the same. */
export function differing(before: Shown, after: Shown): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

/** The settings that differ, all of them where one side is not there. */
export function diffOf(header: string, before: Shown | undefined, after: Shown | undefined): Diff {
  const names = before && after ? differing(before, after) : Object.keys(before ?? after ?? {});
  return { header, before: textOf(before, names), after: textOf(after, names) };
}

function textOf(shown: Shown | undefined, names: readonly string[]): string {
  if (!shown) return '';
  const entries = names.flatMap((name) => (isEmpty(shown[name]) ? [] : [[name, shown[name]]]));
  return entries.length === 0 ? '' : toYaml(Object.fromEntries(entries));
}

function isEmpty(value: Shown[string] | undefined): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}
