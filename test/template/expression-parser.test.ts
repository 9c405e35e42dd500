import { expect, test } from 'vitest';
import { currentParser, generateParser } from '../../scripts/generate-parser.ts';

test('the parser in the tree belongs to the grammar', () => {
  expect(currentParser() === generateParser(), 'run `npm run grammar`').toBe(true);
});
