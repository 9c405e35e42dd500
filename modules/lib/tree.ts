import { CommandError, type HostAccess } from '../../src/module/index.ts';

/** Files larger than this are told apart by size alone: registry blobs are named by their digest. */
const checksumLimitKiB = 4;

/** Relative path → what tells one version from another (size, and checksum of a small file). */
export type Tree = Readonly<Record<string, string>>;

/**
 * Lists the regular files and links below a directory.
 *
 * @returns undefined where there is no such directory
 * @throws CommandError where it cannot be read, and on names with line breaks
 */
export async function readTree(host: HostAccess, directory: string): Promise<Tree | undefined> {
  const script = `cd "$DIRECTORY" 2>/dev/null || { [ -e "$DIRECTORY" ] && exit 1; exit 66; }
find . ! -type d -exec stat -c 'size %s %n' {} + || exit
find . -type f ! -size +${checksumLimitKiB}k -exec sha256sum {} +`;
  const needs = [{ path: directory }];
  const reply = await host.script(script, { env: { DIRECTORY: directory }, timeoutMs: 600_000, needs });
  if (reply.exitCode === 66) return undefined;
  if (reply.exitCode !== 0)
    throw new CommandError(`cannot list ${directory} on ${host.name}: ${reply.stderr.trim()}`);
  if (/^\\[0-9a-f]{64}/m.test(reply.stdout))
    throw new CommandError(`${directory} holds a name with a line break or backslash`);
  return parseTree(reply.stdout);
}

/** Files of `wanted` that `present` lacks or has otherwise. */
export function missingFrom(wanted: Tree, present: Tree): readonly string[] {
  return Object.keys(wanted)
    .filter((path) => present[path] !== wanted[path])
    .sort();
}

function parseTree(text: string): Tree {
  const tree: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const size = /^size (\d+) \.\/(.+)$/.exec(line);
    if (size?.[1] && size[2]) tree[size[2]] = size[1];
    const sum = /^([0-9a-f]{64}) [ *]\.\/(.+)$/.exec(line);
    if (sum?.[1] && sum[2]) tree[sum[2]] = `${tree[sum[2]] ?? ''} ${sum[1]}`;
  }
  return tree;
}
