import type { Generation } from '../harbor/model.ts';

/**
 * Whether a name matches a pattern as the rules of a generation match it.
 *
 * 1.5 has Go's `filepath.Match`: `*` and `?` never cross a slash, and `**` is no more than `*`. 2.x has
 * `doublestar`: `**` crosses slashes, and `{a,b}` is one or the other.
 */
export function matchesPattern(pattern: string, name: string, generation: Generation): boolean {
  const key = `${generation} ${pattern}`;
  const expression = compiled.get(key) ?? new RegExp(`^${sourceOf(pattern, generation)}$`);
  compiled.set(key, expression);
  return expression.test(name);
}

/** The few patterns of a run, asked about many thousand names. */
const compiled = new Map<string, RegExp>();

function sourceOf(pattern: string, generation: Generation): string {
  let inBraces = 0;
  return pattern.replaceAll(/\\.|\[[^\]]+\]|\*+|./gs, (part) => {
    if (part.startsWith('*')) return generation === '2' && part.length > 1 ? '.*' : '[^/]*';
    if (part === '?') return '[^/]';
    if (part.length > 1) return part.startsWith('\\') ? literal(part.slice(1)) : characters(part);
    if (generation === '2' && part === '{') return opened();
    if (inBraces > 0 && part === '}') return closed();
    if (inBraces > 0 && part === ',') return '|';
    return literal(part);
  });

  function opened(): string {
    inBraces++;
    return '(?:';
  }

  function closed(): string {
    inBraces--;
    return ')';
  }
}

/** `[a-z]` as it stands, `[!a]` in the regular expression's words. */
function characters(part: string): string {
  const inner = part.slice(1, -1).replaceAll('\\', '\\\\').replaceAll('[', '\\[');
  return inner.startsWith('!') ? `[^${inner.slice(1)}]` : `[${inner}]`;
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
