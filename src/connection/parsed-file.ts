import { readFileSync, statSync } from 'node:fs';

interface Parsed<T> {
  readonly fingerprint: string;
  readonly value: T;
}

/**
 * Keeps what a file of the control node means, so that hundreds of hosts do not each read and parse it.
 * A file that has changed is read again.
 */
export class ParsedFiles<T> {
  readonly #parse: (text: Buffer, path: string) => T;
  readonly #files = new Map<string, Parsed<T>>();

  constructor(parse: (text: Buffer, path: string) => T) {
    this.#parse = parse;
  }

  /** Rejects where the file cannot be read. */
  async get(path: string): Promise<T> {
    // At once: asking the thread pool takes ten times as long, for every host.
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    const fingerprint = [dev, ino, size, mtimeNs, ctimeNs].join(' ');
    const known = this.#files.get(path);
    if (known?.fingerprint === fingerprint) return known.value;
    const value = this.#parse(readFileSync(path), path);
    this.#files.set(path, { fingerprint, value });
    return value;
  }

  /** To be called where this process itself has changed the file. */
  forget(path: string): void {
    this.#files.delete(path);
  }
}
