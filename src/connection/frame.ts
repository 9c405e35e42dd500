import { randomBytes } from 'node:crypto';
import { InternalError } from '../model/errors.ts';
import type { StepChain } from './connection.ts';
import type { InputText } from './script-text.ts';

/** A mark a framed shell printed on one of its streams, between other bytes. */
export interface Mark {
  /** `h` handshake, `b` begin of a reply, `e` its end. */
  readonly kind: string;
  readonly id: number;
  readonly rest: string;
}

export interface FrameListener {
  onMark(mark: Mark): void;
  /** Bytes that are no mark, exactly as printed. */
  onData(chunk: Buffer): void;
}

/** In place of an exit code: a step of a chain was passed over. */
export const notRunMark = '-';

const separator = '\x1e';
const lineFeed = 0x0a;

/** Random, so that no output can forge a mark; a connection never uses one twice. */
export function newToken(): string {
  return `mooring-${randomBytes(12).toString('hex')}`;
}

/** Shell text that prints a mark on one stream; `rest` is shell text for one word. */
export function printMark(token: string, kind: string, id: number, rest = ''): string {
  // \036 is made by printf itself: an echo of this very text can never look like a mark.
  return rest === ''
    ? `printf '\\036${token} ${kind} ${id}\\n'`
    : `printf '\\036${token} ${kind} ${id} %s\\n' ${rest}`;
}

/**
 * Frames one request for a shell that reads its standard input.
 *
 * The shell sees one compound command: a subshell evaluating quoted text. cd, umask, exit, exec, traps and
 * syntax errors stay in the subshell, and nothing behind the line is ever read by the request.
 *
 * @param text complete script; must not hold NUL
 * @param input where the subshell's standard input comes from
 * @param options.chain run it only where the steps before it in its chain ended well in this very shell
 * @param options.isFollowing it is written right behind another request: the end of that one is its beginning, and
 *   saves the host two packets
 * @param options.isLast end the shell behind it: what follows on its standard input is never read as commands
 */
export function frameRequest(
  token: string,
  id: number,
  text: string,
  input: InputText,
  options: { readonly chain?: StepChain; readonly isFollowing?: boolean; readonly isLast?: boolean } = {},
): string {
  const mark = printMark(token, 'b', id);
  const begin = options.isFollowing ? '' : `${mark};${mark} >&2;`;
  const command = `${input.before}( eval ' ${quoted(text)}' ) ${input.after}`;
  const [run, exitCode] = options.chain ? chained(command, options.chain) : [command, '"$?"'];
  return (
    `${begin}${run};` +
    `${printMark(token, 'e', id, exitCode)};${printMark(token, 'e', id)} >&2${options.isLast ? ';exit' : ''}\n${input.body}`
  );
}

/**
 * The shell keeps which chain has gone well so far. Another shell knows nothing of it, and passes over what
 * follows.
 *
 * @returns shell text, and the word for its exit code
 */
function chained(command: string, { id, isFirst, expect }: StepChain): [run: string, exitCode: string] {
  const well = expect === 'any' ? '*' : expect.join('|') || "''";
  const step = `mooring_chain=;${command};mooring_code=$?;case $mooring_code in ${well}) mooring_chain=${id};; esac`;
  const passOver = `else mooring_code=${notRunMark}`;
  const run = isFirst ? step : `if [ "$mooring_chain" = ${id} ];then ${step};${passOver};fi`;
  return [run, '"$mooring_code"'];
}

function quoted(text: string): string {
  if (text.includes('\0')) throw new InternalError('a script holds a NUL byte, which no shell can take');
  return text.replaceAll("'", "'\\''");
}

/** Tells marks from other bytes in one output stream. */
export class FrameReader {
  readonly #token: Buffer;
  readonly #listener: FrameListener;
  #held: Buffer = Buffer.alloc(0);

  constructor(token: string, listener: FrameListener) {
    this.#token = Buffer.from(separator + token);
    this.#listener = listener;
  }

  /** Takes the next bytes of the stream. */
  push(chunk: Buffer): void {
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.alloc(0);
    for (;;) {
      const at = rest.indexOf(this.#token);
      if (at < 0) {
        this.#keepPossibleStart(rest);
        return;
      }
      this.#emit(rest.subarray(0, at));
      const end = rest.indexOf(lineFeed, at);
      if (end < 0) {
        this.#held = rest.subarray(at);
        return;
      }
      this.#listener.onMark(parseMark(rest.subarray(at + this.#token.length, end)));
      rest = rest.subarray(end + 1);
    }
  }

  /** The stream has ended: what looked like the start of a mark was none. */
  end(): void {
    this.#emit(this.#held);
    this.#held = Buffer.alloc(0);
  }

  #keepPossibleStart(bytes: Buffer): void {
    const from = Math.max(0, bytes.length - this.#token.length + 1);
    const at = bytes.lastIndexOf(separator);
    const isStart = at >= from && this.#token.subarray(0, bytes.length - at).equals(bytes.subarray(at));
    this.#emit(isStart ? bytes.subarray(0, at) : bytes);
    if (isStart) this.#held = bytes.subarray(at);
  }

  #emit(bytes: Buffer): void {
    if (bytes.length > 0) this.#listener.onData(bytes);
  }
}

function parseMark(line: Buffer): Mark {
  const [kind = '', id = '', ...rest] = line.toString('utf8').trim().split(' ');
  return { kind, id: Number(id), rest: rest.join(' ') };
}
