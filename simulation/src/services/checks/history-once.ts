/**
 * Every task that has ended is in the history once, as it ended: nobody writes another end over it.
 */

import { Violation, type World } from "../../world/world.ts";
import type { ServiceCluster } from "../service-cluster.ts";
import type { ServiceChecker } from "./service-checker.ts";

const name = "history-once";

export class HistoryOnce implements ServiceChecker {
  readonly #cluster: Pick<ServiceCluster, "launches" | "history" | "schedulers">;

  constructor(
    cluster: Pick<ServiceCluster, "launches" | "history" | "schedulers"> & {
      readonly world: World;
    },
  ) {
    this.#cluster = cluster;
    cluster.history.onReplaced = (before, after) => {
      // Where its files lie may be found out after its end.
      if (JSON.stringify(before.taskUpdates) === JSON.stringify(after.taskUpdates)) return;
      const { id } = after.task.taskId;
      cluster.world.fail(new Violation(name, `${id} ended twice, and not as before`));
    };
  }

  rests(): void {
    const { launches, history, schedulers } = this.#cluster;
    const records = schedulers.find(({ engine }) => engine !== undefined)?.engine?.state.records;
    for (const { taskId } of launches.byId.values()) {
      const isActive = records?.task.has(taskId) === true;
      if (isActive === history.tasks.has(taskId)) {
        const where = isActive ? "active and in the history" : "neither active nor in the history";
        throw new Violation(name, `at rest, ${taskId} is ${where}`);
      }
    }
  }
}
