import type { Endpoint, Generation, Rule } from '../harbor/model.ts';
import { repositoryOf, tagOf } from './images.ts';
import { matchesPattern } from './pattern.ts';

/** `here`: the Harbor of the task; `there`: its peer. */
export type Side = 'here' | 'there';

/** A replication rule that takes images from one of the two Harbors to the other. */
export interface Carrier {
  /** Where the rule is, and is started: the source of a push, the destination of a pull. */
  readonly side: Side;
  /** Where the images go. */
  readonly to: Side;
  readonly generation: Generation;
  readonly rule: Rule;
}

export interface CarrierSource {
  readonly side: Side;
  readonly generation: Generation;
  readonly rules: readonly Rule[];
  readonly endpoints: readonly Endpoint[];
  /** Address of the other Harbor, as the task knows it. */
  readonly otherUrl: string;
  readonly projects: readonly string[];
  /** The rules to use; undefined = those with an endpoint of the other's address. */
  readonly names: readonly string[] | undefined;
}

/** The rules of one Harbor that carry images between the two. */
export function findCarriers(source: CarrierSource): Carrier[] {
  const { side, generation, names } = source;
  const chosen = source.rules.filter((rule) =>
    names === undefined ? isFitting(rule, source) : names.includes(rule.name),
  );
  const other: Side = side === 'here' ? 'there' : 'here';
  return chosen.map((rule) => ({ side, generation, rule, to: rule.direction === 'push' ? other : side }));
}

/** Names of rules that were asked for and are not there. */
export function missingRules({ names, rules }: CarrierSource): string[] {
  return (names ?? []).filter((name) => !rules.some((rule) => rule.name === name));
}

/**
 * Whether a run of the rule would take the image along. A rule that goes by labels is taken to touch all it
 * could.
 */
export function covers({ rule, generation }: Carrier, image: string): boolean {
  const repository = repositoryOf(image);
  const slash = repository.indexOf('/');
  const project = repository.slice(0, slash);
  if (rule.projects.length > 0 && !rule.projects.includes(project)) return false;
  const fits = (pattern: string | undefined, name: string): boolean =>
    pattern === undefined || matchesPattern(pattern, name, generation);
  return fits(rule.repository, repository.slice(slash + 1)) && fits(rule.tag, tagOf(image));
}

/** Whether two addresses are the same server: 1.5 stores one without scheme as http, and no slash at its end. */
export function isSameAddress(a: string, b: string): boolean {
  return normalAddress(a) === normalAddress(b);
}

function isFitting(rule: Rule, source: CarrierSource): boolean {
  const endpoint = source.endpoints.find(({ id }) => id === rule.endpointId);
  return (
    rule.enabled &&
    rule.broken === undefined &&
    (rule.labels ?? []).length === 0 &&
    endpoint !== undefined &&
    isSameAddress(endpoint.url, source.otherUrl) &&
    (rule.projects.length === 0 || rule.projects.some((name) => source.projects.includes(name)))
  );
}

function normalAddress(address: string): string {
  const whole = /^https?:\/\//i.test(address) ? address : `http://${address}`;
  return URL.canParse(whole) ? new URL(whole).href.replace(/\/+$/, '') : whole;
}
