/**
 * Nothing is started twice: of an instance one task at a time, but for one that is being cleaned up and
 * what comes in its place; of a job one at a time; of a run, and of a time of a schedule, one at all.
 */

import type { Engine, TaskRecord } from "@tavola/scheduler";
import { Violation } from "../../world/world.ts";
import type { Launch } from "../launches.ts";
import type { ServiceCluster } from "../service-cluster.ts";
import type { ServiceChecker } from "./service-checker.ts";

const name = "started-once";

export class StartedOnce implements ServiceChecker {
  readonly #cluster: Pick<ServiceCluster, "launches" | "wills">;

  constructor(cluster: Pick<ServiceCluster, "launches" | "wills">) {
    this.#cluster = cluster;
  }

  launches({ state }: Engine, launch: Launch): void {
    const { requestId, taskId } = launch;
    // Decided to be launched, and since then to be stopped: the state is ahead of what is sent.
    if (state.records.task.get(taskId)?.cleanup !== undefined) return;
    const others = [...(state.tasksOf.get(requestId)?.values() ?? [])].filter(
      (task) => task.taskId.id !== taskId && task.cleanup === undefined,
    );
    const beside = others.find((other) => this.#isSame(launch, other));
    if (beside !== undefined) {
      throw new Violation(name, `${taskId} is launched beside ${beside.taskId.id}`);
    }
    for (const earlier of this.#cluster.launches.of(requestId)) {
      if (earlier === launch) continue;
      if (this.#isSameRun(earlier, launch)) {
        throw new Violation(name, `${taskId} is what ${earlier.taskId} was, once more`);
      }
    }
  }

  #isSame(launch: Launch, { taskId }: TaskRecord): boolean {
    if (this.#typeOf(launch) === "SCHEDULED") return true;
    if (this.#typeOf(launch) === "ON_DEMAND") return false;
    return taskId.deployId === launch.deployId && taskId.instanceNo === launch.instanceNo;
  }

  #isSameRun(earlier: Launch, launch: Launch): boolean {
    if (launch.pendingType === "RETRY" || this.#isLongRunning(launch)) return false;
    switch (this.#typeOf(launch)) {
      case "ON_DEMAND":
        return launch.runId !== undefined && launch.runId === earlier.runId;
      case "SCHEDULED":
        return launch.plannedAt === earlier.plannedAt;
      default:
        return launch.deployId === earlier.deployId;
    }
  }

  #isLongRunning({ requestId }: Launch): boolean {
    return this.#cluster.wills.find(({ id }) => id === requestId)?.isLongRunning ?? true;
  }

  #typeOf({ requestId }: Launch): string | undefined {
    return this.#cluster.wills.find(({ id }) => id === requestId)?.type;
  }
}
