import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import peggy from 'peggy';

const grammar = new URL('../src/template/expression.peggy', import.meta.url);
const parser = new URL('../src/template/expression-parser.ts', import.meta.url);

const footer = `
/** Nodes of ast.ts. Throws what syntaxErrorAt understands. */
export function parse(text: string): unknown {
  return peg$parse(text, {});
}

/** Where parsing stopped; undefined for any other error. */
export function syntaxErrorAt(error: unknown): { offset: number; line: number; column: number } | undefined {
  return error instanceof peg$SyntaxError ? error.location.start : undefined;
}
`;

/** The text of the parser that belongs to the grammar as it is now. */
export function generateParser(): string {
  const source = peggy.generate(readFileSync(grammar, 'utf8'), {
    output: 'source',
    format: 'es',
    cache: false,
    grammarSource: 'expression.peggy',
  });
  const header = [
    '// @ts-nocheck',
    '// Generated from expression.peggy by `npm run grammar`; do not edit.',
    '',
  ];
  const body = source.replaceAll(/[ \t]+$/gm, '').replace(/\nexport \{[^}]*\};?\s*$/, '\n');
  return header.join('\n') + body + footer;
}

/** The parser as it is in the tree. */
export function currentParser(): string {
  return readFileSync(parser, 'utf8');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(parser, generateParser());
