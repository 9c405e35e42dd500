/** Python's methods of values, and the filter or test that does the same. */
const replacements: Readonly<Record<string, (subject: string, args: string) => string | undefined>> = {
  items: (subject, args) => (args === '' ? `${subject} | dict2items` : undefined),
  keys: filter('keys'),
  values: filter('values'),
  upper: filter('upper'),
  lower: filter('lower'),
  title: filter('title'),
  capitalize: filter('capitalize'),
  splitlines: filter('splitlines'),
  split: filter('split'),
  replace: filter('replace'),
  format: filter('format'),
  strip: filter('trim'),
  find: (subject, args) => `${args} in ${subject}`,
  get: (subject, args) => {
    const [, key, fallback = "''"] = /^['"](\w+)['"](?:\s*,\s*(.+))?$/.exec(args) ?? [];
    return key === undefined ? undefined : `${subject}.${key} | default(${fallback})`;
  },
  startswith: (subject, args) => (isPlainText(args) ? `${subject} is match(${args})` : undefined),
  endswith: (subject, args) =>
    isPlainText(args) ? `${subject} is search(${args.slice(0, -1)}$${args.at(-1)})` : undefined,
  join: (subject, args) => (/^['"]/.test(subject) ? `${args} | join(${subject})` : undefined),
};

const subject = String.raw`(?:'[^']*'|"[^"]*"|\([^()]*\)|[A-Za-z_][\w.]*(?:\[[^\]]*\][\w.]*)*)`;
const call = new RegExp(String.raw`(${subject})\.(\w+)\(((?:'[^']*'|"[^"]*"|[^()'"])*)\)`);

/**
 * `x.split(',')[0]` → `(x | split(','))[0]`: the text with filters and tests where Python has methods.
 *
 * @returns the same text where there are none, or one that has no counterpart
 */
export function withoutMethods(text: string): string {
  const found = call.exec(text);
  if (!found) return text;
  const [whole, before = '', name = '', args = ''] = found;
  const replaced = replacements[name]?.(before, args.trim());
  if (replaced === undefined) return text;
  const isAll = whole.length === text.trim().length;
  const rest = text.slice(found.index + whole.length);
  return withoutMethods(text.slice(0, found.index) + (isAll ? replaced : `(${replaced})`) + rest);
}

function filter(name: string): (subject: string, args: string) => string {
  return (before, args) => `${before} | ${name}${args === '' ? '' : `(${args})`}`;
}

/** Quoted text that means itself in a pattern. */
function isPlainText(args: string): boolean {
  return /^(['"])[\w /:@=-]*\1$/.test(args);
}
