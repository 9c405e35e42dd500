import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRecordedVault, recordedVaultFile, vaultCases } from './vault-cases.ts';
import { encryptedByAnsible } from './vault-programs.ts';

// Asks ansible-vault to encrypt the cases that have no answer yet, or all with --all.

const known = process.argv.includes('--all') ? {} : readRecordedVault();
const place = mkdtempSync(join(tmpdir(), 'mooring-vault-'));
try {
  const answers = vaultCases.map((one) => [one.title, known[one.title] ?? encryptedByAnsible(one, place)]);
  writeFileSync(recordedVaultFile, `${JSON.stringify(Object.fromEntries(answers), undefined, 2)}\n`);
} finally {
  rmSync(place, { recursive: true });
}
