import type { Play, VarsFile } from '../../model/playbook.ts';
import type { Position } from '../../model/position.ts';
import { publicVars } from '../../model/roles.ts';
import { Unknown, type Value } from '../../model/value.ts';
import { type Explanation, type Layer, Scope } from '../../template/index.ts';
import { keyPositionOf, positionOf } from '../../util/positions.ts';
import type { CheckOptions } from '../check-run.ts';
import { isSetByEngine } from '../magic-names.ts';
import { chainOf, labelOf, type PlaySite } from '../site.ts';
import { magicValues } from '../static-scope.ts';
import { type ExplainedRun, explainedRun, setterOf } from './explained-run.ts';

/** A place of a playbook that gives a variable another value. */
export interface OtherValue {
  readonly what: string;
  readonly level: number;
  readonly position?: Position | undefined;
}

/** What a variable is on one host. */
export interface ExplainedVariable {
  /** Plays it is so in; empty where no playbook was asked about. */
  readonly plays: readonly string[];
  /** Undefined where nothing is written down. */
  readonly explanation: Explanation | undefined;
  /** Tasks that set it during the run; from then on that value holds. */
  readonly during: readonly OtherValue[];
  /** Blocks and tasks inside which it has another value. */
  readonly inside: readonly OtherValue[];
  /** It is a fact, or something else that the engine sets. */
  readonly isSetByEngine: boolean;
}

/**
 * The value of a variable on a host, where it is set, and what it shadows.
 *
 * @param options without playbooks: what the inventory and extra variables say
 * @returns one entry, or one for each group of plays in which the answers differ
 */
export function explainVariable(options: CheckOptions, name: string, host: string): ExplainedVariable[] {
  const run = explainedRun(options);
  const plays = run.plays.filter(({ hosts }) => hosts.includes(host));
  if (plays.length === 0) return [explainIn(run, undefined, name, host)];
  const byAnswer = new Map<string, ExplainedVariable>();
  for (const site of plays) {
    const answer = explainIn(run, site, name, host);
    const key = JSON.stringify(answer);
    const same = byAnswer.get(key);
    byAnswer.set(key, { ...answer, plays: [...(same?.plays ?? []), nameOf(site.play)] });
  }
  return [...byAnswer.values()];
}

function explainIn(
  run: ExplainedRun,
  site: PlaySite | undefined,
  name: string,
  host: string,
): ExplainedVariable {
  const layers = [...writtenLayers(run, site, name, host)].sort((a, b) => a.level - b.level);
  const top: Layer = { ...data('magic', 24), values: magicOf(run, site, host) };
  const explanation = new Scope([...layers, top]).explain(name);
  return {
    plays: [],
    explanation,
    during: site ? duringOf(run, site, name, host) : [],
    inside: site ? insideOf(site, name) : [],
    isSetByEngine: isSetByEngine(name),
  };
}

/** In no order; the level says which wins. */
function writtenLayers(run: ExplainedRun, site: PlaySite | undefined, name: string, host: string): Layer[] {
  const own = run.inventory.hosts.get(host) ?? run.inventory.implicitLocalhost;
  return [
    ...(own?.vars ?? []).map((source) => ({ ...source, templated: true })),
    ...(site ? playLayers(site.play) : []),
    {
      ...data('what tasks set', 19),
      values: (other) => (other === name ? undefined : duringRun(run, other)),
    },
    { origin: '--extra-vars', level: 22, values: run.extraVars, templated: true },
  ];
}

function playLayers(play: Play): Layer[] {
  const files = (list: readonly VarsFile[] = [], level: number) =>
    list.map(({ path, values = {} }) => ({ origin: path, level, values, templated: true }));
  return [
    ...files(play.defaultsFiles, 2),
    { origin: `play "${nameOf(play)}"`, level: 12, values: play.keywords.vars ?? {}, templated: true },
    ...files(play.varsFiles, 14),
    ...publicVars([...play.preTasks, ...play.tasks, ...play.postTasks]),
  ];
}

/** What other variables may need and only the run can tell. */
function duringRun({ definitions }: ExplainedRun, name: string): Value | undefined {
  const [first] = definitions.byName.get(name) ?? [];
  if (first) return new Unknown(`"${name}" is set by ${setterOf(first)}`);
  return isSetByEngine(name) && name.startsWith('ansible_') ? new Unknown(`"${name}" is a fact`) : undefined;
}

function magicOf(run: ExplainedRun, site: PlaySite | undefined, host: string): Record<string, Value> {
  const own = run.inventory.hosts.get(host);
  const magic = magicValues(host, own, run.inventory, site?.play.directory ?? run.inventory.directory);
  return { ...magic, hostvars: new Unknown('hostvars') };
}

/** Tasks of this play and of those before it. */
function duringOf(run: ExplainedRun, { play }: PlaySite, name: string, host: string): OtherValue[] {
  const index = (one: Play) => run.plays.findIndex((site) => site.play === one);
  const setters = (run.definitions.byName.get(name) ?? []).filter(
    ({ site }) => site.hosts.includes(host) && index(site.play) <= index(play),
  );
  return setters.map((definition) => {
    const { task } = definition.site;
    const position =
      positionOf(task.keywords, 'register') ?? keyPositionOf(task.params, name) ?? task.position;
    return { what: setterOf(definition), level: definition.how === 'include_vars' ? 18 : 19, position };
  });
}

function insideOf({ play, tasks }: PlaySite, name: string): OtherValue[] {
  const levels = new Map(
    tasks.flatMap((site) =>
      chainOf(site)
        .slice(1)
        .map((keywords) => [keywords, site] as const),
    ),
  );
  const roles = new Set(tasks.flatMap((site) => site.roles).filter(({ isPublic }) => !isPublic));
  const inRoles = [...roles]
    .flatMap(({ vars }) => vars)
    .filter(({ values }) => Object.hasOwn(values, name))
    .map(({ origin, level, values }) => ({ what: origin, level, position: keyPositionOf(values, name) }));
  const inTasks = [...levels].flatMap(([keywords, site]) => {
    if (keywords === play.keywords || !Object.hasOwn(keywords.vars ?? {}, name)) return [];
    const isTask = keywords === site.task.keywords;
    const what = isTask ? `vars of task "${labelOf(site.task)}"` : `vars around task "${labelOf(site.task)}"`;
    return [{ what, level: isTask ? 17 : 16, position: keyPositionOf(keywords.vars ?? {}, name) }];
  });
  return [...inRoles, ...inTasks];
}

function data(origin: string, level: number): Omit<Layer, 'values'> {
  return { origin, level, templated: false };
}

function nameOf(play: Play): string {
  return play.keywords.name ?? play.hosts;
}
