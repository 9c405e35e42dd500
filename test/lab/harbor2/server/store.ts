// The state in a file, so that a Harbor that was stopped comes back as it was.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newState, type State } from './state.ts';

export interface Store {
  readonly state: State;
  /** Writes what has changed. */
  save(): void;
}

/** Only in memory. */
export function storeInMemory(adminPassword: string, now: string): Store {
  return { state: newState(adminPassword, now), save: () => undefined };
}

/** In a folder; what it holds already wins over the password, as in Harbor. */
export function storeInFolder(folder: string, adminPassword: string, now: string): Store {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'state.json');
  let written = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const state: State = written === '' ? newState(adminPassword, now) : JSON.parse(written);
  return {
    state,
    save() {
      const text = JSON.stringify(state);
      if (text === written) return;
      writeFileSync(`${file}.new`, text, { mode: 0o600 });
      renameSync(`${file}.new`, file);
      written = text;
    },
  };
}
