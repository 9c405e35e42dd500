import { ChannelRefused } from './transport.ts';

/** Two fewer than sshd's default MaxSessions of 10: one shell each for the login user and another one. */
const defaultLimit = 8;

/**
 * How many commands run on a host at once. The rest queue; where the server allows fewer channels than
 * thought (MaxSessions), the limit shrinks to what it does allow.
 */
export class ChannelSlots {
  #limit = defaultLimit;
  #active = 0;
  readonly #queue: (() => void)[] = [];

  /** Opens a channel for a command when there is room, runs it, and makes room again. */
  async forCommand<S, R>(open: () => Promise<S>, run: (shell: S) => Promise<R>): Promise<R> {
    for (;;) {
      await this.#acquire();
      try {
        return await run(await open());
      } catch (error) {
        const others = this.#active - 1;
        if (!(error instanceof ChannelRefused) || others === 0) throw error;
        this.#limit = Math.min(this.#limit, others);
      } finally {
        this.#release();
      }
    }
  }

  /** Opens a channel that needs no room of its own; where it is refused, after the next command ended. */
  async forShell<S>(open: () => Promise<S>): Promise<S> {
    for (;;) {
      try {
        return await open();
      } catch (error) {
        if (!(error instanceof ChannelRefused) || this.#active === 0) throw error;
        this.#limit = Math.max(1, this.#active - 1);
        await new Promise<void>((resolve) => this.#queue.unshift(resolve));
      }
    }
  }

  async #acquire(): Promise<void> {
    while (this.#active >= this.#limit) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#active++;
  }

  #release(): void {
    this.#active--;
    // Everyone waiting looks again: who may go on depends on the limit, which may have changed.
    for (const wake of this.#queue.splice(0)) wake();
  }
}
