import { posix } from 'node:path';
import { CommandError, type HostAccess, type HttpRequest, ParamsError } from '../../src/module/index.ts';
import { nameOf } from './paths.ts';

export interface Checksum {
  readonly algorithm: 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';
  /** Hex, lower case. */
  readonly value: string;
}

const algorithms: readonly Checksum['algorithm'][] = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'];

/**
 * Reads `algorithm:hex` or `algorithm:URL`; the file at the URL is a list as sha256sum writes it, or
 * the sum alone.
 *
 * @param url the download, whose name is looked for in the list
 * @param ask makes the request for the list
 * @throws ParamsError where it is neither; CommandError where the list does not have the name
 */
export async function readChecksum(
  host: HostAccess,
  text: string,
  url: string,
  ask: (url: string) => HttpRequest,
): Promise<Checksum> {
  const [name = '', ...rest] = text.split(':');
  const algorithm = algorithms.find((known) => known === name.trim().toLowerCase());
  const source = rest.join(':').trim();
  if (algorithm === undefined || source === '') {
    throw new ParamsError(
      `checksum must be ALGORITHM:VALUE or ALGORITHM:URL, with one of ${algorithms.join(', ')}`,
    );
  }
  if (/^[0-9a-fA-F]+$/.test(source)) return { algorithm, value: source.toLowerCase() };
  if (!/^https?:\/\//.test(source)) throw new ParamsError(`"${source}" is neither a checksum nor an address`);
  const response = await host.request(ask(source));
  if (response.status !== 200) throw new CommandError(`${source} answered ${response.status}`);
  const value = findSum(response.body.toString('utf8'), nameOf(new URL(url).pathname));
  if (value === undefined) throw new CommandError(`${source} has no checksum for ${url}`);
  return { algorithm, value };
}

/** Whether a file of the host has the checksum; undefined = there is no file. */
export async function hasChecksum(
  host: HostAccess,
  path: string,
  checksum: Checksum,
): Promise<boolean | undefined> {
  const stat = await host.stat(path, { follow: true, checksum: checksum.algorithm === 'sha256' });
  if (stat?.type !== 'file') return undefined;
  if (checksum.algorithm === 'sha256') return stat.checksum === checksum.value;
  const reply = await host.run([`${checksum.algorithm}sum`, path], { needs: [{ path }] });
  if (reply.exitCode !== 0)
    throw new CommandError(`${checksum.algorithm}sum ${path}: ${reply.stderr.trim()}`);
  return /^\\?([0-9a-f]+)/.exec(reply.stdout)?.[1] === checksum.value;
}

function findSum(list: string, name: string): string | undefined {
  const lines = list.split('\n').map((line) => line.trim());
  const named = lines.map((line) => /^\\?([0-9a-fA-F]{32,128})\s+\*?(.+)$/.exec(line));
  const match = named.find((found) => found?.[2] !== undefined && posix.basename(found[2]) === name);
  const alone = lines.filter((line) => line !== '');
  const single = alone.length === 1 ? /^[0-9a-fA-F]{32,128}$/.exec(alone[0] ?? '')?.[0] : undefined;
  return (match?.[1] ?? single)?.toLowerCase();
}
