import type { Expressions, Outcome } from '../load/index.ts';
import { TemplateError } from '../model/errors.ts';
import { isUnknown, type Value } from '../model/value.ts';
import {
  evaluate,
  evaluateCondition,
  expressionFaults,
  render,
  Scope,
  templateFaults,
  UndefinedError,
} from '../template/index.ts';

/** Evaluates the expressions of constructed inventories. */
export const inventoryExpressions: Expressions = {
  faults: (text, kind) =>
    (kind === 'template' ? templateFaults(text) : expressionFaults(text)).map((error) =>
      problem(text, error),
    ),
  over: (sources) => {
    const scope = new Scope(sources.map((source) => ({ ...source, templated: true })));
    return {
      value: (text) => attempt(text, () => evaluate(text, scope)),
      condition: (text) => attempt(text, () => evaluateCondition(text, scope) === true),
      text: (template) => attempt(template, () => String(render(template, scope))),
    };
  },
};

function attempt<T extends Value>(text: string, action: () => T): Outcome<T> {
  try {
    const value = action();
    if (!isUnknown(value)) return { value };
    return { problem: { message: value.reason, offset: 0, isUndefined: true } };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { problem: problem(text, error) };
  }
}

function problem(text: string, error: TemplateError) {
  const { message, hint, line = 1, col = 1 } = error;
  const before = text.split('\n').slice(0, line - 1);
  const offset = before.reduce((sum, each) => sum + each.length + 1, 0) + col - 1;
  return { message, hint, offset, isUndefined: error instanceof UndefinedError };
}
