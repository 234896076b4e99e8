/**
 * Dominant shares: the largest part that somebody holds of any one scalar of the cluster, by which
 * claimants are put in order (dominant resource fairness). Scalars only, as in Mesos.
 */
import type { Resources } from "@tavola/resources";

/** Thousandths by scalar name; no zeros. */
export type Amounts = Map<string, number>;

/** Adds `sign` times the scalars of `resources`. */
export function addAmounts(amounts: Amounts, resources: Resources, sign: 1 | -1): void {
  resources.eachScalar((name, amount) => {
    const sum = (amounts.get(name) ?? 0) + sign * amount;
    if (sum === 0) amounts.delete(name);
    else amounts.set(name, sum);
  });
}

/** Somebody who holds something and asks for more: a role, or a framework in a role. */
export class Claimant {
  readonly name: string;
  readonly held: Amounts = new Map();
  /** How often it was allocated something. */
  servings = 0;
  /** Dominant share, as of the last `reckon`. */
  share = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Works out the share anew. */
  reckon(totals: Amounts): void {
    this.share = 0;
    for (const [name, amount] of this.held) {
      const total = totals.get(name) ?? 0;
      if (total > 0) this.share = Math.max(this.share, amount / total);
    }
  }
}

/** Smallest share first; ties by who was served less often, then by name, as in Mesos. */
export function compareClaimants(a: Claimant, b: Claimant): number {
  return a.share - b.share || a.servings - b.servings || (a.name < b.name ? -1 : 1);
}
