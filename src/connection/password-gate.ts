import { PasswordRefused } from './become.ts';

/**
 * Lets a password be tried once: who wants to become the same user meanwhile waits for the first, and gets its
 * refusal, so that a wrong one is never sent a second time.
 */
export class PasswordGate {
  readonly #proven = new Set<string>();
  readonly #refused = new Map<string, PasswordRefused>();
  readonly #firsts = new Map<string, Promise<unknown>>();

  /**
   * @param key one for each user and password
   * @throws PasswordRefused, and whatever `action` throws
   */
  async pass<T>(key: string, action: () => Promise<T>): Promise<T> {
    for (;;) {
      const refused = this.#refused.get(key);
      if (refused) throw refused;
      const first = this.#proven.has(key) ? undefined : this.#firsts.get(key);
      if (first === undefined) break;
      await first.catch(() => undefined);
    }
    const attempt = this.#noted(key, action());
    if (!this.#proven.has(key)) this.#firsts.set(key, attempt);
    return attempt;
  }

  /** One that goes wrong for another reason tells nothing: the next is the first again. */
  async #noted<T>(key: string, attempt: Promise<T>): Promise<T> {
    try {
      const result = await attempt;
      this.#proven.add(key);
      return result;
    } catch (error) {
      if (error instanceof PasswordRefused) this.#refused.set(key, error);
      throw error;
    } finally {
      this.#firsts.delete(key);
    }
  }
}
