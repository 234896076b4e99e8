/**
 * Every task that a scheduler ever tried to start, and what it was for: written down at the moment in
 * which the call leaves, by whoever carries it, and never by the scheduler itself.
 */

import type { TaskRecord } from "@tavola/scheduler";
import type { TaskHistory as TruthOfTask } from "../cluster/ledger.ts";

export interface Launch {
  readonly taskId: string;
  readonly requestId: string;
  readonly deployId: string;
  readonly instanceNo: number;
  readonly pendingType: string;
  /** When it was to be run, by whoever planned it; epoch ms. */
  readonly plannedAt: number;
  readonly runId: string | undefined;
  /** What really became of it. */
  readonly truth: TruthOfTask;
}

export class Launches {
  readonly byId = new Map<string, Launch>();
  readonly #byRequest = new Map<string, Launch[]>();

  add({ taskId, pendingTask }: TaskRecord, truth: TruthOfTask): Launch {
    const launch: Launch = {
      taskId: taskId.id,
      requestId: taskId.requestId,
      deployId: taskId.deployId,
      instanceNo: taskId.instanceNo,
      pendingType: pendingTask.pendingTaskId.pendingType,
      plannedAt: pendingTask.pendingTaskId.nextRunAt,
      runId: pendingTask.runId,
      truth,
    };
    this.byId.set(launch.taskId, launch);
    this.of(launch.requestId).push(launch);
    return launch;
  }

  /** In the order in which they were launched. */
  of(requestId: string): Launch[] {
    const known = this.#byRequest.get(requestId);
    if (known !== undefined) return known;
    const none: Launch[] = [];
    this.#byRequest.set(requestId, none);
    return none;
  }
}
