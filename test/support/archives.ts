import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const longName = `${'long-'.repeat(30)}name`;
/** Seconds since 1970 of every file in the tree. */
export const treeTime = Date.UTC(2026, 0, 2, 3, 4, 5) / 1000;

/** A directory with all that archives can hold, for packing with the machine's own programs. */
export function makeTree(): string {
  const root = mkdtempSync(join(tmpdir(), 'archive-'));
  chmodSync(root, 0o755);
  const tree = join(root, 'tree');
  mkdirSync(join(tree, 'sub', 'empty'), { recursive: true });
  writeFileSync(join(tree, 'file'), 'content');
  writeFileSync(join(tree, 'sub', 'with space -> ü'), 'x'.repeat(1500));
  writeFileSync(join(tree, 'sub', longName), '');
  writeFileSync(join(tree, 'exact'), 'y'.repeat(1024));
  linkSync(join(tree, 'file'), join(tree, 'hard'));
  symlinkSync('sub', join(tree, 'soft'));
  symlinkSync(`sub/${longName}`, join(tree, 'sub', 'far'));
  for (const name of ['file', 'exact', `sub/${longName}`, 'sub/with space -> ü']) {
    utimesSync(join(tree, name), treeTime, treeTime);
  }
  return root;
}

/** Runs a command of this machine in the directory, quietly. */
export function pack(root: string, command: string): void {
  execFileSync('sh', ['-c', command], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}
