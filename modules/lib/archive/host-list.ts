import {
  CommandError,
  type HostAccess,
  quote,
  quoteWord,
  type ReadOptions,
} from '../../../src/module/index.ts';
import { type ArchiveEntry, memberPath } from './entry.ts';
import { type ArchiveKind, decompression } from './kind.ts';

/** An hour: large archives are read to the end. */
const slow = 3_600_000;

/**
 * Lists an archive that is on the host, by the host's own tar or unzip.
 *
 * @throws CommandError with what the program says
 */
export function listOnHost(host: HostAccess, path: string, kind: ArchiveKind): Promise<ArchiveEntry[]> {
  return kind === 'zip' ? listZipOnHost(host, path) : listTarOnHost(host, path, decompression[kind]);
}

/** `TZ=UTC0` and full times make the listing of GNU tar exact; busybox prints seconds anyway. */
async function listTarOnHost(host: HostAccess, path: string, option: string): Promise<ArchiveEntry[]> {
  const options: ReadOptions = { needs: [{ path }], timeoutMs: slow, env: { TZ: 'UTC0' } };
  const list = `tar ${option} -tvf ${quoteWord(path)}`;
  const script = `if tar --version 2>/dev/null | grep -q GNU; then ${list} --full-time --quoting-style=escape; else ${list}; fi`;
  const reply = await host.script(script, options);
  if (reply.exitCode !== 0) throw new CommandError(`cannot list ${path}: ${lastLine(reply.stderr)}`);
  return reply.stdout.split('\n').flatMap((line) => parseTarLine(line) ?? []);
}

// -rw-r--r-- root/root 1234 2026-01-02 03:04:05 dir/name   (links: `a -> b`, hard links: `a link to b`)
const tarLine =
  /^([-dlhbcps])\S{9}\S*\s+\S+\s+(\d+|\d+,\s*\d+)\s+(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)?\s(.*)$/;

function parseTarLine(line: string): ArchiveEntry | undefined {
  const [, flag = '', size = '', date = '', time = '', rest = ''] = tarLine.exec(line) ?? [];
  if (flag === '') return undefined;
  const mtime = Date.parse(`${date}T${time}Z`) / 1000;
  const [name = '', target = ''] = unescapeName(rest).split(flag === 'l' ? ' -> ' : / link to | -> /, 2);
  const path = memberPath(flag === 'l' || flag === 'h' ? name : unescapeName(rest));
  if (path === undefined) return undefined;
  if (flag === 'd') return { path, type: 'directory', size: 0 };
  if (flag === 'l') return { path, type: 'link', size: 0, target };
  if (flag === 'h') return { path, type: 'hardlink', size: 0 };
  return flag === '-' ? { path, type: 'file', size: Number(size), mtime } : undefined;
}

/** GNU tar writes bytes that are not ASCII as `\\303`, with LC_ALL=C. */
function unescapeName(name: string): string {
  const plain: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\\': '\\' };
  const bytes = name.replaceAll(/\\([0-7]{3}|[ntr\\])/g, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (plain[code] ?? code),
  );
  return /\\[0-7]{3}/.test(name) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}

async function listZipOnHost(host: HostAccess, path: string): Promise<ArchiveEntry[]> {
  const options: ReadOptions = { needs: [{ path }], timeoutMs: slow };
  const reply = await host.run(['unzip', '-l', path], options);
  if (reply.exitCode !== 0)
    throw new CommandError(`cannot list ${path}: ${lastLine(reply.stderr || reply.stdout)}`);
  const listed = reply.stdout.split('\n').flatMap((line) => parseZipLine(line) ?? []);
  const files = listed.filter(({ name }) => !name.endsWith('/'));
  const sums = await checksumsInZip(
    host,
    path,
    files.map(({ name }) => name),
    options,
  );
  return listed.flatMap(({ name, size }): ArchiveEntry[] => {
    const member = memberPath(name);
    if (member === undefined) return [];
    if (name.endsWith('/')) return [{ path: member, type: 'directory', size: 0 }];
    const checksum = sums.get(name);
    return [{ path: member, type: 'file', size, ...(checksum === undefined ? {} : { checksum }) }];
  });
}

function parseZipLine(line: string): { name: string; size: number } | undefined {
  const [, size, name] = /^\s*(\d+)\s+[\d-]{8,10} \d\d:\d\d(?::\d\d)?\s{3}(.+)$/.exec(line) ?? [];
  return name === undefined ? undefined : { name, size: Number(size) };
}

/** Sizes and dates alone would miss a change: zip keeps times of two seconds in a zone it does not name. */
async function checksumsInZip(
  host: HostAccess,
  path: string,
  names: readonly string[],
  options: ReadOptions,
): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const patterns = names.map((name) => name.replaceAll(/[[\]*?\\]/g, '\\$&'));
  const script = `for name in ${quote(patterns)}; do unzip -p ${quoteWord(path)} "$name" | sha256sum || exit 1; done`;
  const reply = await host.script(script, options);
  const sums = reply.stdout.split('\n').filter((line) => line !== '');
  if (reply.exitCode !== 0 || sums.length !== names.length) {
    throw new CommandError(`cannot read ${path}: ${lastLine(reply.stderr)}`);
  }
  return new Map(names.map((name, index) => [name, (sums[index] ?? '').slice(0, 64)]));
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
