/**
 * Faults planted on purpose between a scheduler of services and its world, to see that the checkers
 * find them. Production code has no switch for any of them.
 */

import type { scheduler } from "@tavola/protocol";

export const plantedServiceFaultNames = [
  /** The store says that a batch is written, and writes it a little later: tasks start unrecorded. */
  "launches-early",
  /** The history says that it has what it does not have yet: the outbox forgets it. */
  "confirms-early",
  /** Kills do not leave the scheduler. */
  "forgets-kills",
  /** A scheduler never asks the master how its tasks are. */
  "never-asks",
  /** A scheduler does not take back its word to be offered nothing. */
  "never-revives",
] as const;

export type PlantedServiceFaultName = (typeof plantedServiceFaultNames)[number];

const swallowed: Partial<Record<PlantedServiceFaultName, scheduler.Call_Type>> = {
  "forgets-kills": "KILL",
  "never-asks": "RECONCILE",
  "never-revives": "REVIVE",
};

export class PlantedServiceFaults {
  readonly #names: ReadonlySet<PlantedServiceFaultName>;

  constructor(names: Iterable<PlantedServiceFaultName> = []) {
    this.#names = new Set(names);
  }

  has(name: PlantedServiceFaultName): boolean {
    return this.#names.has(name);
  }

  get swallowedCall(): scheduler.Call_Type | undefined {
    return [...this.#names].map((name) => swallowed[name]).find((type) => type !== undefined);
  }
}
