import { modules } from '../../modules/index.ts';
import { moduleDocs, moduleList } from '../docs/module-docs.ts';
import { MooringError } from '../model/errors.ts';
import { suggest } from '../util/suggest.ts';
import { exitCodes } from './exit-codes.ts';

/** `mooring doc`: the list of modules, or the page of one. */
export function docCommand(args: { readonly module?: string; readonly list: boolean }): number {
  if (args.list || args.module === undefined) {
    process.stdout.write(moduleList([...new Set(modules.values())]));
    return exitCodes.ok;
  }
  const module = modules.get(args.module);
  if (!module) {
    const nearest = suggest(args.module, modules.keys());
    throw new MooringError(`there is no module "${args.module}"`, {
      hint: nearest ? `Did you mean "${nearest}"?` : 'See: mooring doc --list',
    });
  }
  process.stdout.write(moduleDocs(module));
  return exitCodes.ok;
}
