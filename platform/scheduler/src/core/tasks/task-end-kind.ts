/**
 * What an end means: whether the task did what it should, was stopped, failed by itself, or was taken
 * from under it by the cluster.
 */

import type { TaskFailureType, TaskState } from "../model/enums.ts";
import type { TaskHistoryUpdate } from "../model/task.ts";

/**
 * success, killed (somebody wanted it), failed (its own doing), lost (its agent or the master; not
 * counted against the deploy).
 */
export type TaskEndKind = "success" | "killed" | "failed" | "lost";

const kinds: Partial<Readonly<Record<TaskState, TaskEndKind>>> = {
  TASK_FINISHED: "success",
  TASK_KILLED: "killed",
  TASK_FAILED: "failed",
  TASK_ERROR: "failed",
};

/** Ends that the master or an agent made, whatever state they are told with. */
const clusterReasons: ReadonlySet<string> = new Set([
  "REASON_AGENT_DISCONNECTED",
  "REASON_AGENT_REMOVED",
  "REASON_AGENT_REMOVED_BY_OPERATOR",
  "REASON_AGENT_RESTARTED",
  "REASON_AGENT_UNKNOWN",
  "REASON_SLAVE_DISCONNECTED",
  "REASON_SLAVE_REMOVED",
  "REASON_SLAVE_RESTARTED",
  "REASON_SLAVE_UNKNOWN",
  "REASON_MASTER_DISCONNECTED",
  "REASON_INVALID_OFFERS",
  "REASON_RESOURCES_UNKNOWN",
  "REASON_RECONCILIATION",
  "REASON_FRAMEWORK_REMOVED",
]);

/** Its machine went, not the task: no crash loop. */
const hostLost: ReadonlySet<TaskState> = new Set([
  "TASK_LOST",
  "TASK_LOST_WHILE_DOWN",
  "TASK_UNREACHABLE",
  "TASK_GONE",
  "TASK_GONE_BY_OPERATOR",
]);

export function endKindOf({ taskState, statusReason }: TaskHistoryUpdate): TaskEndKind {
  const kind = kinds[taskState] ?? "lost";
  return kind === "failed" && statusReason !== undefined && clusterReasons.has(statusReason)
    ? "lost"
    : kind;
}

/** How it failed, for crash-loop detection; undefined: it did not. */
export function failureTypeOf(
  update: TaskHistoryUpdate,
  wasRunning: boolean,
  isLongRunning: boolean,
): TaskFailureType | undefined {
  const { statusReason = "", taskState } = update;
  const kind = endKindOf(update);
  if (statusReason.includes("MEMORY")) return "OOM";
  if (statusReason.includes("DISK")) return "OUT_OF_DISK_SPACE";
  if (kind === "success") return isLongRunning ? "UNEXPECTED_EXIT" : undefined;
  if (kind === "killed") return undefined;
  if (kind === "lost") return hostLost.has(taskState) ? "LOST_SLAVE" : "MESOS_ERROR";
  if (taskState === "TASK_ERROR") return "MESOS_ERROR";
  return wasRunning ? "BAD_EXIT_CODE" : "STARTUP_FAILURE";
}
