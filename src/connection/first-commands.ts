import type { ExecResult, ShellRequest } from './connection.ts';
import { type Deferred, deferred } from './deferred.ts';
import type { PipelinedShell } from './pipelined-shell.ts';

/** Commands wait so long for reads that take their time, milliseconds. */
const patienceMs = 300;

/**
 * Users' commands that only look, and that were asked for with the first reads of a host: they go behind these in the
 * same shell. Most often nothing else is asked then, and the host is spared a second one.
 *
 * No read follows them there: what a command leaves in the background may print at any time.
 */
export class FirstCommands {
  readonly #shellFor: (areReadsOver: boolean) => PipelinedShell;
  readonly #waiting: { readonly request: ShellRequest; readonly reply: Deferred<ExecResult> }[] = [];
  #patience: NodeJS.Timeout | undefined;
  #isOver = false;

  /**
   * @param shellFor called once: gives the commands their shell, the one of the reads if these are over, and asks it for
   *   no read from then on
   */
  constructor(shellFor: (areReadsOver: boolean) => PipelinedShell) {
    this.#shellFor = shellFor;
  }

  request(request: ShellRequest): Promise<ExecResult> {
    const reply = deferred<ExecResult>();
    this.#waiting.push({ request, reply });
    return reply.promise;
  }

  /** The host is being asked. */
  readsBegan(): void {
    this.#patience ??= setTimeout(() => this.hurry(), patienceMs);
  }

  /** Waits no longer. */
  hurry(): void {
    this.#go(false);
  }

  /** The reads asked for so far are answered. */
  readsEnded(): void {
    this.#go(true);
  }

  /** @param error told to all that wait */
  close(error: unknown): void {
    this.#end();
    for (const { reply } of this.#waiting.splice(0)) reply.reject(error);
  }

  #go(areReadsOver: boolean): void {
    if (this.#isOver) return;
    this.#end();
    const shell = this.#shellFor(areReadsOver);
    for (const { request, reply } of this.#waiting.splice(0)) {
      shell.request(request).then(reply.resolve, reply.reject);
    }
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#patience);
  }
}
