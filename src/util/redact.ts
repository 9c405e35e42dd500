const mark = '********';

/**
 * Masks known secrets in whatever leaves the program. Values are masked at the output edge only,
 * never in registered data, so that a masked text can never become a wrong parameter.
 */
export class Redactor {
  readonly #secrets = new Set<string>();
  #pattern: RegExp | undefined;

  /**
   * @param secret text to hide from now on. Shorter than 4 characters is ignored: masking it would
   *   garble every line; up to 6 characters only whole words are masked.
   */
  add(secret: string): void {
    const value = secret.trim();
    if (value.length < 4) return;
    for (const form of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]) {
      if (this.#secrets.has(form)) continue;
      this.#secrets.add(form);
      this.#pattern = undefined;
    }
  }

  /** The text with every secret replaced by asterisks. */
  text(text: string): string {
    if (this.#secrets.size === 0) return text;
    this.#pattern ??= new RegExp(
      [...this.#secrets]
        .sort((a, b) => b.length - a.length)
        .map(toPattern)
        .join('|'),
      'g',
    );
    return text.replaceAll(this.#pattern, mark);
  }

  /** A copy of a JSON-like value with every string in it masked; keys are left alone. */
  value<T>(value: T): T {
    if (this.#secrets.size === 0) return value;
    return this.#masked(value) as T;
  }

  #masked(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.#masked(item));
    if (typeof value !== 'object' || value === null) return value;
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#masked(item)]));
  }
}

function toPattern(secret: string): string {
  const escaped = secret.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return secret.length > 6 ? escaped : `(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])`;
}
