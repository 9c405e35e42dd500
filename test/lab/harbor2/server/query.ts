// `q=`, `sort=`, `page=` and `page_size=`, of src/lib/q/builder.go.

import { badRequest, invalidRequest, json, type WebReply, type WebRequest } from './http.ts';

/** Fields by which things can be found and sorted, their names in Harbor's snake case. */
export type Fields<T> = Readonly<Record<string, (item: T) => string | number | boolean | undefined>>;

/** The page of a list that the request asks for. */
export function page<T>(
  request: WebRequest,
  items: readonly T[],
  view: (item: T) => unknown,
  options: { readonly fields?: Fields<T>; readonly sort?: string } = {},
): WebReply {
  const fields = options.fields ?? {};
  const found = items.filter(matcher(request.query.get('q') ?? '', fields));
  const sorted = sortBy(found, request.query.get('sort') || (options.sort ?? ''), fields);
  const { number, size } = pageOf(request);
  const shown = size > 0 ? sorted.slice((number - 1) * size, number * size) : sorted;
  return json(shown.map(view), headersOf(request, found.length, number, size));
}

/** Whether an item fits a `q=` text. Keys without a field are ignored, as Harbor does. */
function matcher<T>(q: string, fields: Fields<T>): (item: T) => boolean {
  const tests = keywords(q).flatMap(([key, fits]) => {
    const field = fieldOf(fields, key);
    return field === undefined ? [] : [(item: T) => fits(field(item))];
  });
  return (item) => tests.every((test) => test(item));
}

/** The value of a key in `q=`, where it is an exact one. */
export function keyword(q: string, key: string): string | undefined {
  return parts(q).find(([name]) => plain(name) === plain(key))?.[1];
}

function pageOf(request: WebRequest): { number: number; size: number } {
  const faults: string[] = [];
  const read = (name: string, preset: number): number => {
    const given = request.query.get(name);
    if (given === null || given === '') return preset;
    if (!/^-?\d+$/.test(given)) faults.push(`${name} in query must be of type int64: "${given}"`);
    return Number(given);
  };
  const number = read('page', 1);
  const size = read('page_size', 10);
  if (size > 100) faults.push('page_size in query should be less than or equal to 100');
  if (faults.length > 0) throw invalidRequest(faults.join('\n'));
  return { number: Math.max(number, 1), size };
}

function headersOf(request: WebRequest, total: number, number: number, size: number): Record<string, string> {
  const link = (rel: string, target: number): string => {
    const query = new URLSearchParams(request.query);
    query.set('page', String(target));
    query.set('page_size', String(size));
    query.sort();
    // Harbor unescapes the whole query before it writes the header.
    return `<${request.path}?${decodeURIComponent(query.toString().replaceAll('+', ' '))}>; rel="${rel}"`;
  };
  const links: string[] = [];
  if (size > 0 && number > 1 && (number - 1) * size < total) links.push(link('prev', number - 1));
  if (size > 0 && number * size < total) links.push(link('next', number + 1));
  return {
    'x-total-count': String(total),
    ...(links.length === 0 ? {} : { link: links.join(' , ') }),
  };
}

type Test = (value: string | number | boolean | undefined) => boolean;

function keywords(q: string): [string, Test][] {
  return parts(q).map(([key, value]) => [key, testOf(value)]);
}

function parts(q: string): [string, string][] {
  if (q === '') return [];
  return decode(q)
    .split(',')
    .map((part) => {
      const at = part.indexOf('=');
      if (at < 1 || at === part.length - 1)
        throw badRequest('the query string must contain "=" and the key/value cannot be empty');
      return [part.slice(0, at), part.slice(at + 1)];
    });
}

function testOf(value: string): Test {
  const inner = value.slice(1, -1);
  switch (value[0]) {
    case '~':
      return (field) => String(field).toLowerCase().includes(value.slice(1).toLowerCase());
    case '[':
      return rangeTest(value);
    case '{':
      return (field) => listOf(inner).includes(String(field));
    case '(':
      return (field) => listOf(inner).every((item) => item === String(field));
    default:
      return (field) => String(field) === value.replace(/^\\/, '');
  }
}

function rangeTest(value: string): Test {
  const [low = '', high = '', ...more] = value.slice(1, -1).split('~');
  if (!value.endsWith(']') || more.length > 0 || low + high === '')
    throw badRequest(`invalid query string value: ${value}`);
  return (field) => (low === '' || order(field, low) >= 0) && (high === '' || order(field, high) <= 0);
}

function order(field: unknown, bound: string): number {
  if (typeof field === 'number') return field - Number(bound);
  return Date.parse(String(field)) - Date.parse(`${bound.replace(' ', 'T')}Z`);
}

function listOf(text: string): string[] {
  return text
    .split(' ')
    .map((item) => item.replace(/^["']|["']$/g, ''))
    .filter((item) => item !== '');
}

function sortBy<T>(items: readonly T[], sort: string, fields: Fields<T>): readonly T[] {
  const keys = sort.split(',').flatMap((key) => {
    const field = fieldOf(fields, key.replace(/^-/, ''));
    return field === undefined ? [] : [{ field, sign: key.startsWith('-') ? -1 : 1 }];
  });
  return [...items].sort((a, b) => {
    for (const { field, sign } of keys) {
      const compared = compare(field(a), field(b));
      if (compared !== 0) return sign * compared;
    }
    return 0;
  });
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

function fieldOf<T>(fields: Fields<T>, key: string): Fields<T>[string] | undefined {
  return Object.entries(fields).find(([name]) => plain(name) === plain(key))?.[1];
}

/** `ProjectID` and `project_id` are one key. */
function plain(key: string): string {
  return key.replaceAll('_', '').toLowerCase();
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
