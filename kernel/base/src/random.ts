/**
 * Dice as an argument: pure code takes a `Random` and never rolls its own.
 *
 * Owns the seeded generator (xoshiro128**, period 2^128 - 1) that simulations and tests use; the
 * real source of entropy is in `host`. Not for secrets.
 */

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
}

/** The same seed gives the same sequence on every machine. `seed` is taken modulo 2^32. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const splitmix = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), splitmix()];
  const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
  return {
    next() {
      const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
      const t = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= t;
      d = rotate(d, 11);
      return result / 0x1_0000_0000;
    },
  };
}

/** Uniform whole number in [0, below). */
export function randomInt(random: Random, below: number): number {
  return Math.floor(random.next() * below);
}

/** A version-4 UUID in its 36-character form. */
export function randomUuid(random: Random): string {
  let hex = "";
  for (let i = 0; i < 32; i += 1) {
    const digit = randomInt(random, 16);
    hex += (i === 12 ? 4 : i === 16 ? (digit & 3) | 8 : digit).toString(16);
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Fisher-Yates, in place. PERF: O(items). */
export function shuffle<T>(random: Random, items: T[]): T[] {
  for (let i = items.length - 1; i > 0; i -= 1) {
    const j = randomInt(random, i + 1);
    const swapped = items[i] as T;
    items[i] = items[j] as T;
    items[j] = swapped;
  }
  return items;
}
