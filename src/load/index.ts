export { keyPositionOf, positionInside, positionOf, startOf } from '../util/yaml.ts';
export type { KnownModule, LoadOptions } from './context.ts';
export { findHost, type InventoryOptions, isLocalhost, loadInventory } from './inventory/load.ts';
export { limitFaults, patternFaults, type SelectOptions, selectHosts } from './inventory/patterns.ts';
export { loadPlaybook, loadTaskFile } from './playbook.ts';
export { loadVarsFile } from './vars-files.ts';
export { Vault, VaultError, type VaultOptions, type VaultSecret } from './vault.ts';
