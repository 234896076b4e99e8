/**
 * The master said no to the call that was to launch these tasks: none of them will ever run.
 *
 * They end in error, so that whoever deployed is told why, and so that what the master will never take
 * is tried again only as often as a task that fails.
 */

import type { Turn } from "../turn.ts";
import { statusUpdated } from "./status-updated.ts";

export interface LaunchRefused {
  readonly taskIds: readonly string[];
  /** In words for whoever deployed. */
  readonly reason: string;
}

/** Tasks that have ended meanwhile, or of which something was heard, are passed over. */
export function launchRefused(turn: Turn, { taskIds, reason }: LaunchRefused): void {
  for (const taskId of taskIds) {
    if (turn.get("task", taskId)?.state !== "TASK_LAUNCHED") continue;
    statusUpdated(turn, {
      taskId,
      state: "TASK_ERROR",
      message: `The master refused the launch: ${reason}`,
      reason: "REASON_TASK_INVALID",
      timestamp: turn.now,
    });
  }
}
