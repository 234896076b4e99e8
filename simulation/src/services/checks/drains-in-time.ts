/**
 * A task that is being drained is told to stop in time, whatever its withdrawal waits for: a stall of
 * less than the whole quiet time would leave nothing to be seen at rest.
 */

import { Violation } from "../../world/world.ts";
import type { ServiceCluster } from "../service-cluster.ts";
import type { ServiceChecker } from "./service-checker.ts";

/** For the store, another leader, and clocks that go at another rate. */
const slackMs = 10_000;

export class DrainsInTime implements ServiceChecker {
  readonly #cluster: ServiceCluster;
  /** When each was first seen being drained, in the world's time. */
  #since = new Map<string, number>();

  constructor(cluster: ServiceCluster) {
    this.#cluster = cluster;
  }

  goesOn(): void {
    const { schedulers, world } = this.#cluster;
    const engine = schedulers.find((scheduler) => scheduler.engine !== undefined)?.engine;
    if (engine?.state.link.connected !== true) return;
    const { withdrawMsMax, killAfterDrainMs } = engine.config.announce;
    // A withdrawal that comes at the last moment has its drain time as well.
    const drainsMsMax = withdrawMsMax + 2 * killAfterDrainMs + slackMs;
    const since = new Map<string, number>();
    for (const [id, { drain, kill }] of engine.state.records.task) {
      if (drain === undefined || kill !== undefined) continue;
      const sinceMs = this.#since.get(id) ?? world.nowMs;
      since.set(id, sinceMs);
      if (world.nowMs - sinceMs > drainsMsMax)
        throw new Violation("drains", `${id} is being drained since ${sinceMs} ms`);
    }
    this.#since = since;
  }
}
