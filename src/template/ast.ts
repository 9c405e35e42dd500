import type { Value } from '../model/value.ts';

/** A place inside one string; both count from 1. */
export interface Place {
  readonly line: number;
  readonly col: number;
}

/** One node of an expression. `{{ }}` of templates and conditions such as `when` share these. */
export type Node =
  | LiteralNode
  | PathNode
  | IndexNode
  | CallNode
  | TestNode
  | { readonly kind: 'list'; readonly items: readonly Node[]; readonly at: Place }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [Node, Node])[]; readonly at: Place }
  | { readonly kind: 'not' | 'negate'; readonly operand: Node; readonly at: Place }
  | { readonly kind: 'and' | 'or'; readonly left: Node; readonly right: Node; readonly at: Place }
  | BinaryNode
  | CompareNode
  | ConditionalNode;

interface LiteralNode {
  readonly kind: 'literal';
  readonly value: Value;
  readonly at: Place;
}

/** A variable and the keys below it: `a.b['c'][0]`. */
export interface PathNode {
  readonly kind: 'path';
  /** `name`: variable; `this`: item of the enclosing block; `data`: `@index` and the like. */
  readonly root: 'name' | 'this' | 'data';
  /** How many blocks up (`../`). */
  readonly depth: number;
  /** Empty for `this`. */
  readonly name: string;
  readonly keys: readonly Node[];
  readonly text: string;
  readonly at: Place;
}

/** A key of something that is not a path: `(a + b)[0]`. */
export interface IndexNode {
  readonly kind: 'index';
  readonly object: Node;
  readonly keys: readonly Node[];
  readonly at: Place;
}

/** `{{ join list "," }}`, `list | join(",")`, `range(3)`. */
export interface CallNode {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Node[];
  readonly named: readonly (readonly [string, Node])[];
  /** How it was written, for messages. */
  readonly form: 'helper' | 'filter' | 'function';
  readonly at: Place;
}

/** `x is [not] NAME(args)`. */
export interface TestNode {
  readonly kind: 'test';
  readonly name: string;
  readonly negated: boolean;
  readonly operand: Node;
  readonly args: readonly Node[];
  readonly named: readonly (readonly [string, Node])[];
  readonly at: Place;
}

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**' | '~';

interface BinaryNode {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Node;
  readonly right: Node;
  readonly at: Place;
}

export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

/** `a < b <= c`: each neighbouring pair must hold. */
export interface CompareNode {
  readonly kind: 'compare';
  readonly first: Node;
  readonly rest: readonly { readonly operator: CompareOperator; readonly operand: Node }[];
  readonly at: Place;
}

/** `a if c else b`. */
export interface ConditionalNode {
  readonly kind: 'conditional';
  readonly condition: Node;
  readonly whenTrue: Node;
  readonly whenFalse: Node;
  readonly at: Place;
}

/** A piece of a template. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output'; readonly node: Node }
  | BlockPart;

export interface BlockPart {
  readonly kind: 'block';
  readonly name: string;
  readonly args: readonly Node[];
  readonly named: readonly (readonly [string, Node])[];
  /** Names after `as |…|`. */
  readonly params: readonly string[];
  readonly body: readonly Part[];
  readonly otherwise: readonly Part[];
  readonly at: Place;
}

/** A parsed template: text and what is filled in, in order. */
export interface Template {
  readonly parts: readonly Part[];
}
