/**
 * Faults planted on purpose, to see that the checkers find them. Each bends a seam between a daemon and
 * the world; production code has no switch for any of them.
 */

export const plantedFaultNames = [
  "acknowledges-before-checkpoint",
  "tells-before-durable",
  "forgets-recovery",
  "leads-after-session",
  "registers-before-durable",
  "forgets-kill",
  "sends-update-once",
  "destroys-nothing",
] as const;

export type PlantedFaultName = (typeof plantedFaultNames)[number];

export class PlantedFaults {
  readonly #names: ReadonlySet<PlantedFaultName>;

  constructor(names: Iterable<PlantedFaultName> = []) {
    this.#names = new Set(names);
  }

  has(name: PlantedFaultName): boolean {
    return this.#names.has(name);
  }
}
