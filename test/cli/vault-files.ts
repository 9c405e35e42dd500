import { Readable } from 'node:stream';
import { writeFiles } from '../load/temporary-files.ts';
import { type Ended, mooring } from './mooring.ts';

export const content = 'password: "ünïcode and $ANSIBLE"\n';

/** A folder with two passwords, and whatever else a test needs. */
export function folder(files: Readonly<Record<string, string>> = {}): string {
  return writeFiles({ one: 'pass one\n', two: 'pass two\r\n', 'secrets.yml': content, ...files });
}

/** `mooring vault WORDS`. */
export const vault = (...words: readonly string[]): Promise<Ended> => mooring('vault', ...words);

/** Runs a command with this text as its standard input. */
export async function withInput(text: string | Buffer, work: () => Promise<Ended>): Promise<Ended> {
  const before = Object.getOwnPropertyDescriptor(process, 'stdin');
  Object.defineProperty(process, 'stdin', { value: Readable.from([Buffer.from(text)]), configurable: true });
  try {
    return await work();
  } finally {
    if (before) Object.defineProperty(process, 'stdin', before);
  }
}
