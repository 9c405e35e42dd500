/** What the lab says while it works: each long step with its elapsed time, so that nobody wonders whether it hangs. */

const HEARTBEAT_MS = 10_000;

/**
 * Runs one named step and reports its start, its end and, while it lasts, every ten seconds that it still runs.
 * @param name what is done, in the user's words.
 * @returns what `work` returns.
 */
export async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  say(`${name} …`);
  const heartbeat = setInterval(() => say(`${name} … ${seconds()} so far`), HEARTBEAT_MS);
  try {
    const result = await work();
    say(`${name}: done in ${seconds()}`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}

/** One line about the lab. Goes to stderr, so that the output of `lab exec` stays clean. */
export function say(line: string): void {
  process.stderr.write(`lab: ${line}\n`);
}
