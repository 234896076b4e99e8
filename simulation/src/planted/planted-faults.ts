/**
 * Faults planted on purpose, to see that the checkers find them.
 *
 * Each bends a seam between a daemon and the world in the way in which the daemon itself could be
 * wrong; production code has no switch for any of them.
 */

export const plantedFaultNames = [
  /** An agent accepts an executor's update before it is on disk. */
  "acknowledges-before-checkpoint",
  /** A disk says that it has what it does not have yet, so that updates are told too soon. */
  "tells-before-durable",
  /** The allocator does not get back what was declined with a filter. */
  "forgets-recovery",
  /** A master does not notice that its session is over. */
  "leads-after-session",
  /** A registry says that it has what is not in the store yet. */
  "registers-before-durable",
  /** A master does not repeat a kill to an agent that reregisters. */
  "forgets-kill",
  /** An agent sends each update once. */
  "sends-update-once",
  /** A master that removes a framework does not end what it runs. */
  "leaves-framework-running",
  /** A master does not tell an agent that it is gone. */
  "leaves-gone-agent-running",
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
