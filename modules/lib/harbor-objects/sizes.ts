/** Without limit, in Harbor's own way. */
const unlimited = -1;

const units: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** How a size may be written, for a schema. */
export const sizePattern = '^(unlimited|-1|[0-9]+(\\.[0-9]+)? ?([KMGT]i)?B?)$';

/**
 * Bytes of a size such as `10GiB`, `1.5 TiB`, `unlimited` or a number of bytes.
 *
 * @param size as `sizePattern` allows it
 * @returns whole bytes, -1 = without limit
 */
export function parseSize(size: string | number): number {
  if (typeof size === 'number') return size;
  if (size === 'unlimited' || size === '-1') return unlimited;
  const [, amount = '', unit = ''] = /^([\d.]+) ?(\w*)$/.exec(size) ?? [];
  return Math.floor(Number(amount) * (units[unit] ?? 1));
}

/** The same bytes for people: `10GiB`, `unlimited`. */
export function sizeText(bytes: number): string {
  if (bytes < 0) return 'unlimited';
  const fitting = Object.entries(units).filter(([unit, size]) => unit.endsWith('iB') && bytes % size === 0);
  const [unit, size] = (bytes > 0 ? fitting.at(-1) : undefined) ?? ['B', 1];
  return `${bytes / size}${unit}`;
}
