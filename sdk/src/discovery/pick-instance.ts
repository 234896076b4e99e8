/**
 * Which of several instances a caller takes: at random, in turn, or the one with the least to do.
 *
 * Weights are shares: an instance of weight 2 gets twice as much as one of weight 1; of weight 0 it
 * gets nothing while another is there. Pure.
 */

import { type Random, randomInt } from "@tavola/base";

export interface Candidate {
  readonly id: string;
  readonly weight: number;
}

/** Those that may be taken: with a weight above 0, where there are any. */
function eligible<C extends Candidate>(candidates: readonly C[]): readonly C[] {
  const weighty = candidates.filter(({ weight }) => weight > 0);
  return weighty.length > 0 ? weighty : candidates.map((each) => ({ ...each, weight: 1 }));
}

/** PERF: O(candidates). */
export function pickAtRandom<C extends Candidate>(
  candidates: readonly C[],
  random: Random,
): C | undefined {
  const those = eligible(candidates);
  const sum = those.reduce((total, { weight }) => total + weight, 0);
  let rest = random.next() * sum;
  for (const candidate of those) {
    rest -= candidate.weight;
    if (rest < 0) return candidate;
  }
  return those.at(-1);
}

/**
 * In turn, and smoothly: of weights 2, 1 it takes a, b, a, and not a, a, b. (Each gains its weight at
 * every turn; who has most is taken and pays the sum of all.)
 */
export class RoundRobin {
  readonly #credit = new Map<string, number>();

  pick<C extends Candidate>(candidates: readonly C[]): C | undefined {
    const those = eligible(candidates);
    let best: C | undefined;
    let bestCredit = Number.NEGATIVE_INFINITY;
    let sum = 0;
    for (const candidate of those) {
      const credit = (this.#credit.get(candidate.id) ?? 0) + candidate.weight;
      this.#credit.set(candidate.id, credit);
      sum += candidate.weight;
      if (credit > bestCredit) {
        best = candidate;
        bestCredit = credit;
      }
    }
    if (best !== undefined) this.#credit.set(best.id, bestCredit - sum);
    if (this.#credit.size > 2 * those.length + 16) this.#forgetOthers(those);
    return best;
  }

  #forgetOthers(those: readonly Candidate[]): void {
    const ids = new Set(those.map(({ id }) => id));
    for (const id of this.#credit.keys()) if (!ids.has(id)) this.#credit.delete(id);
  }
}

/** The fewest in use per weight; of equal ones by the dice. */
export function pickLeastLoaded<C extends Candidate>(
  candidates: readonly C[],
  inUse: (id: string) => number,
  random: Random,
): C | undefined {
  let best: C[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of eligible(candidates)) {
    // As it would be with one more: an empty instance of twice the weight is the better one.
    const load = (inUse(candidate.id) + 1) / candidate.weight;
    if (load < least) {
      best = [candidate];
      least = load;
    } else if (load === least) best.push(candidate);
  }
  return best[randomInt(random, best.length)];
}
