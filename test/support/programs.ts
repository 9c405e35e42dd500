import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Whether this machine has a program; tests that need one it lacks are left out. */
export function hasProgram(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
