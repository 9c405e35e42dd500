import { existsSync, readFileSync } from 'node:fs';
import { isVaultText, Vault, VaultError, type VaultSecret } from '../load/index.ts';
import { MooringError } from '../model/errors.ts';
import { editPrivately } from './edit-privately.ts';
import { exitCodes } from './exit-codes.ts';
import { writePrivateFile } from './private-file.ts';
import { askSecret } from './terminal.ts';
import { UsageError } from './usage.ts';
import { openingSecrets, replacingSecret, sealingSecret } from './vault-keys.ts';
import type { VaultAction, VaultCommandArguments } from './vault-options.ts';

/** `mooring vault ACTION`: what ansible-vault does, with the same files. */
export async function vaultCommand(action: VaultAction, args: VaultCommandArguments): Promise<number> {
  await actions[action](args, args.files ?? []);
  return exitCodes.ok;
}

type Run = (args: VaultCommandArguments, files: readonly string[]) => Promise<void>;

const actions: Readonly<Record<VaultAction, Run>> = {
  create,
  edit,
  view,
  encrypt,
  decrypt,
  'encrypt-string': encryptString,
  rekey,
};

async function create(args: VaultCommandArguments, files: readonly string[]): Promise<void> {
  const file = onlyOne(files);
  if (existsSync(file)) {
    throw new MooringError(`${file} is there already`, {
      hint: `Use: mooring vault ${isVaultText(textOf(readFile(file))) ? 'edit' : 'encrypt'} ${file}`,
    });
  }
  const secret = await sealingSecret(args);
  const content = process.stdin.isTTY ? await editPrivately(Buffer.alloc(0), file) : await readStdin();
  writePrivateFile(file, seal(content, secret));
}

async function edit(args: VaultCommandArguments, files: readonly string[]): Promise<void> {
  const file = onlyOne(files);
  const armoured = readEncrypted(file);
  const secrets = await openingSecrets(args);
  const { bytes, id } = unseal(armoured, secrets, file);
  const edited = await editPrivately(bytes, file);
  if (edited.equals(bytes) && args.encryptVaultId === undefined) return tell(`${file} is as before`);
  const wanted = args.encryptVaultId ?? id;
  writePrivateFile(file, new Vault({ secrets }).encrypt(edited, wanted));
}

async function view(args: VaultCommandArguments, files: readonly string[]): Promise<void> {
  const texts = files.map((file) => [file, readEncrypted(file)] as const);
  const secrets = await openingSecrets(args);
  for (const [file, text] of texts) process.stdout.write(unseal(text, secrets, file).bytes);
}

async function encrypt(args: VaultCommandArguments, files: readonly string[]): Promise<void> {
  const sources = await readSources(files, args);
  for (const { name, content } of sources) {
    if (isVaultText(textOf(content))) throw new VaultError(`${name} is encrypted already`);
  }
  const secret = await sealingSecret(args);
  for (const source of sources) write(source.target, seal(source.content, secret), 'encrypted');
}

async function decrypt(args: VaultCommandArguments, files: readonly string[]): Promise<void> {
  const sources = await readSources(files, args);
  const texts = sources.map((source) => ({ ...source, text: encryptedText(source.name, source.content) }));
  const secrets = await openingSecrets(args);
  // All are opened before the first is written.
  const opened = texts.map(({ name, text, target }) => ({ target, ...unseal(text, secrets, name) }));
  for (const { target, bytes } of opened) write(target, bytes, 'decrypted');
}

async function rekey(args: VaultCommandArguments, files: readonly string[]): Promise<void> {
  const texts = files.map((file) => ({ file, text: readEncrypted(file) }));
  const secrets = await openingSecrets(args);
  const opened = texts.map(({ file, text }) => ({ file, ...unseal(text, secrets, file) }));
  const secret = await replacingSecret(args);
  for (const { file, bytes } of opened) write(file, seal(bytes, secret), 'encrypted with the new password');
}

async function encryptString(args: VaultCommandArguments): Promise<void> {
  const { name } = args;
  if (name !== undefined && !/^[A-Za-z_]\w*$/.test(name)) {
    throw new UsageError(`--name: "${name}" is no name for a variable`);
  }
  const isAsked = args.prompt === true || process.stdin.isTTY === true;
  const secret = await sealingSecret(args);
  const text = isAsked
    ? Buffer.from(await askSecret(`Value${name ? ` of ${name}` : ''}: `))
    : await readStdin();
  if (text.at(-1) === 0x0a) {
    tell('the value ends with a line break, which is part of the secret now; use printf instead of echo');
  }
  const lines = seal(text, secret).trimEnd().split('\n');
  const tagged = ['!vault |', ...lines.map((line) => `          ${line}`)].join('\n');
  write(args.output ?? '-', `${name === undefined ? '' : `${name}: `}${tagged}\n`, 'written');
}

interface Source {
  /** As messages name it. */
  readonly name: string;
  readonly content: Buffer;
  /** A path, or - for the standard output. */
  readonly target: string;
}

async function readSources(files: readonly string[], { output }: VaultCommandArguments): Promise<Source[]> {
  const names = files.length === 0 ? ['-'] : files;
  if (output !== undefined && names.length > 1) throw new UsageError('--output takes one file at a time');
  const sources: Source[] = [];
  for (const name of names) {
    const isStdin = name === '-';
    const content = isStdin ? await readStdin() : readFile(name);
    sources.push({ name: isStdin ? 'the standard input' : name, content, target: output ?? name });
  }
  return sources;
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const reason = error instanceof Error ? error.message : String(error);
    throw new MooringError(missing ? `there is no file ${path}` : `${path} cannot be read: ${reason}`);
  }
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function readEncrypted(path: string): string {
  return encryptedText(path, readFile(path));
}

function encryptedText(name: string, content: Buffer): string {
  const text = textOf(content);
  if (isVaultText(text)) return text;
  const wide = content.subarray(0, 2).toString('hex');
  const reason = ['fffe', 'feff'].includes(wide)
    ? 'it is UTF-16 text: save it as UTF-8'
    : 'it does not start with $ANSIBLE_VAULT;';
  const hint = /(?:^|\s)!vault\s/.test(text)
    ? 'Some of its values are encrypted (!vault): mooring explain var NAME shows where a value comes from.'
    : undefined;
  throw new VaultError(`${name} is not encrypted: ${reason}`, hint ? { hint } : {});
}

/** A byte order mark, as Windows editors write it, is no part of the text. */
function textOf(content: Buffer): string {
  return content.toString('utf8').replace(/^\uFEFF/, '');
}

function seal(content: Uint8Array, secret: VaultSecret): string {
  return new Vault({ secrets: [secret] }).encrypt(content, secret.id);
}

function unseal(text: string, secrets: readonly VaultSecret[], name: string): ReturnType<Vault['open']> {
  try {
    return new Vault({ secrets }).open(text);
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    throw new VaultError(`${name}: ${error.message}`, error.hint ? { hint: error.hint } : {});
  }
}

function write(target: string, content: string | Uint8Array, done: string): void {
  if (target === '-') {
    process.stdout.write(content);
    return;
  }
  writePrivateFile(target, content);
  tell(`${target}: ${done}`);
}

function onlyOne(files: readonly string[]): string {
  const [file, ...others] = files;
  if (file === undefined || others.length > 0) throw new UsageError('vault: one file at a time');
  return file;
}

function tell(message: string): void {
  process.stderr.write(`${message}\n`);
}
