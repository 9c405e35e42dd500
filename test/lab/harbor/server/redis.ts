// A Redis client of the few commands needed here. Commands on one connection are answered in order.

import { connect, type Socket } from 'node:net';

type RedisReply = string | number | null | RedisReply[];

interface Waiting {
  readonly resolve: (reply: RedisReply) => void;
  readonly reject: (error: Error) => void;
}

/** A connection that is opened on first use and again after a loss; a command in flight at a loss fails. */
export class Redis {
  readonly #host: string;
  readonly #port: number;
  readonly #password: string;
  readonly #database: number;
  #socket: Socket | undefined;
  #opening: Promise<void> | undefined;
  #waiting: Waiting[] = [];
  #received = Buffer.alloc(0);

  /** @param url Harbor's form: `host:port[,weight,password,database]`. */
  constructor(url: string) {
    const [address = '', , password = '', database = '0'] = url.split(',');
    const colon = address.lastIndexOf(':');
    this.#host = address.slice(0, colon);
    this.#port = Number(address.slice(colon + 1));
    this.#password = password;
    this.#database = Number(database);
  }

  async command(...words: readonly (string | number)[]): Promise<RedisReply> {
    this.#opening ??= this.#open();
    await this.#opening.catch((error: unknown) => {
      this.#socket?.destroy();
      throw error;
    });
    return this.#send(words);
  }

  close(): void {
    this.#socket?.destroy();
  }

  async #open(): Promise<void> {
    const socket = connect({ host: this.#host, port: this.#port, noDelay: true });
    this.#socket = socket;
    this.#received = Buffer.alloc(0);
    socket.setTimeout(5_000, () => {
      if (this.#waiting.length > 0) socket.destroy(new Error('redis: i/o timeout'));
    });
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#lost(socket));
    if (this.#password !== '') await this.#send(['AUTH', this.#password]);
    if (this.#database !== 0) await this.#send(['SELECT', this.#database]);
  }

  #send(words: readonly (string | number)[]): Promise<RedisReply> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      const parts = words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
      this.#socket?.write(`*${words.length}\r\n${parts.join('')}`);
    });
  }

  #lost(socket: Socket): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.#opening = undefined;
    const error = new Error(`redis: connection to ${this.#host}:${this.#port} lost or refused`);
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }

  #read(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (
      let parsed = parseReply(this.#received, 0);
      parsed !== undefined;
      parsed = parseReply(this.#received, 0)
    ) {
      this.#received = this.#received.subarray(parsed.end);
      const waiting = this.#waiting.shift();
      if (parsed.value instanceof Error) waiting?.reject(parsed.value);
      else waiting?.resolve(parsed.value);
    }
  }
}

interface Parsed {
  readonly value: RedisReply | Error;
  readonly end: number;
}

function parseReply(bytes: Buffer, at: number): Parsed | undefined {
  const lineEnd = bytes.indexOf('\r\n', at);
  if (lineEnd < 0) return undefined;
  const line = bytes.toString('utf8', at + 1, lineEnd);
  const next = lineEnd + 2;
  switch (String.fromCharCode(bytes[at] ?? 0)) {
    case '+':
      return { value: line, end: next };
    case '-':
      return { value: new Error(`redis: ${line}`), end: next };
    case ':':
      return { value: Number(line), end: next };
    case '$':
      return parseBulk(bytes, next, Number(line));
    default:
      return parseArray(bytes, next, Number(line));
  }
}

function parseBulk(bytes: Buffer, at: number, length: number): Parsed | undefined {
  if (length < 0) return { value: null, end: at };
  if (bytes.length < at + length + 2) return undefined;
  return { value: bytes.toString('utf8', at, at + length), end: at + length + 2 };
}

function parseArray(bytes: Buffer, at: number, length: number): Parsed | undefined {
  const values: RedisReply[] = [];
  let end = at;
  for (let index = 0; index < length; index += 1) {
    const item = parseReply(bytes, end);
    if (item === undefined) return undefined;
    if (item.value instanceof Error) return item;
    values.push(item.value);
    end = item.end;
  }
  return { value: values, end };
}
