import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CommandError } from '../../../src/module/index.ts';
import { type ArchiveEntry, memberPath } from './entry.ts';

const blockSize = 512;

/**
 * Lists a tar archive while it streams by; contents are skipped.
 *
 * @param stream the archive
 * @param gzip whether it is compressed
 * @returns members in their order; of a name that comes twice the last one counts
 * @throws CommandError where it is not such an archive, or is cut off
 */
export async function listTar(stream: Readable, gzip: boolean): Promise<ArchiveEntry[]> {
  const source = gzip ? pipeline(stream, createGunzip(), () => undefined) : stream;
  const entries = new Map<string, ArchiveEntry>();
  try {
    for await (const entry of readEntries(new BlockReader(source))) entries.set(entry.path, entry);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`the archive cannot be read: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
  return [...entries.values()];
}

/** Names that a header is too short for come in members before it (GNU `L`, `K`; POSIX pax `x`). */
interface Overrides {
  path?: string;
  linkpath?: string;
  size?: string;
  mtime?: string;
}

async function* readEntries(reader: BlockReader): AsyncGenerator<ArchiveEntry> {
  let overrides: Overrides = {};
  for (;;) {
    const header = await reader.read(blockSize);
    if (header === undefined || header.every((byte) => byte === 0)) return;
    checkHeader(header);
    const type = String.fromCharCode(header[156] ?? 0);
    const size = Number(overrides.size ?? numberAt(header, 124, 12));
    const padded = Math.ceil(size / blockSize) * blockSize;
    if ('LKx'.includes(type)) {
      const body = await reader.readAll(padded);
      overrides = { ...overrides, ...readOverrides(type, body.subarray(0, size)) };
      continue;
    }
    await reader.skip('1234567'.includes(type) && type !== '7' ? 0 : padded);
    const entry = type === 'g' ? undefined : toEntry(header, type, size, overrides);
    if (type !== 'g') overrides = {};
    if (entry) yield entry;
  }
}

function checkHeader(header: Buffer): void {
  const stored = numberAt(header, 148, 8);
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  if (sum !== stored) throw new CommandError('this is not a tar archive, or it is damaged');
}

function readOverrides(type: string, body: Buffer): Overrides {
  if (type === 'L') return { path: textOf(body) };
  if (type === 'K') return { linkpath: textOf(body) };
  const records: Record<string, string> = {};
  for (let start = 0; start < body.length; ) {
    const space = body.indexOf(32, start);
    const length = Number(body.toString('utf8', start, space));
    if (space < 0 || !(length > 0)) break;
    const [key = '', ...value] = body.toString('utf8', space + 1, start + length - 1).split('=');
    records[key] = value.join('=');
    start += length;
  }
  const names = ['path', 'linkpath', 'size', 'mtime'] as const;
  return Object.fromEntries(
    names.flatMap((name) => (records[name] === undefined ? [] : [[name, records[name]]])),
  );
}

const types: Record<string, ArchiveEntry['type']> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'link',
  '5': 'directory',
};

function toEntry(header: Buffer, flag: string, size: number, overrides: Overrides): ArchiveEntry | undefined {
  const name = overrides.path ?? headerName(header);
  const path = memberPath(name);
  const type = flag !== '5' && name.endsWith('/') ? 'directory' : types[flag];
  if (path === undefined || type === undefined) return undefined;
  const mtime = Math.floor(Number(overrides.mtime ?? numberAt(header, 136, 12)));
  const target = overrides.linkpath ?? textOf(header.subarray(157, 257));
  return { path, type, size: type === 'file' ? size : 0, mtime, ...(type === 'link' ? { target } : {}) };
}

function headerName(header: Buffer): string {
  const name = textOf(header.subarray(0, 100));
  const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? textOf(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

/** Octal text, or (GNU) a binary number where the first bit is set. */
function numberAt(header: Buffer, start: number, length: number): number {
  const field = header.subarray(start, start + length);
  if (((field[0] ?? 0) & 0x80) === 0) return Number.parseInt(textOf(field).trim() || '0', 8);
  return field.subarray(1).reduce((total, byte) => total * 256 + byte, 0);
}

/** Reads a stream in pieces of wanted sizes without keeping what is skipped. */
class BlockReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** undefined = the stream ends here. */
  async read(size: number): Promise<Buffer | undefined> {
    while (this.#rest.length < size) {
      const next = await this.#chunks.next();
      if (next.done) {
        if (this.#rest.length === 0) return undefined;
        throw new CommandError('the archive is cut off');
      }
      this.#rest = Buffer.concat([this.#rest, next.value]);
    }
    const piece = this.#rest.subarray(0, size);
    this.#rest = this.#rest.subarray(size);
    return piece;
  }

  async readAll(size: number): Promise<Buffer> {
    const piece = size === 0 ? Buffer.alloc(0) : await this.read(size);
    if (piece === undefined) throw new CommandError('the archive is cut off');
    return piece;
  }

  async skip(size: number): Promise<void> {
    let left = size;
    while (left > 0) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next();
        if (next.done) throw new CommandError('the archive is cut off');
        this.#rest = next.value;
      }
      const taken = Math.min(left, this.#rest.length);
      this.#rest = this.#rest.subarray(taken);
      left -= taken;
    }
  }
}
