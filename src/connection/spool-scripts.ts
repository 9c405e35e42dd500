/** Shell text: `d` becomes the directory of that name, below TMPDIR or /tmp, where commands keep their output. */
export function placeScript(name: string): string {
  return `d=$(cd -P -- "\${TMPDIR:-/tmp}" && pwd -P)/${name}`;
}

/** What to do where that directory cannot be made. */
export const makeRoomHint = 'make room in the TMPDIR of that user (or /tmp), or set TMPDIR to another place';

/** Shell text: `$session` before a command gives it a session and a process group of its own. */
export const newSession = 'session=setsid; command -v setsid >/dev/null 2>&1 || session=';

/**
 * Shell text that ends a session begun so: TERM, two seconds later KILL.
 *
 * @param variable name of the variable that holds the process id of its first process
 */
export function endSessionScript(variable: string): string {
  const pid = `$${variable}`;
  return [
    `if kill -TERM "-${pid}" 2>/dev/null || kill -TERM "${pid}" 2>/dev/null; then`,
    `n=0; while [ $n -lt 20 ] && kill -0 "-${pid}" 2>/dev/null; do sleep 0.1; n=$((n+1)); done`,
    `kill -KILL "-${pid}" 2>/dev/null; fi`,
  ].join('\n');
}
