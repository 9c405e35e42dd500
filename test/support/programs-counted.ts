/**
 * Counts the programs that scripts start: a directory in front of PATH holds one small script per program,
 * which notes its name and hands over.
 *
 *   const programs = await countingPrograms(await mkdtemp(…));
 *   … run shells with programs.environment …
 *   await programs.counts()      // { stat: 2, sha256sum: 1 }
 */
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type ProgramCounts = Readonly<Record<string, number>>;

export interface CountingPrograms {
  readonly environment: NodeJS.ProcessEnv;
  counts(): Promise<ProgramCounts>;
}

const folders = ['/usr/bin', '/bin'];
/** What scripts of the tests themselves may be made of, and shells, which would count themselves. */
const uncounted = new Set(['sh', 'bash', 'dash', 'env', 'node', 'echo', 'printf', '[', 'test']);

/** @param directory an empty one */
export async function countingPrograms(directory: string): Promise<CountingPrograms> {
  const log = join(directory, '.log');
  await writeFile(log, '');
  for (const folder of folders) {
    for (const name of await readdir(folder)) {
      if (uncounted.has(name) || !/^[a-z][\w-]*$/.test(name)) continue;
      const path = join(directory, name);
      const isThere = await access(path).then(
        () => true,
        () => false,
      );
      if (isThere) continue;
      const script = `#!/bin/sh\necho ${name} >>${log}\nexec ${join(folder, name)} "$@"\n`;
      await writeFile(path, script, { mode: 0o755 });
    }
  }
  return {
    environment: { ...process.env, PATH: `${directory}:${process.env['PATH']}` },
    counts: async () => {
      const names = (await readFile(log, 'utf8')).split('\n').filter((name) => name !== '');
      const counts: Record<string, number> = {};
      for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
      return counts;
    },
  };
}
