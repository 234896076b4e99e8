/**
 * How each kind of cleanup treats its task, as one table.
 *
 *     now          killed at once
 *     destroy      killed at once, with SIGKILL
 *     replaced     killed one by one, as healthy replacements make up the number
 *     allReplaced  all are killed together, once every replacement is healthy
 *     ends         never killed: it may run to its end
 *
 * A job that is not asked for by name is given time to end (`jobsMayEnd`), up to its request's
 * `killOldNonLongRunningTasksAfterMillis`.
 */

import type { TaskCleanupType } from "../model/enums.ts";

export type CleanupManner = "now" | "destroy" | "replaced" | "allReplaced" | "ends";

interface Manners {
  readonly manner: CleanupManner;
  readonly jobsMayEnd?: true;
  /** A wish replaces a standing one of less strength. */
  readonly strength: number;
}

export const cleanupManners: Readonly<Record<TaskCleanupType, Manners>> = {
  PAUSING: { manner: "ends", strength: 0 },
  BOUNCING: { manner: "allReplaced", jobsMayEnd: true, strength: 1 },
  INCREMENTAL_BOUNCE: { manner: "replaced", jobsMayEnd: true, strength: 1 },
  DECOMISSIONING: { manner: "replaced", jobsMayEnd: true, strength: 1 },
  USER_REQUESTED_TASK_BOUNCE: { manner: "replaced", strength: 1 },
  REBALANCE_CPU_USAGE: { manner: "replaced", strength: 1 },
  REBALANCE_MEMORY_USAGE: { manner: "replaced", strength: 1 },
  REBALANCE_RACKS: { manner: "replaced", strength: 1 },
  REBALANCE_SLAVE_ATTRIBUTES: { manner: "replaced", strength: 1 },
  INCREMENTAL_DEPLOY_FAILED: { manner: "replaced", strength: 1 },
  INCREMENTAL_DEPLOY_CANCELLED: { manner: "replaced", strength: 1 },
  NEW_DEPLOY_SUCCEEDED: { manner: "now", jobsMayEnd: true, strength: 2 },
  DEPLOY_STEP_FINISHED: { manner: "now", jobsMayEnd: true, strength: 2 },
  PAUSE: { manner: "now", strength: 3 },
  DEPLOY_CANCELED: { manner: "now", strength: 3 },
  DEPLOY_FAILED: { manner: "now", strength: 3 },
  DECOMMISSION_TIMEOUT: { manner: "now", strength: 3 },
  OVERDUE_NEW_TASK: { manner: "now", strength: 3 },
  UNHEALTHY_NEW_TASK: { manner: "now", strength: 3 },
  PRIORITY_KILL: { manner: "now", strength: 3 },
  SCALING_DOWN: { manner: "now", strength: 3 },
  TASK_EXCEEDED_TIME_LIMIT: { manner: "now", strength: 3 },
  REQUEST_DELETING: { manner: "now", strength: 4 },
  USER_REQUESTED: { manner: "now", strength: 4 },
  USER_REQUESTED_DESTROY: { manner: "destroy", strength: 5 },
};
