import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  findHost,
  hostVars,
  inventoryGraph,
  inventoryToJson,
  inventoryToYaml,
  type ListingOptions,
  selectHosts,
} from '../load/index.ts';
import { MooringError } from '../model/errors.ts';
import { suggest } from '../util/suggest.ts';
import { toYaml } from '../util/yaml.ts';
import { exitCodes } from './exit-codes.ts';
import { countFaults, faultLines } from './faults.ts';
import type { InventoryArguments } from './inventory-options.ts';
import { stderrPaint } from './output.ts';
import { loadSite, type Site } from './site.ts';

/** `mooring inventory`: what an inventory says, secrets masked. */
export async function inventoryCommand(args: InventoryArguments): Promise<number> {
  const { playbookDir } = args;
  const site = await loadSite(args, playbookDir === undefined ? [] : [join(playbookDir, 'playbook')]);
  for (const line of faultLines(site.faults, stderrPaint()))
    process.stderr.write(`${site.redactor.text(line)}\n`);
  if (site.faults.some((fault) => fault.severity === 'error')) {
    process.stderr.write(`${countFaults(site.faults)}\n`);
    return exitCodes.fault;
  }
  const text = listing(args, site);
  if (args.output === undefined) process.stdout.write(text);
  else write(args.output, text);
  return exitCodes.ok;
}

function listing(args: InventoryArguments, { inventory, redactor, extraVars }: Site): string {
  const only = args.limit === undefined ? undefined : new Set(selectHosts('all', inventory, args));
  const options: ListingOptions = { only, export: args.export, extraVars };
  const print = (value: unknown): string => {
    const masked = redactor.value(value);
    return args.yaml ? toYaml(masked) : `${JSON.stringify(masked, undefined, 2)}\n`;
  };
  if (args.host !== undefined) {
    const host = findHost(inventory, args.host);
    if (!host) throw missing('host', args.host, inventory.hosts.keys());
    return print(hostVars(host, options));
  }
  if (args.graph) {
    const root = args.group ?? 'all';
    if (!inventory.groups.has(root)) throw missing('group', root, inventory.groups.keys());
    return `${redactor.text(inventoryGraph(inventory, root, { ...options, vars: args.vars }))}\n`;
  }
  return print(args.yaml ? inventoryToYaml(inventory, options) : inventoryToJson(inventory, options));
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MooringError(`--output: ${path} cannot be written: ${reason}`);
  }
}

function missing(what: string, name: string, known: Iterable<string>): MooringError {
  const nearest = suggest(name, known);
  return new MooringError(
    `there is no ${what} "${name}"`,
    nearest ? { hint: `Did you mean "${nearest}"?` } : {},
  );
}
