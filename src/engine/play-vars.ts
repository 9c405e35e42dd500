import type { Play, Role, VarsFile, VarsPrompt } from '../model/playbook.ts';
import { publicVars, rolesIn } from '../model/roles.ts';
import { isUnknown, type Value, type ValueMap } from '../model/value.ts';
import { render } from '../template/index.ts';
import type { CompiledTask, VarsLevel } from './compile.ts';
import { withFacts } from './facts.ts';
import { throwFaults } from './faults.ts';
import { factsFor } from './gather.ts';
import { findLocal } from './local-files.ts';
import type { PlayHost, PlayRun, Run } from './run-state.ts';
import { scopeFor } from './scope.ts';

const level = { defaults: 2, vars: 12, prompt: 13, files: 14, magic: 24 } as const;

/** Variables that are the same for every host of a play. */
export function staticVars(play: Play, answers: ValueMap): readonly VarsLevel[] {
  const name = play.keywords.name ?? play.hosts;
  const vars = play.keywords.vars ?? {};
  return [
    { level: level.vars, origin: `vars of play "${name}"`, values: vars, templated: true },
    { level: level.prompt, origin: 'vars_prompt', values: answers, templated: false },
    ...filesAt(level.defaults, play.defaultsFiles ?? []),
    ...filesAt(level.files, play.varsFiles),
    ...rolesOf(play),
  ];
}

/** What the roles of a play show to all its tasks. */
function rolesOf(play: Play): VarsLevel[] {
  const nodes = [...play.preTasks, ...play.tasks, ...play.postTasks];
  const roles = rolesIn(nodes);
  const names = (chosen: readonly Role[]) => [...new Set(chosen.map(({ name }) => name))];
  const values = {
    ansible_role_names: names(roles),
    role_names: names(roles),
    ansible_play_role_names: names(roles.filter((role) => !role.isDependency)),
    ansible_dependent_role_names: names(roles.filter((role) => role.isDependency)),
  };
  return [...publicVars(nodes), { level: level.magic, origin: 'magic', values, templated: false }];
}

function filesAt(precedence: number, files: readonly VarsFile[]): VarsLevel[] {
  return files.flatMap(({ path, values }) =>
    values ? [{ level: precedence, origin: path, values, templated: true }] : [],
  );
}

/** Asks what `vars_prompt` wants to know, but for what `-e` says already. */
export async function askPrompts(run: Run, play: Play): Promise<ValueMap> {
  const answers: Record<string, Value> = {};
  for (const prompt of play.varsPrompt) {
    if (run.options.extraVars && Object.hasOwn(run.options.extraVars, prompt.name)) continue;
    answers[prompt.name] = await answerOf(run, prompt);
    const given = answers[prompt.name];
    if (prompt.private && typeof given === 'string') run.options.redactor.add(given);
  }
  return answers;
}

async function answerOf(run: Run, prompt: VarsPrompt): Promise<Value> {
  const answer = await run.options.ask?.variable?.(prompt);
  if (answer !== undefined && answer !== '') return answer;
  return prompt.default ?? answer ?? '';
}

/**
 * Variables of the files whose names hold templates, for one host. A name that is not known in check
 * mode gives a warning and no variables.
 *
 * @throws PlaybookError, TemplateError, ParamsError
 */
export async function hostVarsFiles(
  playRun: PlayRun,
  host: PlayHost,
  anyTask: CompiledTask | undefined,
): Promise<readonly VarsLevel[]> {
  const levels: VarsLevel[] = [];
  for (const file of playRun.play.varsFiles) {
    if (file.values || !anyTask) continue;
    const path = await withFacts(factsFor(playRun, host, anyTask), () =>
      render(file.path, scopeFor(playRun, host)),
    );
    if (isUnknown(path)) {
      const message = `vars file ${file.path} is decided at run time: ${path.reason}`;
      playRun.run.emit({ event: 'warning', message, position: file.position, host: host.name });
      continue;
    }
    const values = await loadVars(playRun, String(path));
    levels.push({ level: level.files, origin: String(path), values, templated: true });
  }
  return levels;
}

async function loadVars(playRun: PlayRun, path: string): Promise<ValueMap> {
  const { directory } = playRun.play;
  const places = { taskDirectory: directory, playbookDirectory: playRun.playbook.directory };
  const { values, faults } = await playRun.run.options.loader.loadVarsFile(
    await findLocal(path, ['vars'], places),
  );
  throwFaults(faults);
  return values;
}
