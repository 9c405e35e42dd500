import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  pbkdf2Sync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { MooringError } from '../model/errors.ts';

/** Something encrypted that cannot be opened, or a password that cannot be had. */
export class VaultError extends MooringError {}

export interface VaultSecret {
  /** The vault id; `default` where none was named. Ids are hints: every password is tried. */
  readonly id: string;
  readonly password: string;
}

export interface VaultOptions {
  readonly secrets?: readonly VaultSecret[];
  /** Called with every text that was decrypted, so that it can be masked in output. */
  readonly onSecret?: (text: string) => void;
}

const header = /^\$ANSIBLE_VAULT;(1\.[12]);(\w+)(?:;([^\s;]+))?\s*$/;
const lineWidth = 80;
const keyLength = 32;
const blockLength = 16;

/** True where a text is wholly in Ansible Vault format. */
export function isVaultText(text: string): boolean {
  return text.trimStart().startsWith('$ANSIBLE_VAULT;');
}

/**
 * Opens and makes Ansible Vault texts, format 1.1 and 1.2 with AES256, byte compatible.
 * Decrypted texts are kept for the run, since each costs a key derivation of 10 000 rounds.
 */
export class Vault {
  readonly #secrets: readonly VaultSecret[];
  readonly #onSecret: (text: string) => void;
  readonly #opened = new Map<string, string>();

  constructor(options: VaultOptions = {}) {
    this.#secrets = options.secrets ?? [];
    this.#onSecret = options.onSecret ?? (() => undefined);
  }

  /** Names a text as secret that a caller took out of a decrypted file. */
  registerSecret(text: string): void {
    this.#onSecret(text);
  }

  /**
   * Opens one encrypted value and registers it as a secret.
   *
   * @param armoured the text from `$ANSIBLE_VAULT;` on
   * @throws VaultError where the text is damaged or no password fits
   */
  decrypt(armoured: string): string {
    const text = this.decryptFile(armoured);
    this.#onSecret(text);
    return text;
  }

  /** Like `decrypt` for a whole file: the caller registers the secrets it finds inside. */
  decryptFile(armoured: string): string {
    const opened = this.#opened.get(armoured);
    if (opened !== undefined) return opened;
    const text = this.open(armoured).bytes.toString('utf8');
    this.#opened.set(armoured, text);
    return text;
  }

  /**
   * Opens an encrypted file, whatever it holds.
   *
   * @returns its bytes, and the vault id of the password that fitted
   * @throws VaultError where the text is damaged or no password fits
   */
  open(armoured: string): { readonly bytes: Buffer; readonly id: string } {
    const envelope = parseEnvelope(armoured);
    const secrets = this.#inOrder(envelope.id);
    for (const secret of secrets) {
      const bytes = unseal(envelope, secret.password);
      if (bytes) return { bytes, id: secret.id };
    }
    throw noPasswordFits(secrets, envelope.id);
  }

  /**
   * Encrypts a text, or the bytes of any file.
   *
   * @param id vault id; with any id but `default` the text says so in a 1.2 header
   * @param salt 32 bytes; only tests give it
   * @returns the armoured text, lines of 80 columns, with a trailing newline
   * @throws VaultError where no password of that id is known
   */
  encrypt(content: string | Uint8Array, id = 'default', salt: Buffer = randomBytes(32)): string {
    const secret = this.#secrets.find((candidate) => candidate.id === id);
    if (!secret) {
      throw new VaultError(`no password for the vault id "${id}"`, {
        hint: 'give it with --vault-password-file',
      });
    }
    const { cipherKey, hmacKey, counter } = deriveKeys(secret.password, salt);
    const plain = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    const padding = blockLength - (plain.length % blockLength);
    const cipher = createCipheriv('aes-256-ctr', cipherKey, counter);
    const sealed = Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(padding, padding))]);
    const hmac = createHmac('sha256', hmacKey).update(sealed).digest('hex');
    const inner = `${salt.toString('hex')}\n${hmac}\n${sealed.toString('hex')}`;
    const body = Buffer.from(inner, 'latin1').toString('hex');
    const lines = body.match(new RegExp(`.{1,${lineWidth}}`, 'g')) ?? [];
    const first = id === 'default' ? '$ANSIBLE_VAULT;1.1;AES256' : `$ANSIBLE_VAULT;1.2;AES256;${id}`;
    return `${[first, ...lines].join('\n')}\n`;
  }

  #inOrder(id: string): readonly VaultSecret[] {
    const matching = this.#secrets.filter((secret) => secret.id === id);
    return [...matching, ...this.#secrets.filter((secret) => secret.id !== id)];
  }
}

interface Envelope {
  readonly id: string;
  readonly salt: Buffer;
  readonly hmac: Buffer;
  readonly sealed: Buffer;
}

function parseEnvelope(armoured: string): Envelope {
  const [first = '', ...rest] = armoured.trim().split(/\r\n|\n|\r/);
  const match = header.exec(first.trim());
  if (!match) {
    const start = first.slice(0, 60);
    throw new VaultError(`not an Ansible Vault text of version 1.1 or 1.2: it starts with "${start}"`);
  }
  if (match[2] !== 'AES256') throw new VaultError(`the vault cipher ${match[2]} is not supported`);
  const body = rest.map((line) => line.trim()).join('');
  const parts = /^(?:[0-9a-f]{2})+$/i.test(body)
    ? Buffer.from(body, 'hex').toString('latin1').split('\n')
    : [];
  const [salt, hmac, sealed] = parts.map((part) => Buffer.from(part, 'hex'));
  if (!salt || !hmac || !sealed || hmac.length !== keyLength || sealed.length === 0) {
    throw new VaultError('the vault text is damaged', { hint: 'lines are missing or were changed' });
  }
  return { id: match[3] ?? 'default', salt, hmac, sealed };
}

function deriveKeys(password: string, salt: Buffer): { cipherKey: Buffer; hmacKey: Buffer; counter: Buffer } {
  const derived = pbkdf2Sync(password, salt, 10_000, keyLength * 2 + blockLength, 'sha256');
  return {
    cipherKey: derived.subarray(0, keyLength),
    hmacKey: derived.subarray(keyLength, keyLength * 2),
    counter: derived.subarray(keyLength * 2),
  };
}

/** The content, or undefined where the password does not fit. */
function unseal(envelope: Envelope, password: string): Buffer | undefined {
  const { cipherKey, hmacKey, counter } = deriveKeys(password, envelope.salt);
  const hmac = createHmac('sha256', hmacKey).update(envelope.sealed).digest();
  if (!timingSafeEqual(hmac, envelope.hmac)) return undefined;
  const padded = createDecipheriv('aes-256-ctr', cipherKey, counter).update(envelope.sealed);
  const padding = padded.at(-1) ?? 0;
  return padded.subarray(0, padded.length - padding);
}

function noPasswordFits(secrets: readonly VaultSecret[], id: string): VaultError {
  if (secrets.length === 0) {
    return new VaultError('this is encrypted and no vault password was given', {
      hint: 'give it with --vault-password-file',
    });
  }
  const tried = [...new Set(secrets.map((secret) => secret.id))].join(', ');
  const named = id === 'default' ? '' : ` It was encrypted with the vault id "${id}".`;
  return new VaultError(`wrong vault password, or the text is damaged.${named}`, {
    hint: `tried the passwords of vault id ${tried}`,
  });
}
