/**
 * The master says how a task is. What is new is written down; an end is handed to `task-ended.ts`.
 *
 * The update is acknowledged only after this turn is durable, so a scheduler that dies in between is
 * told again; the same update twice changes nothing.
 */

import type { TaskState } from "../model/enums.ts";
import type { TaskHistoryUpdate, TaskId } from "../model/task.ts";
import { parseTaskId } from "../model/task-id.ts";
import type { TaskRecord } from "../records.ts";
import type { Turn } from "../turn.ts";
import { taskEnded } from "./task-ended.ts";
import { checksHealth } from "./task-health.ts";
import { addUpdate, isTerminalState } from "./task-updates.ts";

/** What of Mesos's TaskStatus matters here. */
export interface TaskReport {
  readonly taskId: string;
  readonly state: TaskState;
  readonly message?: string;
  /** `REASON_…`. */
  readonly reason?: string;
  /** Epoch ms. */
  readonly timestamp: number;
  readonly agentId?: string;
  readonly containerId?: string;
  /** The container's own address, where it has one. */
  readonly address?: string;
}

/** unknown: no such task is active; it has been told to stop where it can only be a leftover. */
export type ReportFate = "taken" | "repeated" | "unknown";

export function statusUpdated(turn: Turn, report: TaskReport): ReportFate {
  const task = turn.get("task", report.taskId);
  const { unreconciled, reconciliation } = turn.state.link;
  if (unreconciled.delete(report.taskId)) {
    reconciliation.answered(turn.now, unreconciled.size === 0);
  }
  if (task === undefined) return unknownTask(turn, report);
  if (isRepeated(task, report)) return "repeated";
  const update: TaskHistoryUpdate = {
    taskId: task.taskId,
    timestamp: Math.floor(report.timestamp),
    taskState: report.state,
    ...(report.message === undefined || report.message === ""
      ? {}
      : { statusMessage: report.message }),
    ...(report.reason === undefined ? {} : { statusReason: report.reason }),
  };
  noteDelay(turn, report);
  if (isTerminalState(report.state)) taskEnded(turn, task, update);
  else taskProgressed(turn, task, update, report);
  return "taken";
}

function taskProgressed(
  turn: Turn,
  task: TaskRecord,
  update: TaskHistoryUpdate,
  { containerId, address }: TaskReport,
): void {
  const isNowRunning = update.taskState === "TASK_RUNNING" && task.runningAt === undefined;
  const updated: TaskRecord = {
    // A task that is being stopped stays so for whoever looks at it, whatever it says of itself.
    ...addUpdate(turn, task, update),
    ...(containerId === undefined ? {} : { containerId }),
    ...(address === undefined ? {} : { address }),
    ...(isNowRunning ? { runningAt: turn.now } : {}),
  };
  turn.put("task", task.taskId.id, updated);
  if (isNowRunning && checksHealth(turn.state, turn.config, updated)) {
    turn.effect({ kind: "startHealthcheck", taskId: task.taskId.id });
  }
  turn.dirty(task.taskId.requestId);
}

function isRepeated(task: TaskRecord, { state, message, reason }: TaskReport): boolean {
  if (isTerminalState(state)) return false;
  return (
    task.updates.some(
      (update) =>
        update.taskState === state &&
        (update.statusMessage ?? "") === (message ?? "") &&
        (update.statusReason === reason || reason === "REASON_RECONCILIATION"),
    ) ||
    (reason === "REASON_RECONCILIATION" && task.state === state)
  );
}

/**
 * A task that runs though it was written off (its agent was unreachable and came back) has been
 * replaced: it must not run beside its replacement. One of a request that was never known here is left
 * alone: that an empty or older store is in use is likelier than that it is a leftover.
 */
function unknownTask(turn: Turn, { taskId, state, agentId }: TaskReport): ReportFate {
  if (isTerminalState(state) || agentId === undefined) return "unknown";
  const parsed = parseTaskId(taskId).value;
  if (parsed !== undefined && isLeftover(turn, parsed)) {
    turn.effect({ kind: "kill", taskId, agentId });
  }
  return "unknown";
}

function isLeftover(turn: Turn, { requestId, startedAt }: TaskId): boolean {
  if (turn.get("request", requestId) !== undefined) return true;
  const deleted = turn.get("deletedRequest", requestId);
  return deleted !== undefined && startedAt <= deleted.at;
}

/** A moving average of how late updates come, over about twenty of them. */
function noteDelay(turn: Turn, { timestamp, reason }: TaskReport): void {
  if (reason === "REASON_RECONCILIATION") return;
  const { link } = turn.state;
  const delayMs = Math.max(0, turn.now - timestamp);
  link.averageUpdateDelayMs += (delayMs - link.averageUpdateDelayMs) / 20;
}
