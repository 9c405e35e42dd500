import { TemplateError } from '../model/errors.ts';
import type { Host, Inventory } from '../model/inventory.ts';
import { isUnknown, Unknown, type Value, type ValueMap } from '../model/value.ts';
import { evaluateCondition, type Layer, Scope } from '../template/index.ts';
import type { Known, Viewpoint } from './known.ts';
import { chainOf, type TaskSite } from './site.ts';

/** Where a task runs, as far as that can be told before the run. */
export interface Reach {
  /** Hosts on which no condition is certainly false. */
  readonly hosts: readonly string[];
  /** On some of them only the run decides. */
  readonly isOpen: boolean;
}

const undecided = new Unknown('only the run can tell');

/** Judges the conditions of a task with what is known of each host; the rest counts as unknown. */
export function reachOf(
  site: TaskSite,
  from: Viewpoint,
  known: Known,
  inventory: Inventory,
  extraVars: ValueMap,
): Reach {
  const conditions = chainOf(site).flatMap((keywords) => keywords.when ?? []);
  if (conditions.length === 0) return { hosts: site.hosts, isOpen: false };
  const verdicts = site.hosts.map((host) => {
    const scope = staticScope(host, from, known, inventory, extraVars);
    const answers = conditions.map(({ expression }) => answerOf(expression, scope));
    return { host, answers };
  });
  const reached = verdicts.filter(({ answers }) => !answers.includes(false));
  const isOpen = reached.some(({ answers }) => answers.includes('open'));
  return { hosts: reached.map(({ host }) => host), isOpen: isOpen || site.hosts.length === 0 };
}

function answerOf(expression: string | boolean, scope: Scope): boolean | 'open' {
  try {
    const answer = evaluateCondition(expression, scope);
    return isUnknown(answer) ? 'open' : answer;
  } catch (error) {
    if (error instanceof TemplateError) return 'open';
    throw error;
  }
}

function staticScope(
  name: string,
  from: Viewpoint,
  known: Known,
  inventory: Inventory,
  extraVars: ValueMap,
): Scope {
  const { play, chain } = from;
  const host = inventory.hosts.get(name) ?? inventory.implicitLocalhost;
  const files = (list: typeof play.varsFiles = []) => list.map(({ values = {} }) => values);
  const written = [
    ...files(play.defaultsFiles),
    ...(host?.vars ?? []).map(({ values }) => values),
    play.keywords.vars ?? {},
    ...files(play.varsFiles),
    ...chain.slice(1).map(({ vars = {} }) => vars),
  ];
  const isWritten = (variable: string) => written.some((values) => Object.hasOwn(values, variable));
  const duringRun = (variable: string): Value | undefined => {
    if (known.isSetByTask(variable, from)) return undecided;
    const knowledge = known.lookUp(variable, { ...from, hosts: [name] }, []);
    return isWritten(variable) || knowledge.kind === 'undefined' ? undefined : undecided;
  };
  return new Scope([
    ...written.map((values) => layer(values, true)),
    layer(duringRun, false),
    layer(extraVars, true),
    layer(magicValues(name, host, inventory, play.directory), false),
  ]);
}

function magicValues(
  name: string,
  host: Host | undefined,
  inventory: Inventory,
  directory: string,
): ValueMap {
  const groups = [...inventory.groups.values()].map((group) => [group.name, group.hosts] as const);
  return {
    inventory_hostname: name,
    inventory_hostname_short: name.split('.')[0] ?? name,
    group_names: (host?.groups ?? []).filter((group) => group !== 'all'),
    groups: { ...Object.fromEntries(groups), all: [...inventory.hosts.keys()] },
    inventory_dir: inventory.directory,
    playbook_dir: directory,
  };
}

function layer(values: Layer['values'], templated: boolean): Layer {
  return { origin: 'static', level: 0, values, templated };
}
