import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { modules } from '../../modules/index.ts';
import { inventoryExpressions } from '../check/index.ts';
import { limitFaults, loadInventory, loadPlaybook, parseExtraVars, type Vault } from '../load/index.ts';
import type { Fault } from '../model/errors.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Playbook } from '../model/playbook.ts';
import type { ValueMap } from '../model/value.ts';
import { Redactor } from '../util/redact.ts';
import { createVault, findVaultSecrets, type VaultArguments } from './vault-secrets.ts';

export interface SiteArguments extends VaultArguments {
  readonly extraVars: readonly string[];
  readonly limit?: string | undefined;
  readonly rolesPath?: readonly string[] | undefined;
}

/** An inventory with all that belongs to it, and what is wrong with it. */
export interface Site {
  readonly inventory: Inventory;
  readonly extraVars: ValueMap;
  readonly redactor: Redactor;
  readonly vault: Vault;
  /** Absolute folders where roles are looked for besides the usual ones. */
  readonly rolesPath: readonly string[];
  readonly faults: readonly Fault[];
}

/**
 * Reads the inventories and extra variables that the command line names.
 *
 * @param playbooks paths of playbooks, whose group_vars and host_vars count as well
 */
export async function loadSite(args: SiteArguments, playbooks: readonly string[]): Promise<Site> {
  const redactor = new Redactor();
  const vault = createVault(await findVaultSecrets(args), redactor);
  const sources = args.inventory.length > 0 ? args.inventory : ['localhost,'];
  const missing = sources
    .filter((source) => !source.includes(',') && !existsSync(source))
    .map(missingInventory);
  const present = sources.filter((source) => source.includes(',') || existsSync(source));
  const playbookDirectories = playbooks.map((file) => dirname(resolve(file)));
  const extra = parseExtraVars(args.extraVars, { vault });
  const loaded = loadInventory(present, {
    ...{ vault, playbookDirectories, expressions: inventoryExpressions },
    extraVars: extra.source.values,
  });
  const limited =
    args.limit === undefined || missing.length > 0 ? [] : limitFaults(args.limit, loaded.inventory);
  return {
    inventory: loaded.inventory,
    extraVars: extra.source.values,
    redactor,
    vault,
    rolesPath: rolesPathOf(args),
    faults: [...missing, ...loaded.faults, ...extra.faults, ...limited],
  };
}

/** Reads the playbooks; every fault of every file. */
export function loadPlaybooks(
  files: readonly string[],
  { vault, rolesPath }: Pick<Site, 'vault' | 'rolesPath'>,
): { readonly playbooks: readonly Playbook[]; readonly faults: readonly Fault[] } {
  const loaded = files.map((file) => loadPlaybook(file, { modules, vault, rolesPath }));
  return {
    playbooks: loaded.map((item) => item.playbook),
    faults: loaded.flatMap((item) => item.faults),
  };
}

/** The option wins over the environment. */
function rolesPathOf({ rolesPath = [] }: SiteArguments): readonly string[] {
  const given = rolesPath.length > 0 ? rolesPath : (process.env['MOORING_ROLES_PATH'] ?? '').split(':');
  return given
    .filter((folder) => folder !== '')
    .map((folder) => resolve(folder.replace(/^~(?=\/|$)/, homedir())));
}

function missingInventory(source: string): Fault {
  return {
    severity: 'error',
    code: 'missing-inventory',
    message: `there is no inventory ${source}`,
    hint: 'Name a folder or file with -i, or hosts with a comma: -i "host1,host2,".',
  };
}
