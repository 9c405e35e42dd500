import type { RuleSettings } from '../model.ts';
import { type Fields, records, text } from '../shapes.ts';

type Filtered = Pick<RuleSettings, 'projects' | 'repository' | 'tag' | 'labels'>;

/** What of a rule its filters say; one made elsewhere may not fit: it then differs from any wanted one. */
export function fromFilters(value: unknown): Filtered {
  const filters = records(value);
  const filterOf = (type: string): unknown => filters.find((filter) => filter['type'] === type);
  const [tag, labels] = [decorated(filterOf('tag')), labelsOf(filterOf('label'))];
  return {
    ...fromName(text(filters.find(({ type }) => type === 'name')?.['value'])),
    ...(isAll(tag) ? {} : { tag }),
    ...(labels.length === 0 ? {} : { labels }),
  };
}

/** The filters that say it, behind those of other types (`resource`), which stay. */
export function toFilters(rule: Filtered, stored: unknown): Fields[] {
  const { tag, labels = [] } = normalFilters(rule);
  const foreign = records(stored).filter(({ type }) => !['name', 'tag', 'label'].includes(text(type)));
  const name = toName(rule);
  return [
    ...foreign,
    ...(name === '**' ? [] : [{ type: 'name', value: name }]),
    ...(tag === undefined ? [] : [{ type: 'tag', value: tag, decoration: 'matches' }]),
    ...(labels.length === 0 ? [] : [{ type: 'label', value: labels, decoration: 'matches' }]),
  ];
}

/** The same in the form {@link fromFilters} gives. */
export function normalFilters(rule: Filtered): Filtered {
  const { tag, labels = [] } = rule;
  return {
    ...fromName(toName(rule)),
    ...(isAll(tag) ? {} : { tag }),
    ...(labels.length === 0 ? {} : { labels: [...labels].sort() }),
  };
}

/** `example/**`, `{a,b}/web*`: Harbor matches the whole name, its project included. */
function toName({ projects, repository }: Filtered): string {
  const pattern = isAll(repository) ? '**' : repository;
  if (projects.length === 0) return pattern;
  const names = [...projects].sort();
  return `${names.length === 1 ? names[0] : `{${names.join(',')}}`}/${pattern}`;
}

function fromName(name: string): Pick<Filtered, 'projects' | 'repository'> {
  const [, project, pattern] = /^([^/{}]+|\{[^{}/]+\})\/(.+)$/.exec(name) ?? [];
  if (project === undefined || project === '**') {
    return { projects: [], ...(isAll(name) ? {} : { repository: name }) };
  }
  const projects = project.replaceAll(/[{}]/g, '').split(',').sort();
  return { projects, ...(isAll(pattern) ? {} : { repository: pattern }) };
}

function isAll(pattern: string | undefined): pattern is undefined {
  return pattern === undefined || pattern === '' || pattern === '**';
}

/** A tag filter that excludes is none that we make: it reads as a pattern nobody asks for. */
function decorated(filter: unknown): string {
  const { value, decoration } = records([filter])[0] ?? {};
  return decoration === 'excludes' ? `not ${text(value)}` : text(value);
}

function labelsOf(filter: unknown): string[] {
  const { value, decoration } = records([filter])[0] ?? {};
  const labels = Array.isArray(value) ? value.map(text) : [];
  return (decoration === 'excludes' ? labels.map((label) => `not ${label}`) : labels).sort();
}
