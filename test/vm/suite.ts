/** Counted checks, one after the other: each prints its line, and a failed one does not stop those after it. */

export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

export class Suite {
  #passed = 0;
  #failed = 0;

  /** Runs one check; it fails by throwing. */
  async test(title: string, check: () => Promise<void>): Promise<void> {
    const started = Date.now();
    const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
    try {
      await check();
      this.#passed += 1;
      console.log(`  ok    ${title} (${seconds()})`);
    } catch (error) {
      this.#failed += 1;
      const reason = error instanceof Error ? error.message : String(error);
      console.log(`  FAIL  ${title} (${seconds()})\n${reason.replace(/^/gm, '          ')}`);
    }
  }

  /** A check that could not be tried because what it stands on failed counts as failed. */
  fail(title: string, reason: string): Promise<void> {
    return this.test(title, () => Promise.reject(new Error(reason)));
  }

  get tally(): Tally {
    return { passed: this.#passed, failed: this.#failed };
  }
}
