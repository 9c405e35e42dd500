import type { RolePlace } from '../../model/playbook.ts';
import { isMap, type ValueMap } from '../../model/value.ts';
import { suggest } from '../../util/suggest.ts';
import { keyPositionOf, positionOf } from '../../util/yaml.ts';
import type { FileContext } from '../context.ts';
import { readKeywordValue, typeName } from '../keyword-values.ts';
import { idleKeyword } from '../refused.ts';
import { type RoleCall, readRoleEntries } from './role-call.ts';
import { readMetaFile } from './role-files.ts';

/** What a role says about itself. */
export interface RoleMeta {
  readonly dependencies: readonly RoleCall[];
  /** For reading the dependencies: their places are in meta/main.yml. */
  readonly context: FileContext;
  readonly allowDuplicates: boolean;
  /** `argument_specs`, by entry point, as written. */
  readonly specs: ValueMap;
}

const known = ['dependencies', 'allow_duplicates', 'galaxy_info', 'argument_specs', 'collections'];

/**
 * Reads meta/main.yml and meta/argument_specs.yml.
 *
 * @param call what led here, for the fault where roles depend on each other in a circle
 */
export function readMeta(context: FileContext, role: RolePlace, call: RoleCall): RoleMeta {
  const main = readMetaFile(context, role, 'main');
  const own = readMetaFile(context, role, 'argument_specs');
  const nothing: RoleMeta = { dependencies: [], context, allowDuplicates: false, specs: {} };
  if (!main) return { ...nothing, specs: own ? specsOf(own.context, own.map) : {} };
  const path = main.context.importedFrom.at(-1) ?? '';
  if (context.importedFrom.includes(path)) {
    const message = `the role ${role.name} depends on itself`;
    context.faults.error('import-cycle', message, { position: call.namePosition });
    return nothing;
  }
  reportKeys(main.context, main.map);
  return {
    dependencies: readRoleEntries(main.context, main.map, 'dependencies'),
    context: main.context,
    allowDuplicates: readKeywordValue(main.context, main.map, 'allow_duplicates', 'plain-boolean') ?? false,
    specs: specsOf(own?.context ?? main.context, own?.map ?? main.map),
  };
}

function specsOf(context: FileContext, map: ValueMap): ValueMap {
  const specs = map['argument_specs'];
  if (isMap(specs)) return specs;
  if (specs !== undefined && specs !== null) {
    context.faults.error('wrong-type', `"argument_specs" must be a mapping, not ${typeName(specs)}`, {
      position: positionOf(map, 'argument_specs'),
    });
  }
  return {};
}

function reportKeys(context: FileContext, map: ValueMap): void {
  for (const name of Object.keys(map)) {
    const position = keyPositionOf(map, name);
    const value = map[name];
    if (!known.includes(name)) {
      const nearest = suggest(name, known);
      const hint = nearest ? `did you mean "${nearest}"?` : `known: ${known.join(', ')}`;
      context.faults.error('unknown-keyword', `unknown keyword "${name}" in meta/main.yml`, {
        position,
        hint,
      });
    } else if (name === 'collections' && Array.isArray(value) && value.length > 0) {
      const idle = idleKeyword(name);
      context.faults.warning('no-effect', idle?.message ?? '', { position, hint: idle?.hint });
    }
  }
}
