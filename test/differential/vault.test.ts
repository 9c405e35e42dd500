import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadVarsFile, readVaultSecrets, Vault } from '../../src/load/index.ts';
import { mooring } from '../cli/mooring.ts';
import { withInput } from '../cli/vault-files.ts';
import { readRecordedVault, type VaultCase, vaultCases } from './vault-cases.ts';
import { ansibleVault, encryptedByAnsible, openedByAnsible, passwordWords } from './vault-programs.ts';

const recorded = readRecordedVault();
const each = vaultCases.map((one) => [one.title, one] as const);
const isLive = existsSync(ansibleVault);

describe('what ansible-vault was recorded to write', () => {
  test.each(each)('%s opens here', async (title, one) => {
    expect(await openedHere(recorded[title] ?? '', one)).toEqual(one.content);
  });

  test.each(each)('%s is written here byte for byte from the same salt', async (title, one) => {
    const armoured = armourOf(recorded[title] ?? '');
    const inner = Buffer.from(armoured.split('\n').slice(1).join(''), 'hex').toString('latin1');
    const salt = Buffer.from(inner.split('\n')[0] ?? '', 'hex');
    const secrets = await readVaultSecrets([source(passwordWords(one, folder()))]);
    const own = secrets.map(({ password }) => ({ id: one.id, password }));
    expect(new Vault({ secrets: own }).encrypt(one.content, one.id, salt)).toBe(armoured);
  });

  test('values of several ids stand in one file of variables', async () => {
    const place = folder();
    const values = vaultCases.filter(({ isValue }) => isValue);
    const text = values
      .map(({ title }, at) => (recorded[title] ?? '').replace(/^secret/, `secret${at}`))
      .join('\n');
    writeFileSync(join(place, 'vars.yml'), `${text}\n`);
    const sources = values.map((one, at) => {
      mkdirSync(join(place, String(at)));
      return source(passwordWords(one, join(place, String(at))));
    });
    const vault = new Vault({ secrets: await readVaultSecrets(sources) });
    expect(loadVarsFile(join(place, 'vars.yml'), { vault })).toEqual({
      values: Object.fromEntries(values.map(({ content }, at) => [`secret${at}`, content.toString('utf8')])),
      faults: [],
    });
  });
});

describe.runIf(isLive)(`with ${ansibleVault}`, () => {
  test.each(each)('%s goes there and comes back', async (_title, one) => {
    const place = folder();
    expect(await openedHere(encryptedByAnsible(one, place), one)).toEqual(one.content);
    const file = join(place, 'ours');
    await encryptHere(file, one, place);
    expect(openedByAnsible(file, one, place)).toEqual(one.content);
  });
});

test.runIf(!isLive)(`${ansibleVault} is not installed: only its recorded files were tried`, () => {
  expect(Object.keys(recorded)).toEqual(vaultCases.map(({ title }) => title));
});

async function openedHere(written: string, one: VaultCase): Promise<Buffer> {
  const place = folder();
  writeFileSync(join(place, 'file'), armourOf(written));
  const words = passwordWords(one, place);
  const ended = await mooring('vault', 'decrypt', join(place, 'file'), ...words);
  expect(ended.code, ended.stderr).toBe(0);
  return readFileSync(join(place, 'file'));
}

async function encryptHere(file: string, one: VaultCase, place: string): Promise<void> {
  const words = passwordWords(one, place);
  if (one.isValue) {
    const { stdout } = await withInput(one.content, () =>
      mooring('vault', 'encrypt-string', '--name', 'secret', ...words),
    );
    writeFileSync(file, armourOf(stdout));
    return;
  }
  writeFileSync(file, one.content);
  const ended = await mooring('vault', 'encrypt', file, ...words);
  expect(ended.code, ended.stderr).toBe(0);
}

/** The encrypted text alone, without the key and the indentation of a value. */
function armourOf(written: string): string {
  return `${written.slice(written.indexOf('$ANSIBLE_VAULT')).replaceAll(/^ +/gm, '').trimEnd()}\n`;
}

function source(words: readonly string[]): string {
  return words[1] ?? '';
}

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'mooring-vault-'));
}
