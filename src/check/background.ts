import { positionOf } from '../load/index.ts';
import type { Fault } from '../model/errors.ts';
import type { TaskKeywords } from '../model/playbook.ts';
import type { Module } from '../module/index.ts';
import type { TaskSite } from './site.ts';

/** `async` on what cannot go on by itself, and `poll` that says nothing. */
export function backgroundFaults({ task }: TaskSite, module: Module | undefined): Fault[] {
  const { async, poll } = task.keywords;
  const asked = finishedFaults(task.keywords);
  if (asked.length > 0) return asked;
  const placeOf = (key: string) => ({ position: positionOf(task.keywords, key) ?? task.position });
  if (async === undefined) {
    if (poll === undefined) return [];
    const message = 'poll says nothing without async';
    return [{ severity: 'warning', code: 'poll-alone', message, ...placeOf('poll') }];
  }
  if (!module || module.background || async === 0) return [];
  return [
    {
      severity: 'error',
      code: 'no-async',
      message: `"${task.module}" cannot run with async: it is no command that goes on by itself on the host`,
      ...placeOf('async'),
      hint: 'leave async and poll out; "timeout" limits how long a task may take',
    },
  ];
}

/** `until: job.finished`, as Ansible's own examples have it: a number, which is no condition here. */
function finishedFaults({ register, until = [] }: TaskKeywords): Fault[] {
  return until.flatMap(({ expression, position }) => {
    const [, name, key] = /^\s*(\w+)\.(finished|started)\s*$/.exec(`${expression}`) ?? [];
    if (name === undefined || name !== register) return [];
    const message = `"${name}.${key}" is the number 0 or 1, and a condition must be true or false`;
    return [{ severity: 'error', code: 'bad-value', message, position, hint: `write ${name} is ${key}` }];
  });
}
