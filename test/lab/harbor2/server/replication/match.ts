// Which images a policy means: src/pkg/reg/filter and its pattern language, doublestar.

import type { Filter } from '../state.ts';

/** What is to be copied or deleted, of one repository. */
export interface Resource {
  readonly repository: string;
  /** Of its project. */
  readonly isPublic: boolean;
  readonly artifacts: readonly ResourceArtifact[];
}

export interface ResourceArtifact {
  readonly digest: string;
  /** Empty for an artifact without any. */
  readonly tags: readonly string[];
  readonly labels: readonly string[];
}

/** The part of a resource that the filters let through, undefined where that is nothing. */
export function filtered(resource: Resource, filters: readonly Filter[]): Resource | undefined {
  const named = filters.every(
    ({ type, value }) => type !== 'name' || matches(String(value), resource.repository),
  );
  if (!named) return undefined;
  let { artifacts } = resource;
  for (const filter of filters) artifacts = artifacts.flatMap((artifact) => filterArtifact(artifact, filter));
  return artifacts.length === 0 ? undefined : { ...resource, artifacts };
}

/** `*` stops at slashes, `**` does not, `?`, `[a-z]`, `{a,b}`. An empty pattern fits everything. */
export function matches(pattern: string, text: string): boolean {
  return pattern === '' || new RegExp(`^${sourceOf(pattern)}$`).test(text);
}

/** The projects that the first part of a name filter spells out, undefined where it has wildcards or there is none. */
export function namedProjects(filters: readonly Filter[]): string[] | undefined {
  const pattern = String(filters.find((filter) => filter.type === 'name')?.value ?? '');
  const first = pattern.split('/')[0] ?? '';
  if (first === '' || /[*?[\\\]^]/.test(first)) return undefined;
  const choice = /^([^{}]*)\{([^{}]*)\}([^{}]*)$/.exec(first);
  if (choice === null) return /[{},]/.test(first) ? undefined : [first];
  const [, before = '', list = '', after = ''] = choice;
  return list.split(',').map((item) => before + item.trim() + after);
}

function filterArtifact(artifact: ResourceArtifact, filter: Filter): ResourceArtifact[] {
  const excludes = filter.decoration === 'excludes';
  if (filter.type === 'label') {
    const wanted = Array.isArray(filter.value) ? filter.value.map(String) : [];
    const all = wanted.every((label) => artifact.labels.includes(label));
    return wanted.length === 0 || all !== excludes ? [artifact] : [];
  }
  if (filter.type !== 'tag' || filter.value === '') return [artifact];
  const pattern = String(filter.value);
  if (artifact.tags.length === 0) return matches(pattern, '') !== excludes ? [artifact] : [];
  const tags = artifact.tags.filter((tag) => matches(pattern, tag) !== excludes);
  return tags.length === 0 ? [] : [{ ...artifact, tags }];
}

function sourceOf(pattern: string): string {
  let source = '';
  let depth = 0;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    const rest = pattern.slice(at);
    const classes = /^\[(?:[!^])?[^\]]+\]/.exec(rest)?.[0];
    if (rest.startsWith('**/')) {
      source += '(?:.*/)?';
      at += 2;
    } else if (rest.startsWith('/**') && at + 3 === pattern.length) {
      source += '(?:/.*)?';
      at += 2;
    } else if (rest.startsWith('**')) {
      source += '.*';
      at += 1;
    } else if (classes !== undefined) {
      source += classes.replace(/^\[!/, '[^');
      at += classes.length - 1;
    } else if (char === '{') {
      source += '(?:';
      depth += 1;
    } else if (char === '}' && depth > 0) {
      source += ')';
      depth -= 1;
    } else if (char === ',' && depth > 0) source += '|';
    else if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else source += char.replace(/[\\^$.|+()[\]{}/-]/g, '\\$&');
  }
  return source;
}
