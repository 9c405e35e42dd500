import type { Argv } from 'yargs';
import { declareSecrets } from './run-options.ts';
import type { VaultArguments } from './vault-secrets.ts';

/** What the command line of `mooring vault ACTION` said. */
export interface VaultCommandArguments extends VaultArguments {
  readonly files?: readonly string[];
  readonly output?: string;
  readonly encryptVaultId?: string;
  readonly newVaultId?: string;
  readonly newVaultPasswordFile?: string;
  readonly name?: string;
  readonly prompt?: boolean;
}

export type VaultAction = 'create' | 'edit' | 'view' | 'encrypt' | 'decrypt' | 'encrypt-string' | 'rekey';

/**
 * Declares `mooring vault` and what can be done with it; names are ansible-vault's.
 *
 * @param run carries an action out
 */
export function declareVault(
  cli: Argv,
  run: (action: VaultAction, args: VaultCommandArguments) => Promise<void>,
): Argv {
  let vault = cli;
  for (const [action, { words, describe, declare, examples }] of Object.entries(actions)) {
    vault = vault.command(
      words,
      describe,
      (one) =>
        declare(declareSecrets(one)).example(examples.map(([line, text]) => [`$0 vault ${line}`, text])),
      // The builder above declares what the interface names.
      (args) => run(action as VaultAction, args as unknown as VaultCommandArguments),
    );
  }
  return vault
    .demandCommand(1, `vault: ${Object.keys(actions).join(', ')}?`)
    .example(actions.encrypt.examples.map(([line, text]) => [`$0 vault ${line}`, text]));
}

interface Action {
  readonly words: readonly string[];
  readonly describe: string;
  readonly declare: (cli: Argv) => Argv;
  readonly examples: readonly (readonly [string, string])[];
}

const output = {
  alias: 'o',
  type: 'string',
  requiresArg: true,
  describe: 'Write there; - is the standard output',
} as const;

const encryptId = {
  type: 'string',
  requiresArg: true,
  describe: 'The vault id to encrypt with, where several are given',
} as const;

const actions = {
  create: {
    words: ['create <files..>'],
    describe: 'Write a new encrypted file in an editor, or from the standard input',
    declare: (cli) => cli.option('encrypt-vault-id', encryptId),
    examples: [
      ['create group_vars/all/secrets.yml -i inventories/prod', 'the password is in the site’s folder'],
    ],
  },
  edit: {
    words: ['edit <files..>'],
    describe: 'Change an encrypted file in an editor',
    declare: (cli) => cli.option('encrypt-vault-id', encryptId),
    examples: [['edit secrets.yml --vault-password-file ~/.vault-password', 'opens $VISUAL, $EDITOR or vi']],
  },
  view: {
    words: ['view <files..>'],
    describe: 'Print what encrypted files hold',
    declare: (cli) => cli,
    examples: [['view secrets.yml --ask-vault-pass', 'asks for the password']],
  },
  encrypt: {
    words: ['encrypt [files..]'],
    describe: 'Encrypt files in place',
    declare: (cli) => cli.option('output', output).option('encrypt-vault-id', encryptId),
    examples: [
      ['encrypt secrets.yml --ask-vault-pass', 'in place, asks for a new password'],
      ['encrypt tls.key --vault-id prod@prompt', 'any kind of file; the id prod stands in its first line'],
      ['encrypt --output secrets.yml --vault-password-file p < plain.yml', 'from the standard input'],
    ],
  },
  decrypt: {
    words: ['decrypt [files..]'],
    describe: 'Decrypt files in place',
    declare: (cli) => cli.option('output', output),
    examples: [['decrypt secrets.yml --output - --ask-vault-pass', 'the file stays encrypted']],
  },
  'encrypt-string': {
    words: ['encrypt-string', 'encrypt_string'],
    describe: 'Encrypt one value, asked for or from the standard input, for a file of variables',
    declare: (cli) =>
      cli
        .option('name', {
          alias: ['n', 'stdin-name'],
          type: 'string',
          requiresArg: true,
          describe: 'Of the variable',
        })
        .option('prompt', { alias: 'p', type: 'boolean', default: false, describe: 'Ask for the value' })
        .option('output', output)
        .option('encrypt-vault-id', encryptId),
    examples: [
      ['encrypt-string --name db_password -i inventories/prod', 'asks for it; prints db_password: !vault …'],
    ],
  },
  rekey: {
    words: ['rekey <files..>'],
    describe: 'Encrypt files with another password',
    declare: (cli) =>
      cli
        .option('new-vault-id', { type: 'string', requiresArg: true, describe: 'LABEL@FILE or LABEL@prompt' })
        .option('new-vault-password-file', {
          type: 'string',
          requiresArg: true,
          describe: 'File or script with the new password',
        }),
    examples: [
      ['rekey secrets.yml --vault-password-file old --new-vault-password-file new', 'all files or none'],
    ],
  },
} as const satisfies Record<VaultAction, Action>;

/** As they are typed. */
export const vaultActions: readonly string[] = [...Object.keys(actions), 'encrypt_string'];
