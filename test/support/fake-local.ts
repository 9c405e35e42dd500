import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { type LocalFile, ParamsError } from '../../src/module/index.ts';

/** A control-node file of a fake host: its text, or its bytes, or with a mode. */
export type FakeLocalFile = string | Buffer | { readonly content: string | Buffer; readonly mode?: string };

/** The bytes of a fake control-node file. Throws ParamsError where there is none. */
export function localBytes(local: Readonly<Record<string, FakeLocalFile>>, path: string): Buffer {
  const file = local[path];
  if (file === undefined) throw new ParamsError(`no such file: ${path}`);
  const content = typeof file === 'string' || Buffer.isBuffer(file) ? file : file.content;
  return Buffer.from(content as Buffer);
}

/** What `HostAccess.local` tells of it; directories follow from the names of files. */
export function localOf(local: Readonly<Record<string, FakeLocalFile>>, path: string): LocalFile {
  const normal = path.replace(/\/+$/, '');
  const absolute = posix.resolve('/control', normal);
  if (normal in local) {
    return { path: absolute, type: 'file', ...localAttributes(local, normal), entries: [] };
  }
  const below = Object.keys(local).filter((key) => key.startsWith(`${normal}/`));
  if (below.length === 0) throw new ParamsError(`no such file: ${path}`);
  const entries = new Map<string, LocalFile['entries'][number]>();
  for (const key of below.sort()) {
    const parts = key.slice(normal.length + 1).split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const directory = parts.slice(0, depth).join('/');
      entries.set(directory, { path: directory, type: 'directory', size: 0, checksum: '', mode: '0755' });
    }
    const file = parts.join('/');
    entries.set(file, { path: file, type: 'file', ...localAttributes(local, key) });
  }
  return {
    path: absolute,
    type: 'directory',
    size: 0,
    checksum: '',
    mode: '0755',
    entries: [...entries.values()],
  };
}

function localAttributes(
  local: Readonly<Record<string, FakeLocalFile>>,
  path: string,
): { size: number; checksum: string; mode: string } {
  const file = local[path];
  const bytes = localBytes(local, path);
  const mode = typeof file === 'object' && !Buffer.isBuffer(file) ? (file.mode ?? '0644') : '0644';
  return { size: bytes.length, checksum: createHash('sha256').update(bytes).digest('hex'), mode };
}
