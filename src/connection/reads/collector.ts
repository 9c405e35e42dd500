import { CommandError } from '../../model/errors.ts';
import type { Become, Connection, ExecResult } from '../connection.ts';
import { type Deferred, deferred } from '../deferred.ts';
import { beforeSteps, whenNotHeld } from '../step-barrier.ts';

/** Runs one script for a read, in the C locale as the read's user. */
export type RunScript = (script: string, timeoutMs?: number) => Promise<ExecResult>;

/** One kind of read: questions of one tick are answered by one script, and one process in it. */
export interface ReadKind<Query, Answer> {
  /** Shown in errors, e.g. `stat`. */
  readonly name: string;
  /** It asks questions of other kinds itself: theirs go out behind it, with those asked before. */
  readonly isFirst?: boolean;
  /** Questions with the same key are asked once; also what the question costs in a script, in characters. */
  key(query: Query): string;
  /** Answers in the order of the questions; an Error is that question's own failure. */
  read(queries: readonly Query[], run: RunScript): Promise<readonly (Answer | Error)[]>;
}

/** A batch that did not answer in time is asked again one by one: one dead mount must not spoil the rest. */
class ReadTimeout extends CommandError {}

const defaultTimeoutMs = 30_000;
const maxQueries = 400;
const maxKeyCharacters = 60_000;

interface Waiting<Query, Answer> {
  readonly query: Query;
  readonly reply: Deferred<Answer>;
}

/** Collects the reads of a tick, and sends them together when it ends or before a step goes out. */
export class ReadCollector {
  readonly #connection: Connection;
  readonly #become: Become | undefined;
  readonly #flushers = new Map<string, { readonly flush: () => void; readonly isFirst: boolean }>();
  #isPlanned = false;

  constructor(connection: Connection, become: Become | undefined) {
    this.#connection = connection;
    this.#become = become;
    beforeSteps(connection, () => this.#flush());
  }

  /** The function that asks questions of one kind. */
  asker<Query, Answer>(kind: ReadKind<Query, Answer>): (query: Query) => Promise<Answer> {
    let waiting = new Map<string, Waiting<Query, Answer>>();
    const flush = () => {
      const batch = [...waiting.values()];
      waiting = new Map();
      for (const part of inParts(batch, kind)) void this.#answer(kind, part);
    };
    return (query) => {
      const key = kind.key(query);
      const present = waiting.get(key);
      if (present) return present.reply.promise;
      const reply = deferred<Answer>();
      waiting.set(key, { query, reply });
      this.#flushers.set(kind.name, { flush, isFirst: kind.isFirst === true });
      this.#plan();
      return reply.promise;
    };
  }

  /** Runs a script as the reads' user. Throws CommandError where it timed out or its output was cut. */
  readonly run: RunScript = async (script, timeoutMs = defaultTimeoutMs) => {
    const become = this.#become === undefined ? {} : { become: this.#become };
    const result = await this.#connection.shell({ script, timeoutMs, locale: 'C', kind: 'read', ...become });
    const name = this.#connection.spec.name;
    if (result.timedOut) {
      throw new ReadTimeout(`${name}: no answer within ${timeoutMs / 1000} s`, {
        hint: 'a network file system that is gone makes every look at it hang: see /proc/mounts there',
      });
    }
    return result;
  };

  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => whenNotHeld(this.#connection, () => this.#flush()));
  }

  #flush(): void {
    this.#isPlanned = false;
    const flushers = [...this.#flushers.values()];
    this.#flushers.clear();
    for (const { flush } of flushers.filter(({ isFirst }) => isFirst)) flush();
    for (const { flush } of flushers.filter(({ isFirst }) => !isFirst)) flush();
  }

  async #answer<Query, Answer>(
    kind: ReadKind<Query, Answer>,
    part: readonly Waiting<Query, Answer>[],
  ): Promise<void> {
    try {
      const answers = await kind.read(
        part.map(({ query }) => query),
        this.run,
      );
      for (const [index, { reply }] of part.entries()) settle(reply, answers[index], kind.name);
    } catch (error) {
      if (error instanceof ReadTimeout && part.length > 1) {
        await Promise.all(part.map((one) => this.#answer(kind, [one])));
      } else for (const { reply } of part) reply.reject(error);
    }
  }
}

function settle<Answer>(reply: Deferred<Answer>, answer: Answer | Error | undefined, name: string): void {
  if (answer instanceof Error) reply.reject(answer);
  else if (answer === undefined) reply.reject(new CommandError(`a ${name} read was not answered`));
  else reply.resolve(answer);
}

function* inParts<Query, Answer>(
  batch: readonly Waiting<Query, Answer>[],
  kind: ReadKind<Query, Answer>,
): Generator<readonly Waiting<Query, Answer>[]> {
  let part: Waiting<Query, Answer>[] = [];
  let characters = 0;
  for (const one of batch) {
    const cost = kind.key(one.query).length;
    if (part.length > 0 && (part.length === maxQueries || characters + cost > maxKeyCharacters)) {
      yield part;
      part = [];
      characters = 0;
    }
    part.push(one);
    characters += cost;
  }
  if (part.length > 0) yield part;
}
