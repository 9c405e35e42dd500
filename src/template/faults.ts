import { TemplateError } from '../model/errors.ts';
import type { Node, Part } from './ast.ts';
import { checkBlock } from './blocks.ts';
import { checkSpecial, findHelper, isSpecial } from './call.ts';
import { placed } from './errors.ts';
import { parseExpression } from './expression.ts';
import { arrange } from './helpers/arrange.ts';
import { visitNodes } from './references.ts';
import { compile, isTemplate } from './render.ts';
import { testName, testSpec } from './run-test.ts';
import { presenceTests, toRegExp } from './tests.ts';

/**
 * What is wrong with a template whatever the variables are: syntax, helpers and blocks that do not
 * exist, arguments that do not fit. Each error has a line and column inside the text.
 */
export function templateFaults(text: string): TemplateError[] {
  if (!isTemplate(text)) return [];
  return gather(() => partFaults(compile(text).parts));
}

/** The same for an expression. */
export function expressionFaults(text: string | boolean): TemplateError[] {
  if (typeof text === 'boolean') return [];
  return gather(() => nodeFaults(parseExpression(text)));
}

function gather(find: () => TemplateError[]): TemplateError[] {
  try {
    return find();
  } catch (error) {
    if (error instanceof TemplateError) return [error];
    throw error;
  }
}

function partFaults(parts: readonly Part[]): TemplateError[] {
  return parts.flatMap((part) => {
    if (part.kind === 'text') return [];
    if (part.kind === 'output') return nodeFaults(part.node);
    const own = gather(() => {
      checkBlock(part);
      return [];
    });
    const args = part.args.flatMap(nodeFaults);
    return [...own, ...args, ...partFaults(part.body), ...partFaults(part.otherwise)];
  });
}

function nodeFaults(node: Node): TemplateError[] {
  const faults: TemplateError[] = [];
  visitNodes(node, (inner) => {
    try {
      checkNode(inner);
    } catch (error) {
      const moved = placed(error, inner.at);
      if (!(moved instanceof TemplateError)) throw error;
      faults.push(moved);
    }
  });
  return faults;
}

function checkNode(node: Node): void {
  if (node.kind === 'call') {
    if (isSpecial(node)) checkSpecial(node);
    else arrange(findHelper(node), node.args, node.named);
  }
  if (node.kind === 'test') {
    const name = testName(node.name);
    if (presenceTests.has(name)) return;
    arrange({ name, parameters: testSpec(name).parameters }, node.args, node.named);
    const [pattern] = node.args;
    const isPattern = ['match', 'search', 'regex'].includes(name);
    if (isPattern && pattern?.kind === 'literal' && typeof pattern.value === 'string')
      toRegExp(pattern.value);
  }
}
