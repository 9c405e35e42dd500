import { type Diff, toYaml, type Value } from '../../../src/module/index.ts';

/** Fields of an object by the names that the user knows; undefined = not there, or not managed. */
export type Fields = Readonly<Record<string, Value | undefined>>;

/** Names of the desired fields that are not as desired; what is not desired does not count. */
export function differing(current: Fields, desired: Fields): string[] {
  return Object.keys(desired).filter((name) => {
    const [is, wanted] = [current[name], desired[name]];
    return wanted !== undefined && JSON.stringify(is) !== JSON.stringify(wanted);
  });
}

/**
 * What would change, as YAML of the fields that differ. Secrets must not be among them.
 *
 * @param current undefined = the object is not there
 * @param desired undefined = it is not to be there
 */
export function fieldsDiff(header: string, current: Fields | undefined, desired: Fields | undefined): Diff {
  const names = current && desired ? differing(current, desired) : undefined;
  return { header, before: textOf(current, names), after: textOf(desired, names) };
}

function textOf(fields: Fields | undefined, names: readonly string[] | undefined): string {
  const shown = Object.entries(fields ?? {}).filter(
    ([name, value]) => value !== undefined && (names === undefined || names.includes(name)),
  );
  return shown.length === 0 ? '' : toYaml(Object.fromEntries(shown));
}
