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

/** The target's lock for one module call; modules that never touch a host hold none. */
export class HeldLock {
  readonly #lock: Lock | undefined;
  #release: (() => void) | undefined;

  constructor(lock: Lock | undefined) {
    this.#lock = lock;
  }

  async take(): Promise<void> {
    this.#release = await this.#lock?.take();
  }

  release(): void {
    this.#release?.();
    this.#release = undefined;
  }

  async without<T>(action: () => Promise<T>): Promise<T> {
    this.release();
    try {
      return await action();
    } finally {
      await this.take();
    }
  }
}
