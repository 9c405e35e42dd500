import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One text that ansible-vault was given to encrypt. */
export interface VaultCase {
  readonly title: string;
  readonly content: Buffer;
  /** `default`: format 1.1, whose first line names no id. */
  readonly id: string;
  /** What the file of the password holds. */
  readonly passwordFile: string;
  /** A script that prints the password instead; called with `--vault-id` where its name ends in -client. */
  readonly script?: 'plain' | 'client';
  /** With `encrypt_string`, as a value of a file of variables. */
  readonly isValue?: true;
}

const text = Buffer.from('password: "ünïcode, $ANSIBLE_VAULT; and {{ braces }}"\n');

export const vaultCases: readonly VaultCase[] = [
  { title: 'a file without an id', content: text, id: 'default', passwordFile: 'pass one\n' },
  { title: 'a file with an id', content: text, id: 'prod', passwordFile: 'pass two\n' },
  {
    title: 'a password of many letters',
    content: text,
    id: 'dev',
    passwordFile: '  pässwörd ☃ with spaces  \n',
  },
  { title: 'a password file of Windows', content: text, id: 'default', passwordFile: 'pass three\r\n' },
  {
    title: 'a password file without a last line break',
    content: text,
    id: 'default',
    passwordFile: 'pass four',
  },
  {
    title: 'a whole block of bytes',
    content: Buffer.from('0123456789abcdef'),
    id: 'default',
    passwordFile: 'p\n',
  },
  { title: 'one byte', content: Buffer.from('x'), id: 'default', passwordFile: 'p\n' },
  {
    title: 'any bytes',
    content: Buffer.from([0, 1, 2, 255, 254, 13, 10, 0]),
    id: 'bin',
    passwordFile: 'p\n',
  },
  {
    title: 'a long file',
    content: Buffer.from('line of text\n'.repeat(700)),
    id: 'default',
    passwordFile: 'p\n',
  },
  {
    title: 'a password from a script',
    content: text,
    id: 'default',
    passwordFile: 'of a script\n',
    script: 'plain',
  },
  {
    title: 'a password from a client',
    content: text,
    id: 'lab',
    passwordFile: 'of a client\n',
    script: 'client',
  },
  {
    title: 'a value',
    content: Buffer.from('s3cret ü'),
    id: 'default',
    passwordFile: 'pass one\n',
    isValue: true,
  },
  {
    title: 'a value with an id',
    content: Buffer.from('two\nlines\n'),
    id: 'prod',
    passwordFile: 'pass two\n',
    isValue: true,
  },
];

export const recordedVaultFile = fileURLToPath(new URL('vault-recorded.json', import.meta.url));

/** Title of a case → what ansible-vault wrote. */
export function readRecordedVault(): Readonly<Record<string, string>> {
  return existsSync(recordedVaultFile) ? JSON.parse(readFileSync(recordedVaultFile, 'utf8')) : {};
}
