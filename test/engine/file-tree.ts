/**
 * A directory of real files in which many paths lead to the same place, and what became of it.
 *
 *   await makeFileTree(root);   // anew, with the same times
 *   await listTree(root)        // ['d1/ 0755', 'd1/a 0644 #2 one\n', 'l1 -> d1', …]
 */
import {
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';

const directories = ['d1', 'd1/sub', 'd2'];
const files = {
  'd1/a': 'one\n',
  'd1/A': 'upper\n',
  'd1/b': 'two\n',
  'd1/sub/x': 'deep\n',
  'd1/h1': 'hard\n',
  'd2/a': 'other\n',
};
const hardLinks = { 'd2/h2': 'd1/h1' };
const links = {
  l1: 'd1',
  l2: 'l1',
  'd2/up': '..',
  'd1/to-a': 'a',
  'd2/to-b': '../d1/b',
  'd1/dangling': 'new',
  'd2/to-dir': '../d1/sub',
};

/** Before all that a test does, and different for each file. Seconds since 1970. */
export const oldest = 1_000_000_000;

/** Makes the tree, in place of whatever is at the path. */
export async function makeFileTree(root: string): Promise<void> {
  await rm(root, { recursive: true, force: true });
  for (const name of ['', ...directories]) await mkdir(join(root, name), { mode: 0o755 });
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text, { mode: 0o644 });
  for (const [name, target] of Object.entries(hardLinks)) await link(join(root, target), join(root, name));
  for (const [name, target] of Object.entries(links)) await symlink(target, join(root, name));
  for (const [index, name] of [...Object.keys(files), ...directories, ''].entries()) {
    await utimes(join(root, name), oldest + index, oldest + index);
  }
}

/** One line for each entry: type, mode, what it holds; files of several names have the same number. */
export async function listTree(root: string): Promise<readonly string[]> {
  const lines: string[] = [];
  const inodes = new Map<number, number>();
  const list = async (directory: string): Promise<void> => {
    for (const entry of (await readdir(join(root, directory))).sort()) {
      const name = join(directory, entry);
      const path = join(root, name);
      const stat = await lstat(path);
      const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0');
      if (stat.isSymbolicLink()) lines.push(`${name} -> ${await readlink(path)}`);
      else if (stat.isDirectory()) {
        lines.push(`${name}/ ${mode}`);
        await list(name);
      } else {
        if (!inodes.has(stat.ino)) inodes.set(stat.ino, inodes.size);
        const number = stat.nlink > 1 ? ` #${inodes.get(stat.ino)}` : '';
        lines.push(`${name} ${mode}${number} ${await readFile(path, 'utf8')}`);
      }
    }
  };
  await list('');
  return lines;
}

/** A line of proc_pid_mountinfo(5). @param device as stat(2) has it */
export function mountLine(device: number, type: string): string {
  const minor = (device % 256) + Math.floor(device / 0x100000) * 256;
  return `36 35 ${Math.floor(device / 256) % 4096}:${minor} / /mnt rw - ${type} source rw\n`;
}
