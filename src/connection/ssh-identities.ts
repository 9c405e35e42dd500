import { readFile } from 'node:fs/promises';
import { ConnectionError } from '../model/errors.ts';
import type { ConnectionSpec } from './connection.ts';
import { ParsedFiles } from './parsed-file.ts';
import {
  BaseAgent,
  createAgent,
  type IdentityCallback,
  type ParsedKey,
  parseKey,
  type SignCallback,
  type SigningRequestOptions,
} from './ssh-library.ts';
import type { SshSettings } from './ssh-settings.ts';

/** A private key of a file, or why it cannot be used. */
export type Identity =
  | { readonly path: string; readonly key: ParsedKey }
  | { readonly path: string; readonly problem: string };

interface KeyFile {
  readonly text: Buffer;
  /** Without a passphrase. */
  readonly parsed: ParsedKey | Error;
}

const keyFiles = new ParsedFiles<KeyFile>((text) => ({ text, parsed: firstKey(parseKey(text)) }));

/** Answers to questions for passphrases in this process: nobody is asked twice in a run. */
const asked = new Map<string, Promise<string>>();
const passphraseQuestion = 'Passphrase of ';

/** Puts a question to a human; one for a passphrase only once. */
export function askOnce(askSecret: (prompt: string) => Promise<string>, prompt: string): Promise<string> {
  if (!prompt.startsWith(passphraseQuestion)) return askSecret(prompt);
  const answer = asked.get(prompt) ?? askSecret(prompt);
  asked.set(prompt, answer);
  return answer;
}

/** Forgets the passphrases that were asked for. */
export function forgetPassphrases(): void {
  asked.clear();
}

/**
 * Reads a key file; opens an encrypted one with the host's passphrase or by asking.
 *
 * @returns undefined where a file nobody named explicitly is missing
 */
export async function loadIdentity(
  { path, isExplicit }: SshSettings['identityFiles'][number],
  spec: ConnectionSpec,
): Promise<Identity | undefined> {
  let file: KeyFile;
  try {
    file = await keyFiles.get(path);
  } catch (error) {
    if (!isExplicit) return undefined;
    return { path, problem: error instanceof Error ? error.message : String(error) };
  }
  const { text } = file;
  const passphrase = spec.privateKeyPassphrase;
  const parsed = passphrase === undefined ? file.parsed : firstKey(parseKey(text, passphrase));
  if (!(parsed instanceof Error)) return keyIdentity(path, parsed);
  if (!isAboutPassphrase(parsed)) return { path, problem: unusableKey(parsed) };
  if (spec.privateKeyPassphrase !== undefined) return { path, problem: 'the passphrase does not open it' };
  return askForPassphrase(path, text, spec);
}

/** The public key beside a private one, for telling which of an agent's keys is meant. */
export async function publicKeyOf(path: string): Promise<Buffer | undefined> {
  const text = await readFile(`${path}.pub`, 'utf8').catch(() => undefined);
  const encoded = text?.trim().split(/\s+/)[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64');
}

/** An agent that offers only some of its keys (IdentitiesOnly), or all where `only` is undefined. */
export function agentWith(socket: string, only: readonly Buffer[] | undefined): BaseAgent<ParsedKey> {
  return new FilteredAgent(socket, only);
}

class FilteredAgent extends BaseAgent<ParsedKey> {
  readonly #agent: BaseAgent;
  readonly #only: readonly Buffer[] | undefined;

  constructor(socket: string, only: readonly Buffer[] | undefined) {
    super();
    this.#agent = createAgent(socket);
    this.#only = only;
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    this.#agent.getIdentities((error, keys) => {
      // An agent that cannot be reached offers nothing; other ways in are still tried.
      if (error) return callback(undefined, []);
      const parsed = (keys ?? []).flatMap((key) => (isParsedKey(key) ? [key] : []));
      callback(
        undefined,
        parsed.filter((key) => this.#isWanted(key)),
      );
    });
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options);
    else this.#agent.sign(key, data, options, callback);
  }

  #isWanted(key: ParsedKey): boolean {
    return this.#only === undefined || this.#only.some((wanted) => wanted.equals(key.getPublicSSH()));
  }
}

function isParsedKey(key: unknown): key is ParsedKey {
  return typeof key === 'object' && key !== null && 'getPublicSSH' in key;
}

function firstKey(parsed: ParsedKey | Error | (ParsedKey | Error)[]): ParsedKey | Error {
  const first = Array.isArray(parsed) ? parsed[0] : parsed;
  return first ?? new Error('no key in it');
}

function keyIdentity(path: string, key: ParsedKey): Identity {
  return key.isPrivateKey() ? { path, key } : { path, problem: 'it is a public key, not a private one' };
}

function isAboutPassphrase(error: Error): boolean {
  return /passphrase|encrypted|bad decrypt|integrity check/i.test(error.message);
}

function unusableKey(error: Error): string {
  return /unsupported key format/i.test(error.message)
    ? 'its format is not supported; convert it with: ssh-keygen -p -f FILE'
    : error.message;
}

async function askForPassphrase(path: string, text: Buffer, spec: ConnectionSpec): Promise<Identity> {
  const { askSecret } = spec;
  if (askSecret === undefined) return { path, problem: 'it is encrypted, and no passphrase is set' };
  const answer = await askOnce(askSecret, `${passphraseQuestion}${path}: `);
  const opened = firstKey(parseKey(text, answer));
  if (!(opened instanceof Error)) return keyIdentity(path, opened);
  throw new ConnectionError(`${spec.name}: the passphrase does not open ${path}`, {
    hint: 'run again and type it carefully, or add the key to an agent (ssh-add)',
  });
}
