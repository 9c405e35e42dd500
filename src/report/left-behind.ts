import type { RunEvent } from '../model/event.ts';
import { quoteWord } from '../util/shell.ts';

type Recap = Extract<RunEvent, { event: 'recap' }>;

/** A part of the closing lines under a headline of its own. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/**
 * What should have happened and did not: hosts that were left out since others failed, and notified
 * handlers that did not run to their end, with the way to get them.
 */
export function leftBehind({ leftOut, handlersLost, check }: Recap): readonly Section[] {
  const sections: Section[] = [];
  if (leftOut) sections.push({ title: 'LEFT OUT, THOUGH NOTHING FAILED ON THEM', lines: table(leftOut) });
  // In check mode nothing was changed: the next run notifies them again.
  if (handlersLost && !check)
    sections.push({ title: 'HANDLERS THAT DID NOT RUN', lines: lostLines(handlersLost) });
  return sections;
}

function lostLines(lost: NonNullable<Recap['handlersLost']>): string[] {
  const names = Object.entries(lost).map(([host, handlers]): [string, string] => [host, handlers.join(', ')]);
  return [
    ...table(Object.fromEntries(names)),
    '',
    'What notified them is done: another run finds nothing to change and does not notify them.',
    'Once the cause is gone, run it again and ask for them:',
    ...waysBack(lost),
    'With --force-handlers, handlers run on hosts that have failed, too.',
  ];
}

/** One command for all hosts that lack the same handlers. */
function waysBack(lost: NonNullable<Recap['handlersLost']>): string[] {
  const hostsOf = new Map<string, string[]>();
  for (const [host, handlers] of Object.entries(lost)) {
    const options = handlers.map((name) => `--notify ${quoteWord(name)}`).join(' ');
    hostsOf.set(options, [...(hostsOf.get(options) ?? []), host]);
  }
  return [...hostsOf].map(
    ([options, hosts]) => `  mooring run … ${options} --limit ${quoteWord(hosts.join(','))}`,
  );
}

function table(entries: Readonly<Record<string, string>>): string[] {
  const width = Math.max(20, ...Object.keys(entries).map((name) => name.length));
  return Object.entries(entries).map(([name, text]) => `${name.padEnd(width)} : ${text}`);
}
