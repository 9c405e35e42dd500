import type { OpenShell } from './open-shell.ts';

/** Shells on channels of their own, opened before the commands that will use them: one for each command. */
export class SpareShells {
  readonly #open: () => Promise<OpenShell>;
  #spares: Promise<OpenShell | undefined>[] = [];

  /** @param open opens a shell as the user that they are for */
  constructor(open: () => Promise<OpenShell>) {
    this.#open = open;
  }

  /** Opens as many as are missing of so many. */
  fill(count: number): void {
    while (this.#spares.length < count) {
      const spare: Promise<OpenShell | undefined> = this.#open().then(
        (shell) => {
          void shell.channel.closed.then(() => this.#drop(spare));
          return shell;
        },
        () => {
          this.#drop(spare);
          return undefined;
        },
      );
      this.#spares.push(spare);
    }
  }

  /** The one that was opened first, also if it is still on its way; undefined = none, or it failed. */
  async take(): Promise<OpenShell | undefined> {
    return this.#spares.shift();
  }

  /** Closes one to make room for another channel. False where there is none. */
  giveUp(): boolean {
    const spare = this.#spares.shift();
    void spare?.then((shell) => shell?.channel.close());
    return spare !== undefined;
  }

  #drop(spare: Promise<OpenShell | undefined>): void {
    this.#spares = this.#spares.filter((other) => other !== spare);
  }
}
