import { runCommand } from './command-channel.ts';
import type { OpenShell } from './open-shell.ts';

/** How long the killing itself may take, milliseconds, beside the grace. */
const ownTimeMs = 10_000;

/**
 * Ends a process group from a shell of its own.
 *
 * @param shell a fresh shell as the same user
 * @param graceMs time between TERM and KILL; 0 = KILL at once
 * @returns true where the group was reached or is gone, false where that could not be found out
 */
export async function killGroup(
  shell: OpenShell,
  hostName: string,
  processGroup: number,
  graceMs: number,
): Promise<boolean> {
  const request = {
    script: killScript(processGroup, graceMs),
    timeoutMs: graceMs + ownTimeMs,
    locale: 'C',
    kind: 'step',
  } as const;
  const result = await runCommand({ hostName, shell, request, kill: async () => false });
  return result.exitCode === 0;
}

function killScript(processGroup: number, graceMs: number): string {
  const group = `-- -${processGroup}`;
  if (graceMs === 0) return `kill -KILL ${group} 2>/dev/null; true`;
  const rounds = Math.ceil(graceMs / 100);
  return [
    `kill -TERM ${group} 2>/dev/null || exit 0`,
    `n=0; while [ $n -lt ${rounds} ] && kill -0 ${group} 2>/dev/null; do sleep 0.1; n=$((n+1)); done`,
    `kill -KILL ${group} 2>/dev/null; true`,
  ].join('\n');
}
