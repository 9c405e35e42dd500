import { runCommand } from './command-channel.ts';
import type { OpenShell } from './open-shell.ts';

/** How long the killing itself may take, milliseconds. */
const ownTimeMs = 10_000;

/**
 * Runs a script that ends processes, in a shell of its own.
 *
 * @param shell a fresh shell as the same user
 * @returns true where it was done, false where that could not be found out
 */
export async function runKill(shell: OpenShell, hostName: string, script: string): Promise<boolean> {
  const request = { script, timeoutMs: ownTimeMs, locale: 'C', kind: 'step' } as const;
  const result = await runCommand({ hostName, shell, request, kill: async () => false });
  return result.exitCode === 0;
}

/**
 * The script that ends a process group.
 *
 * @param graceMs time between TERM and KILL; 0 = KILL at once
 */
export function killGroupScript(processGroup: number, graceMs: number): string {
  // dash and busybox do not take `--` here.
  const group = `-${processGroup}`;
  if (graceMs === 0) return `kill -KILL ${group} 2>/dev/null; true`;
  const rounds = Math.ceil(graceMs / 100);
  return [
    `kill -TERM ${group} 2>/dev/null || exit 0`,
    `n=0; while [ $n -lt ${rounds} ] && kill -0 ${group} 2>/dev/null; do sleep 0.1; n=$((n+1)); done`,
    `kill -KILL ${group} 2>/dev/null; true`,
  ].join('\n');
}
