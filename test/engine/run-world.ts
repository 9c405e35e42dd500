import { type RunYamlOptions, runYaml, type YamlRun } from './run-yaml.ts';
import { createWorld, type World, worldModules } from './world.ts';

export interface WorldOptions extends RunYamlOptions {
  /** `HOST/NAME` → value, the same at the start of every run. */
  readonly things?: Readonly<Record<string, string>>;
}

/** What happened, and the hosts as the last run left them. */
export type WorldRun = YamlRun & { readonly world: World };

/** Runs a playbook on hosts that remember things; each run begins with the same things. */
export async function runPlays(text: string, options: WorldOptions = {}): Promise<WorldRun> {
  const { things, ...rest } = options;
  let world = createWorld(things);
  const run = await runYaml(text, {
    modules: worldModules,
    ...(options.root ? {} : { reply: (host, request) => world.reply(host, request) }),
    ...rest,
    emit: (event) => {
      if (event.event === 'run_start') world = createWorld(things);
      options.emit?.(event);
    },
  });
  return { ...run, world };
}

/** Runs tasks in a play over all hosts. */
export function runTasks(tasks: string, options: WorldOptions = {}): Promise<WorldRun> {
  return runPlays(`- hosts: all\n  tasks:\n${tasks.replaceAll(/^/gm, '    ')}`, options);
}
