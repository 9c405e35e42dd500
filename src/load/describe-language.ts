import { keywords, loopControlKeywords } from './keywords.ts';
import { collections } from './module-call.ts';
import { orders, playKeys, promptKeys, strategies } from './plays.ts';

/** The words of a playbook besides the modules. */
export interface Language {
  /** With what each takes (`text`, `boolean`, `conditions`…) and where it may stand (`play`, `task`…). */
  readonly keywords: readonly {
    readonly name: string;
    readonly kind: string;
    readonly levels: readonly string[];
  }[];
  readonly loopControl: readonly { readonly name: string; readonly kind: string }[];
  /** Keys that only a play has. */
  readonly playKeys: readonly string[];
  /** Values of the keys that take one of a few words. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
  /** Keys of an entry of `vars_prompt`. */
  readonly promptKeys: readonly string[];
  /** Pattern of what may stand before a module's name. */
  readonly collections: string;
}

/** Tells which words a playbook may hold, from the tables it is read with. */
export function describeLanguage(): Language {
  return {
    keywords: [...keywords].map(([name, { kind, levels }]) => ({ name, kind, levels })),
    loopControl: [...loopControlKeywords].map(([name, [, kind]]) => ({ name, kind })),
    playKeys,
    choices: { strategy: strategies, order: orders },
    promptKeys,
    collections: collections.source,
  };
}
