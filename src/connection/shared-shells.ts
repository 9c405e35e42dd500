import { becomeKey } from './become.ts';
import type { Become, ExecResult, ShellRequest } from './connection.ts';
import { FirstCommands } from './first-commands.ts';
import { killGroupScript } from './kill-group.ts';
import type { OpenShell } from './open-shell.ts';
import { PipelinedShell } from './pipelined-shell.ts';
import { closedError } from './transport-holder.ts';

export interface SharedShellsOptions {
  readonly hostName: string;
  /** To the host and back, milliseconds; undefined where nobody knows. Throws where there is no contact. */
  roundTripMs(): Promise<number | undefined>;
  open(become: Become | undefined): Promise<OpenShell>;
  /** Runs a script that ends a stuck process group; false if no shell could be opened for it. */
  kill(become: Become | undefined, script: string): Promise<boolean>;
  /** Called when the host answers no more. */
  onUnreachable(): void;
  /** Called before requests are written: the reads it asks for go out in the same write. */
  beforeWrite(): void;
  readonly counters: { requests: number; writes: number };
}

export interface Requests {
  request(request: ShellRequest): Promise<ExecResult>;
}

/** Below it a round trip costs less than a shell, milliseconds. */
const nearMs = 25;

type Use = 'reads' | 'commands';

/** The shells of a host that many requests go through: for each user one of reads and steps, one of looking commands. */
export class SharedShells {
  readonly #options: SharedShellsOptions;
  readonly #shells = new Map<string, PipelinedShell>();
  readonly #firstCommands = new Map<string, FirstCommands>();

  constructor(options: SharedShellsOptions) {
    this.#options = options;
  }

  /** The shell of reads and steps. */
  reads(become: Become | undefined): PipelinedShell {
    return this.#shellFor(become, 'reads');
  }

  /**
   * The way of users' commands that only look.
   *
   * @param shared idle = only a shell that has nothing to do
   * @returns undefined if it has something to do
   */
  commands(become: Become | undefined, shared: 'idle' | 'queued'): Requests | undefined {
    if (shared === 'queued') return this.#firstCommandsFor(become) ?? this.#shellFor(become, 'commands');
    const shell = this.#shellFor(become, 'commands');
    return shell.isBusy ? undefined : shell;
  }

  /** Makes room for another channel: the shell of commands that only look comes back when it is needed. */
  giveUpIdle(): boolean {
    const idle = [...this.#shells].find(([key, shell]) => key.startsWith('commands') && !shell.isBusy);
    if (!idle) return false;
    this.#shells.delete(idle[0]);
    idle[1].close();
    return true;
  }

  close(): void {
    const error = closedError(this.#options.hostName);
    for (const first of this.#firstCommands.values()) first.close(error);
    this.#firstCommands.clear();
    for (const shell of this.#shells.values()) shell.close();
    this.#shells.clear();
  }

  #shellFor(become: Become | undefined, use: Use): PipelinedShell {
    const key = keyOf(become, use);
    const present = this.#shells.get(key);
    if (present) return present;
    const { hostName, kill, onUnreachable, beforeWrite, counters } = this.#options;
    const shell = new PipelinedShell({
      ...{ hostName, onUnreachable, beforeWrite, counters },
      open: () => this.#open(become, use),
      kill: (group) => kill(become, killGroupScript(group, 0)),
      onIdle: () => {
        if (use === 'reads') this.#endOfReads(become);
      },
    });
    this.#shells.set(key, shell);
    return shell;
  }

  async #open(become: Become | undefined, use: Use): Promise<OpenShell> {
    const key = keyOf(become, use);
    try {
      const shell = await this.#options.open(become);
      this.#firstCommands.get(key)?.readsBegan();
      return shell;
    } catch (error) {
      this.#firstCommands.get(key)?.close(error);
      this.#firstCommands.delete(key);
      throw error;
    }
  }

  /** undefined where they are past: commands have a shell, or the one of the reads is in use. */
  #firstCommandsFor(become: Become | undefined): FirstCommands | undefined {
    const [readsKey, commandsKey] = [keyOf(become, 'reads'), keyOf(become, 'commands')];
    const present = this.#firstCommands.get(readsKey);
    if (present) return present;
    if (this.#shells.has(commandsKey) || !this.reads(become).isUnused) return undefined;
    const first = new FirstCommands((areReadsOver) => {
      this.#firstCommands.delete(readsKey);
      if (areReadsOver && !this.#shells.has(commandsKey)) {
        this.#shells.set(commandsKey, this.reads(become));
        this.#shells.delete(readsKey);
      }
      return this.#shellFor(become, 'commands');
    });
    this.#firstCommands.set(readsKey, first);
    this.#endOfReads(become);
    this.#hurryIfFar(first);
    return first;
  }

  /** What they would save a near host, a far one would pay for in round trips. */
  #hurryIfFar(first: FirstCommands): void {
    const decide = (roundTripMs = Number.POSITIVE_INFINITY) => {
      if (roundTripMs > nearMs) first.hurry();
    };
    // Where there is no contact they are told when their shell cannot be opened.
    this.#options.roundTripMs().then(decide, () => undefined);
  }

  /** What follows from the answers is asked for in this very tick, and comes before the first commands. */
  #endOfReads(become: Become | undefined): void {
    const first = this.#firstCommands.get(keyOf(become, 'reads'));
    if (!first) return;
    setImmediate(() => {
      this.#options.beforeWrite();
      if (!this.reads(become).isBusy) first.readsEnded();
    });
  }
}

function keyOf(become: Become | undefined, use: Use): string {
  return `${use} ${becomeKey(become)}`;
}
