import type { Chunk, PlayHost } from './run-state.ts';

export interface GateOptions {
  /** Its chunks are named after it. */
  readonly id: string;
  /** How many hosts there may be in a chunk, by its number from 0. */
  readonly size: (index: number) => number;
  /** Called when a chunk begins, with its number from 1. */
  readonly onChunk: (hosts: readonly PlayHost[], number: number) => void;
  /** Names of hosts because of which nobody else may enter, once a chunk has left; none = the next may. */
  readonly stoppedBy: (hosts: readonly PlayHost[]) => readonly string[];
}

interface Waiting {
  readonly host: PlayHost;
  readonly settle: (entry: Entry) => void;
}

/** A host may go in with its chunk, or not at all since others failed. */
type Entry = { readonly chunk: Chunk } | { readonly stoppedBy: readonly string[] };

/**
 * Lets hosts that come one by one into a node with `serial`: those that wait when the chunk inside has
 * left go in together, as many as there may be. After a failure nobody goes in any more.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #waiting: Waiting[] = [];
  #chunk: Chunk | undefined;
  #inside = 0;
  #count = 0;
  #stoppedBy: readonly string[] = [];

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Waits for the host's turn. A host that went in must `leave`, whatever happened. */
  enter(host: PlayHost): Promise<Entry> {
    return new Promise((settle) => {
      this.#waiting.push({ host, settle });
      if (!this.#chunk) this.#next();
    });
  }

  leave(): void {
    this.#inside--;
    if (this.#inside > 0 || !this.#chunk) return;
    if (this.#stoppedBy.length === 0) this.#stoppedBy = this.#options.stoppedBy(this.#chunk.hosts);
    this.#chunk = undefined;
    this.#next();
  }

  #next(): void {
    if (this.#stoppedBy.length > 0) {
      for (const { settle } of this.#waiting.splice(0)) settle({ stoppedBy: this.#stoppedBy });
      return;
    }
    const members = this.#waiting.splice(0, this.#options.size(this.#count));
    if (members.length === 0) return;
    this.#count++;
    const hosts = members.map(({ host }) => host);
    const chunk: Chunk = { id: `${this.#options.id}#${this.#count}`, hosts };
    this.#chunk = chunk;
    this.#inside = members.length;
    this.#options.onChunk(hosts, this.#count);
    for (const { settle } of members) settle({ chunk });
  }
}
