import type { Language } from '../model/index.ts';
import { keywords } from './keywords.ts';
import { loopControlKeywords } from './loop-keywords.ts';
import { collections } from './module-call.ts';
import { playKeys } from './play-keys.ts';
import { orders, promptKeys, strategies } from './plays.ts';

/** Words that are understood, or do nothing, beside those of the table. */
const accepted: Language['keywords'] = [
  { name: 'user', kind: 'text', levels: ['play'] },
  { name: 'collections', kind: 'names', levels: ['play', 'role', 'block', 'task', 'handler'] },
  { name: 'gather_subset', kind: 'names', levels: ['play'] },
  { name: 'gather_timeout', kind: 'number', levels: ['play'] },
];

/** Tells which words a playbook may hold, from the tables it is read with. */
export function describeLanguage(): Language {
  return {
    keywords: [...[...keywords].map(([name, { kind, levels }]) => ({ name, kind, levels })), ...accepted],
    loopControl: [...loopControlKeywords].map(([name, [, kind]]) => ({ name, kind })),
    playKeys,
    choices: { strategy: strategies, order: orders },
    promptKeys,
    collections: collections.source,
  };
}
