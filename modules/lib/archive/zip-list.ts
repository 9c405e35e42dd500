import { inflateRawSync } from 'node:zlib';
import { CommandError } from '../../../src/module/index.ts';
import { sha256 } from '../text.ts';
import { type ArchiveEntry, memberPath } from './entry.ts';

const endSignature = 0x06054b50;
const centralSignature = 0x02014b50;
const unixSystem = 3;
const linkType = 0xa000;

/**
 * Lists a zip archive from its central directory, with the checksum of each file.
 *
 * @throws CommandError where it is not a zip archive, or one with features unzip may know but we do not
 */
export function listZip(bytes: Buffer): ArchiveEntry[] {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || bytes.readUInt32LE(end) !== endSignature)
    throw new CommandError('this is not a zip archive');
  const count = bytes.readUInt16LE(end + 10);
  let offset = bytes.readUInt32LE(end + 16);
  if (count === 0xffff || offset === 0xffffffff)
    throw new CommandError('zip archives over 4 GiB are not supported');
  const entries: ArchiveEntry[] = [];
  for (let index = 0; index < count; index++) {
    if (bytes.readUInt32LE(offset) !== centralSignature) throw new CommandError('the zip archive is damaged');
    const entry = readEntry(bytes, offset);
    if (entry) entries.push(entry);
    const variable = [28, 30, 32].map((field) => bytes.readUInt16LE(offset + field));
    offset += 46 + variable.reduce((total, length) => total + length, 0);
  }
  return entries;
}

function readEntry(bytes: Buffer, offset: number): ArchiveEntry | undefined {
  const nameLength = bytes.readUInt16LE(offset + 28);
  const name = bytes.toString('utf8', offset + 46, offset + 46 + nameLength);
  const path = memberPath(name);
  if (path === undefined) return undefined;
  if (name.endsWith('/')) return { path, type: 'directory', size: 0 };
  const content = readContent(bytes, offset, name);
  const unixMode = bytes[offset + 5] === unixSystem ? bytes.readUInt32LE(offset + 38) >>> 16 : 0;
  if ((unixMode & 0xf000) === linkType)
    return { path, type: 'link', size: 0, target: content.toString('utf8') };
  return { path, type: 'file', size: content.length, checksum: sha256(content) };
}

function readContent(bytes: Buffer, offset: number, name: string): Buffer {
  const flags = bytes.readUInt16LE(offset + 8);
  const method = bytes.readUInt16LE(offset + 10);
  const size = bytes.readUInt32LE(offset + 20);
  const local = bytes.readUInt32LE(offset + 42);
  const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const packed = bytes.subarray(start, start + size);
  if ((flags & 1) !== 0) throw new CommandError(`${name} in the zip archive is encrypted`);
  if (method === 0) return packed;
  if (method !== 8)
    throw new CommandError(`${name} in the zip archive is compressed in an unknown way (${method})`);
  return inflateRawSync(packed);
}
