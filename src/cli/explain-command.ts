import { modules } from '../../modules/index.ts';
import { type CheckOptions, explainTask, explainVariable, taskNames } from '../check/index.ts';
import { isSelected } from '../engine/index.ts';
import { findHost, selectHosts } from '../load/index.ts';
import { MooringError, PlaybookError } from '../model/errors.ts';
import { suggest } from '../util/suggest.ts';
import { exitCodes } from './exit-codes.ts';
import { taskLines, variableLines } from './explain-lines.ts';
import type { ExplainArguments, ExplainWhat } from './explain-options.ts';
import { loadPlaybooks, loadSite, type Site } from './site.ts';

/** `mooring explain`: why something is as it is, from the files alone; secrets masked. */
export async function explainCommand(what: ExplainWhat, args: ExplainArguments): Promise<number> {
  const { playbooks: files = [] } = args;
  const site = await loadSite(args, files);
  const { playbooks, faults } = loadPlaybooks(files, site);
  const errors = [...site.faults, ...faults].filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new PlaybookError(errors.map((fault) => site.redactor.value(fault)));
  if (!findHost(site.inventory, args.host)) throw unknown('host', args.host, site.inventory.hosts.keys());
  const options: CheckOptions = { ...site, playbooks, modules };
  const { answer, lines } = what === 'var' ? variableAnswer(args, options) : taskAnswer(args, options, site);
  const text =
    args.output === 'json' ? JSON.stringify(site.redactor.value(answer), undefined, 2) : lines.join('\n');
  process.stdout.write(`${site.redactor.text(text)}\n`);
  return exitCodes.ok;
}

interface Answer {
  readonly answer: object;
  readonly lines: readonly string[];
}

function variableAnswer({ name, host }: ExplainArguments, options: CheckOptions): Answer {
  const answer = explainVariable(options, name, host);
  const isNowhere = answer.every((one) => !one.explanation && one.during.length + one.inside.length === 0);
  if (isNowhere && !answer.some((one) => one.isSetByEngine)) {
    throw unknown('variable', name, variableNames(options, host));
  }
  return { answer, lines: variableLines(name, host, answer) };
}

function variableNames({ inventory, playbooks, extraVars = {} }: CheckOptions, host: string): string[] {
  const plays = playbooks.flatMap(({ entries }) =>
    entries.flatMap((entry) => (entry.kind === 'play' ? [entry] : entry.plays)),
  );
  return [
    extraVars,
    ...(findHost(inventory, host)?.vars ?? []).map(({ values }) => values),
    ...plays.flatMap((play) => [
      play.keywords.vars ?? {},
      ...[...play.varsFiles, ...(play.defaultsFiles ?? [])].map(({ values = {} }) => values),
    ]),
  ].flatMap((values) => Object.keys(values));
}

function taskAnswer(args: ExplainArguments, options: CheckOptions, { inventory }: Site): Answer {
  const { name, host, tags = [], skipTags = [], limit } = args;
  const isInLimit = limit === undefined || selectHosts('all:localhost', inventory, { limit }).includes(host);
  const answer = explainTask(
    { ...options, isInLimit, isSelected: (own) => isSelected(own, { tags, skipTags }) },
    name,
    host,
  );
  if (answer.length === 0) throw unknown('task', name, taskNames(options));
  return { answer, lines: answer.flatMap((one) => taskLines(host, one)) };
}

function unknown(what: string, name: string, names: Iterable<string>): MooringError {
  const all = [...new Set(names)];
  const nearest = suggest(name, all);
  const related = nearest === undefined ? sharingWords(name, all) : [nearest];
  const shown = related.map((one) => `"${one}"`).join(', ');
  return new MooringError(
    `there is no ${what} "${name}"`,
    related.length > 0 ? { hint: `Did you mean ${shown}?` } : {},
  );
}

const mostRelated = 5;

/** Names that have a word of the given one: who looks for "Install Docker" may know half of the name. */
function sharingWords(name: string, names: readonly string[]): string[] {
  const wordsOf = (text: string) => text.toLowerCase().match(/[^\W_]{4,}/g) ?? [];
  const wanted = new Set(wordsOf(name));
  const shared = (one: string) => wordsOf(one).filter((word) => wanted.has(word)).length;
  return names
    .map((one) => ({ one, count: shared(one) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, mostRelated)
    .map(({ one }) => one);
}
