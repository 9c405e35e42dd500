import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TemplateError } from '../../src/model/errors.ts';
import { isUnknown, Unknown, type Value } from '../../src/model/value.ts';
import { evaluate, evaluateCondition, render } from '../../src/template/index.ts';
import { scopeOf } from './values.ts';

const names = ['a', 'b', 'c', 'd'] as const;
type Assignment = Readonly<Record<(typeof names)[number], Value>>;

/** Expressions over a…d with every operator that has a rule of its own for unknown operands. */
const expressions = fc.letrec<{ condition: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    fc.constantFrom(...names),
    fc.constantFrom('true', 'false'),
    fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)).map(([x, y]) => `${x} == ${y}`),
    fc
      .tuple(fc.constantFrom(...names), fc.constantFrom(...names))
      .map(([x, y]) => `[${x}, true] == [${y}, false]`),
    fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)).map(([x, y]) => `${x} in [${y}, false]`),
    fc
      .tuple(fc.constantFrom(...names), fc.constantFrom(...names))
      .map(([x, y]) => `[${x}] is subset([${y}, true])`),
    fc.constantFrom(...names).map((x) => `({"k": ${x}}.k | default(true))`),
  ),
  condition: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie('atom'),
    tie('condition').map((x) => `not (${x})`),
    fc.tuple(tie('condition'), tie('condition')).map(([x, y]) => `(${x}) and (${y})`),
    fc.tuple(tie('condition'), tie('condition')).map(([x, y]) => `(${x}) or (${y})`),
    fc
      .tuple(tie('condition'), tie('condition'), tie('condition'))
      .map(([x, y, z]) => `((${x}) if (${y}) else (${z}))`),
    fc
      .tuple(tie('condition'), tie('condition'), tie('condition'))
      .map(([x, y, z]) => `(${x}) == (${y}) != (${z})`),
  ),
})).condition;

const partial = fc.record(
  Object.fromEntries(names.map((name) => [name, fc.constantFrom(true, false, 'unknown')])),
) as fc.Arbitrary<Record<(typeof names)[number], boolean | 'unknown'>>;

function* completions(assignment: Record<string, boolean | 'unknown'>): Generator<Assignment> {
  const open = names.filter((name) => assignment[name] === 'unknown');
  for (let bits = 0; bits < 2 ** open.length; bits++) {
    const filled = open.map((name, index) => [name, Boolean(bits & (1 << index))] as const);
    yield { ...assignment, ...Object.fromEntries(filled) } as Assignment;
  }
}

function withUnknowns(assignment: Record<string, boolean | 'unknown'>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(assignment).map(([name, value]) => [
      name,
      value === 'unknown' ? new Unknown(name) : value,
    ]),
  );
}

test('a known answer holds for every way the unknown parts may turn out', () => {
  fc.assert(
    fc.property(expressions, partial, (expression, assignment) => {
      const answer = evaluateCondition(expression, scopeOf({}, withUnknowns(assignment)));
      if (isUnknown(answer)) return;
      for (const completion of completions(assignment)) {
        expect(evaluateCondition(expression, scopeOf({}, completion))).toBe(answer);
      }
    }),
    { numRuns: 1500 },
  );
});

test('without unknown parts every answer is known', () => {
  fc.assert(
    fc.property(expressions, partial, (expression, assignment) => {
      for (const completion of completions(assignment)) {
        expect(typeof evaluateCondition(expression, scopeOf({}, completion))).toBe('boolean');
      }
    }),
    { numRuns: 300 },
  );
});

test('and, or and not follow the truth table of three values', () => {
  const values: readonly (boolean | 'unknown')[] = [true, false, 'unknown'];
  for (const a of values) {
    for (const b of values) {
      const scope = scopeOf({}, withUnknowns({ a, b, c: true, d: true }));
      const answerOf = (text: string) => {
        const answer = evaluateCondition(text, scope);
        return isUnknown(answer) ? 'unknown' : answer;
      };
      const and = a === false || b === false ? false : a === true && b === true ? true : 'unknown';
      const or = a === true || b === true ? true : a === false && b === false ? false : 'unknown';
      expect(answerOf('a and b'), `${a} and ${b}`).toBe(and);
      expect(answerOf('a or b'), `${a} or ${b}`).toBe(or);
      expect(answerOf('not a'), `not ${a}`).toBe(a === 'unknown' ? 'unknown' : !a);
    }
  }
});

const data: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Value[]>(null, true, 0, 1, '', 'x'),
    fc.string(),
    fc.integer(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('k', 'name', 'rc'), tie('value'), { maxKeys: 3 }),
  ),
})).value;

const readers = [
  'x',
  'x == y',
  'x in [y]',
  'x | default(1)',
  'x | to_json',
  '[x, y] | unique',
  'x is defined',
  'x ~ y',
  'x or y',
  'x and y',
  'x | string | b64encode | b64decode',
];

test('data of any shape gives a value or a TemplateError, and is never rendered', () => {
  fc.assert(
    fc.property(fc.constantFrom(...readers), data, data, (expression, x, y) => {
      try {
        evaluate(expression, scopeOf({}, { x, y }));
      } catch (error) {
        expect(error).toBeInstanceOf(TemplateError);
      }
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(data, (x) => {
      expect(render('{{ x }}', scopeOf({}, { x, y: '{{ x }}' }))).toEqual(x);
    }),
  );
});

test('text of any kind is parsed or refused with a place, and never breaks the parsers', () => {
  const pieces = fc.array(
    fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      '#if',
      '/if',
      '#each ',
      'x',
      ' ',
      '"',
      "'",
      '|',
      '.',
      '[0]',
      '(',
      ')',
      '\\',
      '\n',
      '~',
      '!',
      '@',
      'a b',
    ),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      const text = parts.join('');
      for (const work of [
        () => render(text, scopeOf({ x: 1, a: {} })),
        () => evaluate(text, scopeOf({ x: 1, a: {} })),
      ]) {
        try {
          work();
        } catch (error) {
          expect(error, text).toBeInstanceOf(TemplateError);
          expect((error as TemplateError).col, text).toBeGreaterThan(0);
        }
      }
    }),
    { numRuns: 2000 },
  );
});
