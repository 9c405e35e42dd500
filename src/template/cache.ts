/** Remembers what was made from a text. Emptied when full: a run has far fewer texts than that. */
export class BoundedCache<T> {
  readonly #entries = new Map<string, T>();
  readonly #limit: number;

  constructor(limit = 20_000) {
    this.#limit = limit;
  }

  /** The remembered value, or a new one; an error is not remembered. */
  get(text: string, make: () => T): T {
    const known = this.#entries.get(text);
    if (known !== undefined) return known;
    const made = make();
    if (this.#entries.size >= this.#limit) this.#entries.clear();
    this.#entries.set(text, made);
    return made;
  }
}
