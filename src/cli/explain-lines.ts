import type { ExplainedTask, ExplainedVariable, OtherValue, Reason } from '../check/index.ts';
import { formatPosition, type Position } from '../model/position.ts';
import { isUnknown, type Value } from '../model/value.ts';

/** What one variable is on a host, for people; plays are named where the answer is not the same in all. */
export function variableLines(name: string, host: string, answers: readonly ExplainedVariable[]): string[] {
  return answers.flatMap((one) => answerLines(name, host, answers.length > 1 ? one : { ...one, plays: [] }));
}

function answerLines(name: string, host: string, explained: ExplainedVariable): string[] {
  const { plays, explanation, during, inside } = explained;
  const where = plays.length > 0 ? ` in play ${plays.map((play) => `"${play}"`).join(', ')}` : '';
  const head = `${name} on ${host}${where}: ${valueText(explained)}`;
  if (!explanation) return [head, ...otherLines(during, 'set by'), ...otherLines(inside, 'inside'), ''];
  const { winner, shadowed } = explanation;
  const isRendered = JSON.stringify(winner.value) !== JSON.stringify(explanation.value);
  return [
    head,
    line('set in', placeOf(winner)),
    ...(isRendered ? [line('written', json(winner.value))] : []),
    ...shadowed.map((other) => line('shadows', `${json(other.value)}, ${placeOf(other)}`)),
    ...otherLines(during, 'changed by'),
    ...otherLines(inside, 'inside'),
    '',
  ];
}

/** Whether one task would run on a host, for people. */
export function taskLines(host: string, task: ExplainedTask): string[] {
  const answers = {
    yes: `runs on ${host}`,
    no: `does not run on ${host}`,
    open: `may run on ${host}: decided at run time`,
  };
  return [
    `task "${task.name}" (${task.module}) of play "${task.play}", ${formatPosition(task.position)}`,
    `  ${answers[task.answer]}`,
    ...task.reasons.map(reasonLine),
    '',
  ];
}

function reasonLine({ about, answer, text, position }: Reason): string {
  const mark = { yes: 'yes', no: 'NO', open: '?' }[answer];
  return `  ${mark.padEnd(4)} ${about === 'other' ? '' : `${about}: `}${text}${position ? ` (${formatPosition(position)})` : ''}`;
}

function valueText({ explanation, isSetByEngine, during }: ExplainedVariable): string {
  if (!explanation) {
    if (isSetByEngine) return 'set by the engine during the run (a fact, or a variable of the connection)';
    return during.length > 0 ? 'known during the run' : 'not defined';
  }
  if (explanation.error !== undefined) return `cannot be rendered: ${explanation.error}`;
  return explanation.value === undefined ? 'not defined' : json(explanation.value);
}

const levels: Readonly<Record<number, string>> = {
  2: 'defaults',
  3: 'group variables in the inventory',
  4: 'group_vars/all',
  5: 'group_vars/all beside the playbook',
  6: 'group_vars',
  7: 'group_vars beside the playbook',
  8: 'host variables in the inventory',
  9: 'host_vars',
  10: 'host_vars beside the playbook',
  12: 'vars of the play',
  14: 'vars_files',
  15: 'vars of a role',
  16: 'vars of a block',
  17: 'vars of a task',
  18: 'include_vars',
  19: 'set during the run',
  20: 'params of a role',
  22: 'extra variables',
  24: 'set by the engine',
};

function placeOf({
  origin,
  level,
  position,
}: {
  origin: string;
  level: number;
  position?: Position;
}): string {
  const place = position ? formatPosition(position) : origin;
  return `${place} (${levels[level] ?? origin}, level ${level})`;
}

function otherLines(others: readonly OtherValue[], word: string): string[] {
  return others.map(({ what, level, position }) =>
    line(word, `${what}${position ? `, ${formatPosition(position)}` : ''} (level ${level})`),
  );
}

function line(word: string, text: string): string {
  return `  ${word.padEnd(11)}${text}`;
}

function json(value: Value): string {
  return isUnknown(value) ? String(value) : JSON.stringify(value);
}
