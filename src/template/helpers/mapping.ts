import { TemplateError } from '../../model/errors.ts';
import { Unknown, type Value } from '../../model/value.ts';
import { suggest } from '../../util/suggest.ts';
import { UndefinedError } from '../errors.ts';
import { arrange } from './arrange.ts';
import { type Arguments, type Helper, type Keywords, sequenceOf, shallowHelper, textOf } from './helper.ts';
import { attributeOf } from './lists.ts';
import { runHelper } from './run.ts';

/**
 * `map`, which applies other helpers and so needs their table.
 *
 * @param table every other helper by name
 */
export function mapHelper(table: ReadonlyMap<string, Helper>): Helper {
  return shallowHelper(
    'map',
    ['list', 'helper?', '...arguments', '*attribute', '*default', '**options'],
    'Each item’s attribute (`attribute="name"`, `default=` where it is missing), or each item through a helper.',
    (args, keywords) => mapped(table, args, keywords),
  );
}

function mapped(table: ReadonlyMap<string, Helper>, args: Arguments, keywords: Keywords): Value {
  const [list, name, ...rest] = args;
  const items = sequenceOf(list);
  const attribute = keywords.get('attribute');
  if (name === undefined && attribute !== undefined) {
    return items.map((item) => attributeOr(item, textOf(attribute), keywords.get('default')));
  }
  if (name === undefined) throw new TemplateError('needs attribute="…" or the name of a helper');
  const found = table.get(textOf(name));
  if (!found) {
    const nearest = suggest(textOf(name), table.keys());
    throw new TemplateError(
      `knows no helper "${textOf(name)}"`,
      nearest ? { hint: `did you mean "${nearest}"?` } : {},
    );
  }
  const extra = rest.map((arg) => arg ?? null);
  return items.map((item) => {
    const { args: all, keywords: own } = arrange(found, [item, ...extra], [...keywords]);
    return runHelper(found, all, own);
  });
}

function attributeOr(item: Value, path: string, fallback: Value | undefined): Value {
  if (item instanceof Unknown) return item;
  try {
    return attributeOf(item, path);
  } catch (error) {
    if (error instanceof UndefinedError && fallback !== undefined) return fallback;
    throw error;
  }
}
