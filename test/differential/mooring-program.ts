import { mooring } from '../cli/mooring.ts';
import type { Program } from './site.ts';

/** `mooring run`, in this process. */
export const mooringRun: Program = async (words, folder) => {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await mooring('run', ...words);
  } finally {
    process.chdir(before);
  }
};
