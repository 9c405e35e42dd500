import { createHash } from 'node:crypto';

/**
 * The random numbers that Python's `random.Random(seed)` gives, so that what Ansible drew from a seed stays:
 * the Mersenne Twister of Matsumoto and Nishimura (MT19937), seeded by array.
 */
export class MersenneTwister {
  readonly #state = new Uint32Array(624);
  #next = 624;

  /** @param seed text, or a whole number */
  constructor(seed: string | number) {
    this.#seedBy(wordsOf(seed));
  }

  /** A whole number from 0 up to, not including, a limit below 2^32. */
  below(limit: number): number {
    const bits = limit.toString(2).length;
    for (;;) {
      const drawn = Math.floor(this.#word() / 2 ** (32 - bits));
      if (drawn < limit) return drawn;
    }
  }

  #seedBy(key: readonly number[]): void {
    const state = this.#state;
    state[0] = 19_650_218;
    for (let at = 1; at < 624; at++) {
      state[at] = Math.imul(mixed(before(state, at)), 1_812_433_253) + at;
    }
    let at = 1;
    for (let step = 0; step < Math.max(624, key.length); step++) {
      const index = step % key.length;
      state[at] =
        (before(state, at, 0) ^ Math.imul(mixed(before(state, at)), 1_664_525)) + (key[index] ?? 0) + index;
      at = this.#advance(at);
    }
    for (let step = 0; step < 623; step++) {
      state[at] = (before(state, at, 0) ^ Math.imul(mixed(before(state, at)), 1_566_083_941)) - at;
      at = this.#advance(at);
    }
    state[0] = 2 ** 31;
  }

  #advance(at: number): number {
    if (at < 623) return at + 1;
    this.#state[0] = this.#state[623] ?? 0;
    return 1;
  }

  #word(): number {
    if (this.#next === 624) this.#refill();
    let word = this.#state[this.#next++] ?? 0;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  #refill(): void {
    const state = this.#state;
    for (let at = 0; at < 624; at++) {
      const joined = ((state[at] ?? 0) & 0x80000000) | ((state[(at + 1) % 624] ?? 0) & 0x7fffffff);
      const odd = joined & 1 ? 0x9908b0df : 0;
      state[at] = (state[(at + 397) % 624] ?? 0) ^ (joined >>> 1) ^ odd;
    }
    this.#next = 0;
  }
}

/** The word `back` places before. */
function before(state: Uint32Array, at: number, back = 1): number {
  return state[at - back] ?? 0;
}

function mixed(word: number): number {
  return word ^ (word >>> 30);
}

/** The seed as Python sees it, a great number, in words of 32 bits, the lowest first. */
function wordsOf(seed: string | number): number[] {
  let rest = typeof seed === 'number' ? BigInt(Math.abs(seed)) : numberOf(seed);
  const words: number[] = [];
  do {
    words.push(Number(rest & 0xffffffffn));
    rest >>= 32n;
  } while (rest > 0n);
  return words;
}

function numberOf(text: string): bigint {
  const bytes = Buffer.from(text, 'utf8');
  const all = Buffer.concat([bytes, createHash('sha512').update(bytes).digest()]);
  return BigInt(`0x${all.toString('hex')}`);
}
