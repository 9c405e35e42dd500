import type { RunEvent } from '../model/event.ts';

type Recap = Extract<RunEvent, { event: 'recap' }>;

/**
 * The closing lines: per host `h1 : ok=1 changed=0 …` exactly as Ansible's users grep it, then the time
 * taken and, in check mode, how much of the prediction was exact.
 */
export function recapLines(recap: Recap): readonly string[] {
  const names = Object.keys(recap.hosts);
  const width = Math.max(20, ...names.map((name) => name.length));
  const lines = names.map((name) => `${name.padEnd(width)} : ${counts(recap, name)}`);
  lines.push('', `${duration(recap.durationMs)} on ${names.length} ${names.length === 1 ? 'host' : 'hosts'}`);
  if (recap.check && recap.exact !== undefined) lines.push(coverage(recap.exact, recap.unknown ?? 0));
  return lines;
}

/** `850 ms`, `12.3 s`, `4 min 05 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

function counts(recap: Recap, name: string): string {
  const host = recap.hosts[name];
  if (!host) return '';
  const words = ['ok', 'changed', 'unreachable', 'failed', 'skipped', 'rescued', 'ignored'] as const;
  const text = words
    .map((word) => `${word}=${host[word]}`.padEnd(word === 'ignored' ? 0 : word.length + 5))
    .join('');
  return (recap.check ? `${text.trimEnd()} unknown=${host.unknown}` : text).trimEnd();
}

function coverage(exact: number, unknown: number): string {
  return `check mode: ${exact + unknown} tasks: ${exact} exact, ${unknown} decided at run time`;
}
