import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { MooringError } from '../model/errors.ts';
import { flushStdout } from './batched-stdout.ts';

/**
 * Asks for a secret on the terminal; what is typed is not shown.
 *
 * @throws MooringError where there is no terminal to ask on
 */
export function askSecret(prompt: string): Promise<string> {
  return ask(prompt, false);
}

/** Asks for a line on the terminal. */
export function askLine(prompt: string, echo = true): Promise<string> {
  return ask(prompt, echo);
}

async function ask(prompt: string, echo: boolean): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new MooringError(`cannot ask "${prompt.trim()}": there is no terminal`, {
      hint: 'Give it in a variable or a file instead.',
    });
  }
  flushStdout();
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const output = echo ? process.stderr : silent;
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  // After the terminal has stopped to echo: an answer may come at once.
  process.stderr.write(prompt);
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('SIGINT', () => reject(new MooringError('interrupted')));
    });
  } finally {
    lines.close();
    if (!echo) process.stderr.write('\n');
  }
}
