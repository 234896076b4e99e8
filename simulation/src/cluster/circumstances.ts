/**
 * What is unusual about a run, chosen by the seed: most runs leave some of it out, some all of it, so that
 * what is common is seen alone, too.
 *
 * These came after the rest and have dice of their own: a plain run is what it was before there were any.
 */

import type { Random } from "@tavola/base";
import { rareFaultKinds } from "../faults/rare-fault-kinds.ts";

export interface Circumstances {
  /** Frameworks are removed when they stay away for some seconds, not for a week. */
  readonly hasShortFailovers: boolean;
  /** Some frameworks do not checkpoint. */
  readonly hasForgetfulFrameworks: boolean;
  /** Names of rare faults that may come. */
  readonly rareFaults: readonly string[];
}

export const plainCircumstances: Circumstances = {
  hasShortFailovers: false,
  hasForgetfulFrameworks: false,
  rareFaults: [],
};

export function chooseCircumstances(random: Random): Circumstances {
  const share = random.next();
  const chosen = (): boolean => random.next() < share;
  return {
    hasShortFailovers: chosen(),
    hasForgetfulFrameworks: chosen(),
    rareFaults: Object.keys(rareFaultKinds).filter(chosen),
  };
}
