import { ParamsError } from '../../../src/module/index.ts';

/** @throws ParamsError for what both generations refuse as the name of a project */
export function checkProjectName(name: string): void {
  if (!/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(name) || name.length < 2 || name.length > 255) {
    throw new ParamsError(`"${name}" cannot be the name of a project`, {
      hint: '2 to 255 characters: lower case letters and digits, with single . _ - between them',
    });
  }
}

/** @throws ParamsError where the text is longer than Harbor keeps; the text itself is not shown */
export function checkLength(what: string, value: string, most: number): void {
  const length = [...value].length;
  if (length > most) throw new ParamsError(`${what} has ${length} characters; Harbor takes ${most} at most`);
}

/** The error for what a generation does not have: `Harbor 1.5 cannot pull`. */
export function absent(generation: string, what: string, hint?: string): ParamsError {
  return new ParamsError(`Harbor ${generation} ${what}`, hint === undefined ? {} : { hint });
}
