import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { MooringError } from '../model/errors.ts';

/**
 * Lets the user edit a secret in an editor. The text lies in a folder that only this user can enter, in
 * memory where there is such a place, and is overwritten and removed in every case.
 *
 * @param content what is in it at first
 * @param path of the file it belongs to; only its name is used, so that the editor knows the kind of text
 * @returns what was saved
 * @throws MooringError where the editor cannot be run or ends with an error
 */
export async function editPrivately(content: Uint8Array, path: string): Promise<Buffer> {
  const folder = mkdtempSync(join(placeInMemory(), 'mooring-'));
  const file = join(folder, basename(path));
  const remove = (): void => removeText(folder, file);
  const stop = watchSignals(remove);
  try {
    writeFileSync(file, content, { mode: 0o600 });
    await runEditor(file);
    return readFileSync(file);
  } finally {
    stop();
    remove();
  }
}

function placeInMemory(): string {
  const places = [process.env['XDG_RUNTIME_DIR'], '/dev/shm'];
  return places.find((place) => place !== undefined && place !== '' && isWritable(place)) ?? tmpdir();
}

function isWritable(place: string): boolean {
  try {
    accessSync(place, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function runEditor(file: string): Promise<void> {
  const editor = process.env['VISUAL'] || process.env['EDITOR'] || 'vi';
  // The variable may hold options: `code --wait`.
  const child = spawn('/bin/sh', ['-c', `${editor} "$@"`, 'sh', file], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(failed(editor, code, signal));
    });
  });
}

function failed(editor: string, code: number | null, signal: string | null): MooringError {
  const ending = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
  const hint = code === 127 ? 'name an editor in the variable EDITOR' : undefined;
  return new MooringError(`the editor "${editor}" ${ending}; nothing was saved`, hint ? { hint } : {});
}

/** Ctrl-C belongs to the editor; what ends this program takes the text with it. */
function watchSignals(remove: () => void): () => void {
  const ignore = (): void => undefined;
  const end = (): void => {
    remove();
    process.exit(1);
  };
  process.on('SIGINT', ignore);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, end);
  return () => {
    process.off('SIGINT', ignore);
    for (const signal of ['SIGTERM', 'SIGHUP']) process.off(signal, end);
  };
}

function removeText(folder: string, file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > 0) writeFileSync(file, Buffer.alloc(size));
  rmSync(folder, { recursive: true, force: true });
}
