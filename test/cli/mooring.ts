import { vi } from 'vitest';
import { runCli } from '../../src/cli/commands.ts';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, for what must be nowhere. */
  readonly all: string;
}

/** Runs `mooring WORDS` in this process, and gathers what it prints. */
export async function mooring(...words: readonly string[]): Promise<Ended> {
  const stdout = capture(process.stdout);
  const stderr = capture(process.stderr);
  // The parser of the command line prints its help with console.log.
  const log = vi.spyOn(console, 'log').mockImplementation((text) => process.stdout.write(`${text}\n`));
  try {
    const code = await runCli(words, '9.9.9');
    return { code, stdout: stdout.text(), stderr: stderr.text(), all: stdout.text() + stderr.text() };
  } finally {
    log.mockRestore();
    stdout.stop();
    stderr.stop();
  }
}

function capture(stream: NodeJS.WriteStream): { readonly text: () => string; readonly stop: () => void } {
  let text = '';
  const spy = vi.spyOn(stream, 'write').mockImplementation((chunk: unknown) => {
    text += String(chunk);
    return true;
  });
  return { text: () => text, stop: () => spy.mockRestore() };
}

/** An inventory of hosts that are this machine itself. */
export const localHosts = `all:
  hosts:
    h1: {ansible_connection: local}
    h2: {ansible_connection: local}
  children:
    web:
      hosts:
        h1:
`;
