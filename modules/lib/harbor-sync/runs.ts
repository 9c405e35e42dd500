import type { Generation, Run } from '../harbor/model.ts';
import { briefly, grouped } from './describe.ts';

/** Whether a run may still change something. `error` of 1.5 may too, but nobody can tell: digests decide. */
export function isActive(run: Run, generation: Generation): boolean {
  if (generation === '2' && run.endedAt === undefined) return true;
  return run.status === 'pending' || run.status === 'running';
}

/** `to-b: 2 finished, 1 error (example/app1)`; empty where there are no runs. */
export function describeRuns(rule: string, runs: readonly Run[]): string {
  if (runs.length === 0) return '';
  const parts = grouped(runs, ({ serverStatus }) => serverStatus).map(([status, some]) => {
    const about = some[0]?.status === 'finished' ? [] : some.flatMap(aboutRun);
    const names = [...new Set(about)];
    return `${some.length} ${status}${names.length > 0 ? ` (${briefly(names)})` : ''}`;
  });
  return `${rule}: ${parts.join(', ')}`;
}

function aboutRun({ repository, message }: Run): string[] {
  const text = [repository, message].filter((part) => part !== undefined && part !== '').join(': ');
  return text === '' ? [] : [text];
}
