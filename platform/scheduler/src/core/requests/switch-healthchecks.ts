/**
 * What it means for tasks that run already when their request's health checks are switched off, or on
 * again.
 *
 *     off   who runs counts as healthy from now on, as if its check had been answered; no more checks
 *     on    checks begin anew; who is healthy stays so until they say otherwise
 */

import type { Request } from "../model/request.ts";
import type { TaskRecord } from "../records.ts";
import { checksHealth } from "../tasks/task-health.ts";
import type { Turn } from "../turn.ts";

export interface Switched {
  readonly before: Request;
  /** As it has been put. */
  readonly request: Request;
  readonly user?: string | undefined;
}

/** Nothing where nothing was switched. */
export function switchHealthchecks(turn: Turn, { before, request, user }: Switched): void {
  const isOff = request.skipHealthchecks === true;
  if (isOff === (before.skipHealthchecks === true)) return;
  for (const task of [...(turn.state.tasksOf.get(request.id)?.values() ?? [])]) {
    const taskId = task.taskId.id;
    if (task.runningAt === undefined) continue;
    if (isOff) {
      turn.effect({ kind: "stopHealthcheck", taskId });
      countAsHealthy(turn, task, user);
    } else if (checksHealth(turn.state, turn.config, task)) {
      turn.effect({ kind: "startHealthcheck", taskId });
    }
  }
}

function countAsHealthy(turn: Turn, task: TaskRecord, user: string | undefined): void {
  const { taskId, health } = task;
  const timestamp = Math.floor(turn.now);
  const by = user === undefined ? "" : ` by ${user}`;
  const result = { statusCode: 200, timestamp, responseBody: `Healthchecks skipped${by}`, taskId };
  const { results = [], healthyAt = timestamp } = health ?? {};
  turn.put("task", taskId.id, {
    ...task,
    health: { healthyAt, results: [...results, result] },
  });
}
