/**
 * Who asks discovery finds every healthy task that has a port, and nothing that is gone: after the last
 * fault, whatever became of schedulers, tasks and the discovery server meanwhile.
 */

import { Violation } from "../../world/world.ts";
import type { ServiceCluster } from "../service-cluster.ts";
import type { ServiceChecker } from "./service-checker.ts";

const name = "announced";

export class AnnouncedAsHealthy implements ServiceChecker {
  readonly #cluster: ServiceCluster;

  constructor(cluster: ServiceCluster) {
    this.#cluster = cluster;
  }

  rests(): void {
    const { announced, schedulers } = this.#cluster;
    const engine = schedulers.find((scheduler) => scheduler.engine !== undefined)?.engine;
    if (announced === undefined || engine === undefined) return;
    const found = new Set(
      announced()
        .filter(({ serviceType }) => serviceType !== "discovery")
        .map(({ announcementId }) => announcementId),
    );
    for (const [id, { health, ports, taskId }] of engine.state.records.task) {
      const type = engine.state.records.request.get(taskId.requestId)?.request.requestType;
      const isServing = health?.healthyAt !== undefined && health.unhealthySince === undefined;
      const isWanted = isServing && ports.length > 0 && (type === "SERVICE" || type === "WORKER");
      if (isWanted && !found.has(id)) throw new Violation(name, `${id} is healthy, and not found`);
      if (!isWanted && found.has(id))
        throw new Violation(name, `${id} is found, and serves nobody`);
      found.delete(id);
    }
    const [left] = found;
    if (left !== undefined) throw new Violation(name, `${left} is found, and is gone`);
    const [waiting] = engine.state.records.outboxWithdrawal.keys();
    if (waiting !== undefined) throw new Violation(name, `${waiting} is still to be withdrawn`);
  }
}
