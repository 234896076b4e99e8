/**
 * What a scheduler sent off is known to the next one: as a task of its own, as one that has ended and
 * is on its way to the history, or as one that is there.
 */

import type { Engine } from "@tavola/scheduler";
import type { SimulatedProcess } from "../../world/process.ts";
import { Violation } from "../../world/world.ts";
import type { ServiceCluster } from "../service-cluster.ts";
import type { ServiceChecker } from "./service-checker.ts";

const name = "nothing-forgotten";

export class NothingForgotten implements ServiceChecker {
  readonly #cluster: Pick<ServiceCluster, "launches" | "history">;

  constructor(cluster: Pick<ServiceCluster, "launches" | "history">) {
    this.#cluster = cluster;
  }

  begins(process: SimulatedProcess, { state }: Engine): void {
    const { launches, history } = this.#cluster;
    const { task, outboxTask } = state.records;
    for (const { taskId } of launches.byId.values()) {
      if (task.has(taskId) || outboxTask.has(taskId) || history.tasks.has(taskId)) continue;
      throw new Violation(name, `${process.name} begins, and knows nothing of task ${taskId}`);
    }
  }

  launchesAgain(process: SimulatedProcess, taskId: string, hasRecord: boolean): void {
    const why = hasRecord ? "which was launched before" : "of which it has no record";
    throw new Violation(name, `${process.name} launches ${taskId}, ${why}`);
  }
}
