/** One holder at a time, first come first served. */
export class Lock {
  #last: Promise<void> = Promise.resolve();

  /**
   * Waits until the lock is free and takes it.
   *
   * @returns gives it back; calling it again does nothing
   */
  async take(): Promise<() => void> {
    const before = this.#last;
    let release: () => void = () => undefined;
    this.#last = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    return release;
  }
}
