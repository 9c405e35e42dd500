import { performance } from 'node:perf_hooks';

/** Logins under way at once where waiting is not for the network. */
const fewest = 8;
/**
 * The first ones go together: so many one sshd takes whatever comes (`MaxStartups` of sshd_config(5)). Later it may still
 * count one that was just let in, so there are fewer.
 */
const first = 10;
const most = 50;
/** Round trips of one login: TCP, versions, keys, user, method, signature, and what is between them. */
const tripsOfLogin = 9;
/** Share of its time that this process may be at work before more logins would only get in each other's way. */
const busyShare = 0.7;
const remembered = 32;
const settleMs = 200;
/**
 * A host that does not answer, or a human who types, keeps others from their turn only so long, milliseconds, or
 * this many times as long as others take: where all are slow it is the machine.
 */
const patienceMs = { connecting: 500, loggingIn: 3_000 };
const patienceTimes = 4;

/**
 * How many logins are under way at once in the whole process. A login takes its time of this machine's
 * processors, and waits for the network: near hosts are let in few at a time, of distant ones as many as
 * keep this process at work.
 */
export class LoginPace {
  readonly #waiting: (() => void)[] = [];
  readonly #connectMs: number[] = [];
  readonly #loginMs: number[] = [];
  #started = 0;
  #active = 0;
  #limit = fewest;
  #logins = 0;
  #wasRefused = false;
  #since = performance.eventLoopUtilization();
  #sinceMs = performance.now();
  #cpuSince = process.cpuUsage();

  /**
   * Runs a login when it is its turn.
   *
   * @param login calls `onConnected` when the server is reached
   */
  async run<T>(login: (onConnected: () => void) => Promise<T>): Promise<T> {
    while (!this.#hasRoom) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const release = this.#takeSlot();
    const startedMs = performance.now();
    const usualMs = patienceTimes * quartile(this.#loginMs);
    let patience = setTimeout(release, Math.max(patienceMs.connecting, usualMs));
    try {
      const result = await login(() => {
        clearTimeout(patience);
        patience = setTimeout(release, Math.max(patienceMs.loggingIn, usualMs));
      });
      remember(this.#loginMs, performance.now() - startedMs);
      return result;
    } finally {
      clearTimeout(patience);
      release();
    }
  }

  get #hasRoom(): boolean {
    return this.#started < first || this.#active < this.#limit;
  }

  /** @returns lets the next one in; only the first call counts */
  #takeSlot(): () => void {
    this.#started++;
    this.#active++;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#active--;
      this.#logins++;
      this.#adjust();
      for (const wake of this.#waiting.splice(0, Math.max(0, this.#limit - this.#active))) wake();
    };
  }

  /** How long a plain TCP connection took, milliseconds: about one round trip. */
  noteConnect(milliseconds: number): void {
    remember(this.#connectMs, milliseconds);
  }

  /** A server turned a login away unheard: there are too many, it may stand behind many names. */
  noteRefusal(): void {
    this.#wasRefused = true;
    this.#limit = fewest;
  }

  get limit(): number {
    return this.#limit;
  }

  #adjust(): void {
    const passedMs = performance.now() - this.#sinceMs;
    if (this.#wasRefused || passedMs < settleMs) return;
    const { utilization } = performance.eventLoopUtilization(this.#since);
    const { user, system } = process.cpuUsage(this.#cpuSince);
    const cpuMs = Math.max(1, (user + system) / 1000 / this.#logins);
    this.#limit = utilization > busyShare ? fewest : limitFor(quartile(this.#connectMs), cpuMs);
    this.#since = performance.eventLoopUtilization();
    this.#cpuSince = process.cpuUsage();
    this.#sinceMs = performance.now();
    this.#logins = 0;
  }
}

/**
 * Logins that keep one processor at work.
 *
 * @param roundTripMs to the hosts
 * @param cpuMs this machine's work for one login
 */
export function limitFor(roundTripMs: number, cpuMs: number): number {
  const wanted = fewest + Math.floor((tripsOfLogin * roundTripMs) / cpuMs);
  return Math.min(most, wanted);
}

function remember(values: number[], value: number): void {
  values.push(value);
  if (values.length > remembered) values.shift();
}

/** The value that a quarter of them do not exceed; 0 where there is none. */
function quartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] ?? 0;
}
