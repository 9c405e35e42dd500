import { findHost, hostVars, inventoryGraph, inventoryToJson } from '../load/index.ts';
import { MooringError } from '../model/errors.ts';
import { suggest } from '../util/suggest.ts';
import { exitCodes } from './exit-codes.ts';
import { countFaults, faultLines } from './faults.ts';
import { stderrPaint } from './output.ts';
import { loadSite, type SiteArguments } from './site.ts';

export interface InventoryArguments extends SiteArguments {
  readonly list: boolean;
  readonly graph: boolean;
  readonly host?: string;
}

/** `mooring inventory`: what an inventory says, secrets masked. */
export async function inventoryCommand(args: InventoryArguments): Promise<number> {
  const site = await loadSite(args, []);
  for (const line of faultLines(site.faults, stderrPaint()))
    process.stderr.write(`${site.redactor.text(line)}\n`);
  if (site.faults.some((fault) => fault.severity === 'error')) {
    process.stderr.write(`${countFaults(site.faults)}\n`);
    return exitCodes.fault;
  }
  const print = (value: unknown): void => {
    process.stdout.write(`${JSON.stringify(site.redactor.value(value), undefined, 2)}\n`);
  };
  if (args.host !== undefined) {
    const host = findHost(site.inventory, args.host);
    if (!host) throw noSuchHost(args.host, site.inventory.hosts.keys());
    print(hostVars(host));
  } else if (args.graph) {
    process.stdout.write(`${inventoryGraph(site.inventory)}\n`);
  } else {
    print(inventoryToJson(site.inventory));
  }
  return exitCodes.ok;
}

function noSuchHost(name: string, hosts: Iterable<string>): MooringError {
  const nearest = suggest(name, hosts);
  return new MooringError(
    `there is no host "${name}"`,
    nearest ? { hint: `Did you mean "${nearest}"?` } : {},
  );
}
