import { isMap, isUnknown, type Unknown, type Value } from '../model/value.ts';
import { suggest } from '../util/suggest.ts';
import type { BlockPart, Node, Part } from './ast.ts';
import { faultAt } from './errors.ts';
import { evaluateNode, type Names } from './evaluate.ts';
import { type Frame, innerNames } from './names.ts';
import { isTruthy } from './operators.ts';
import { kindOf } from './text.ts';

type Write = (parts: readonly Part[], names: Names) => string | Unknown;

/** The blocks there are; each renders its body as Handlebars' own of that name. */
const blockNames: readonly string[] = ['if', 'unless', 'each', 'with', 'raw'];

/**
 * Renders a block.
 *
 * @param write renders parts with the names the block provides
 * @throws TemplateError for a block that does not exist, or an argument that does not fit
 */
export function runBlock(block: BlockPart, names: Names, write: Write): string | Unknown {
  checkBlock(block);
  if (block.name === 'raw') return write(block.body, names);
  const argument = block.args[0];
  const value: Value = argument ? evaluateNode(argument, names) : null;
  if (isUnknown(value)) return value;
  switch (block.name) {
    case 'each':
      return eachItem(block, value, names, write);
    case 'with':
      return isEmpty(value)
        ? write(block.otherwise, names)
        : write(block.body, innerNames(names, frameOf(block, [value], value, {})));
    default: {
      const truth = isTruthy(value) === true || (value === 0 && includesZero(block, names));
      return write(truth === (block.name === 'if') ? block.body : block.otherwise, names);
    }
  }
}

/** @throws TemplateError for an unknown block or a wrong number of arguments */
export function checkBlock(block: BlockPart): void {
  if (!blockNames.includes(block.name)) {
    const nearest = suggest(block.name, blockNames);
    const hint = nearest ? `did you mean {{#${nearest}}}?` : `there are #if, #unless, #each and #with`;
    throw faultAt(block.at, `there is no block "#${block.name}"`, hint);
  }
  const wanted = block.name === 'raw' ? 0 : 1;
  if (block.args.length !== wanted) {
    throw faultAt(block.at, `"#${block.name}" takes ${wanted} argument${wanted === 1 ? '' : 's'}`);
  }
}

function eachItem(block: BlockPart, value: Value, names: Names, write: Write): string | Unknown {
  const entries = entriesOf(value, block.args[0] ?? undefined);
  if (entries.length === 0) return write(block.otherwise, names);
  let text = '';
  let unknown: Unknown | undefined;
  for (const [index, [key, item]] of entries.entries()) {
    const data = { index, key, first: index === 0, last: index === entries.length - 1 };
    const piece = write(block.body, innerNames(names, frameOf(block, [item, key], item, data)));
    if (isUnknown(piece)) unknown ??= piece;
    else text += piece;
  }
  return unknown ?? text;
}

function entriesOf(value: Value, node: Node | undefined): (readonly [string | number, Value])[] {
  if (value === null) return [];
  if (Array.isArray(value)) return value.map((item: Value, index) => [index, item] as const);
  if (isMap(value)) return Object.entries(value);
  throw faultAt(node?.at ?? { line: 1, col: 1 }, `"#each" needs a list or a mapping, not ${kindOf(value)}`);
}

function frameOf(
  block: BlockPart,
  params: readonly Value[],
  item: Value,
  data: { readonly [name: string]: Value },
): Frame {
  const named = block.params.flatMap((name, index) => {
    const value = params[index];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { item, data, params: new Map(named) };
}

function includesZero(block: BlockPart, names: Names): boolean {
  const option = block.named.find(([name]) => name === 'includeZero');
  return option ? isTruthy(evaluateNode(option[1], names)) === true : false;
}

function isEmpty(value: Value): boolean {
  return isTruthy(value) === false && value !== 0;
}
