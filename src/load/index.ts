export { keyPositionOf, positionInside, positionOf, startOf } from '../util/yaml.ts';
export type { KnownModule } from './context.ts';
export { describeLanguage } from './describe-language.ts';
export { parseExtraVars } from './extra-vars.ts';
export type { Expressions, Outcome } from './inventory/constructed.ts';
export { findHost, isLocalhost, loadInventory } from './inventory/load.ts';
export {
  hostVars,
  inventoryGraph,
  inventoryToJson,
  inventoryToYaml,
  type ListingOptions,
} from './inventory/output.ts';
export { limitFaults, patternFaults, selectHosts } from './inventory/patterns.ts';
export { readPasswordFile } from './password-file.ts';
export { loadPlaybook, loadTaskFile } from './playbook.ts';
export { loadRole } from './roles/load-role.ts';
export { isOpenRole } from './roles/role-params.ts';
export { loadVarsFile } from './vars-files.ts';
export { isVaultText, Vault, VaultError, type VaultSecret } from './vault.ts';
export { readVaultSecrets } from './vault-secrets.ts';
