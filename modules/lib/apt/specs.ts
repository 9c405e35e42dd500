import type { PackageState } from '../../../src/module/index.ts';

/** One entry of `name`: `nginx`, `nginx=1.22*`, `nginx/bookworm-backports`, `libc6:i386`, `nginx-*`. */
export interface PackageSpec {
  /** As apt-get takes it. */
  readonly text: string;
  readonly name: string;
  readonly version?: string;
  readonly release?: string;
  /** The name is a pattern that only apt can expand. */
  readonly pattern: boolean;
}

/**
 * Takes the `name` param apart: a list, or one string with commas, of package names.
 *
 * @returns the specs in the order given, each name once
 */
export function parseSpecs(names: string | readonly string[] | undefined): PackageSpec[] {
  const texts = [names ?? []].flat().flatMap((text) => text.split(',').map((part) => part.trim()));
  return [...new Set(texts.filter((text) => text !== ''))].map(parseSpec);
}

/** True where a version matches `wanted`, in which `*` and `?` stand for any text and any character. */
export function versionMatches(version: string, wanted: string): boolean {
  const pattern = wanted
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${pattern}$`).test(version);
}

/** True where dpkg's database alone proves that the package is as the spec wants it. */
export function isSatisfied(spec: PackageSpec, state: PackageState | undefined): boolean {
  if (spec.pattern || spec.release !== undefined || !state?.installed) return false;
  return spec.version === undefined || versionMatches(state.version ?? '', spec.version);
}

function parseSpec(text: string): PackageSpec {
  const match = /^([^=/]+)(?:=(.+)|\/(.+))?$/.exec(text);
  const name = match?.[1] ?? text;
  const pattern = /[*?[\]^$]/.test(name);
  const version = match?.[2];
  const release = match?.[3];
  return { text, name, pattern, ...(version ? { version } : {}), ...(release ? { release } : {}) };
}
