import { TemplateError } from '../model/errors.ts';

const operators: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  lt: (order) => order < 0,
  '<=': (order) => order <= 0,
  le: (order) => order <= 0,
  '>': (order) => order > 0,
  gt: (order) => order > 0,
  '>=': (order) => order >= 0,
  ge: (order) => order >= 0,
  '=': (order) => order === 0,
  '==': (order) => order === 0,
  eq: (order) => order === 0,
  '!=': (order) => order !== 0,
  '<>': (order) => order !== 0,
  ne: (order) => order !== 0,
};

/**
 * Compares two version texts part by part, numbers as numbers (`1.10` is after `1.9`).
 *
 * @param operator `<`, `>=`, `==`, `ge`… as Ansible's `is version`
 * @throws TemplateError for an operator that does not exist
 */
export function compareVersions(left: string, right: string, operator: string): boolean {
  const test = operators[operator];
  if (!test) {
    throw new TemplateError(`"${operator}" is not a comparison of versions`, {
      hint: `one of ${Object.keys(operators).join(' ')}`,
    });
  }
  if (left.trim() === '' || right.trim() === '') throw new TemplateError('a version is empty');
  return test(versionOrder(left, right));
}

function versionOrder(left: string, right: string): number {
  const [a, b] = [partsOf(left), partsOf(right)];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = partOrder(a[index], b[index]);
    if (order !== 0) return order;
  }
  return 0;
}

/** A missing part equals 0 and comes after text: 1.0 = 1.0.0, 1.0rc1 < 1.0. */
function partOrder(a: number | string | undefined, b: number | string | undefined): number {
  const [left, right] = [a ?? 0, b ?? 0];
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  return typeof left === 'string' ? -1 : 1;
}

function partsOf(version: string): (number | string)[] {
  const parts =
    version
      .trim()
      .replace(/^v(?=\d)/, '')
      .match(/\d+|[A-Za-z]+/g) ?? [];
  return parts.map((part) => (/^\d/.test(part) ? Number(part) : part.toLowerCase()));
}
