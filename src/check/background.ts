import { positionOf } from '../load/index.ts';
import type { Fault } from '../model/errors.ts';
import type { Module } from '../module/index.ts';
import type { TaskSite } from './site.ts';

/** `async` on what cannot go on by itself, and `poll` that says nothing. */
export function backgroundFaults({ task }: TaskSite, module: Module | undefined): Fault[] {
  const { async, poll } = task.keywords;
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
