/**
 * Carries out what the status update streams decide: sends, acknowledges, checkpoints, plans.
 */

import type { FrameworkId, TaskId } from "@tavola/base";
import { formatUpid, internal, type TaskStatus } from "@tavola/protocol";
import type { Wake } from "./state.ts";
import type { StreamAction } from "./status-update-streams.ts";
import type { Turn } from "./turn.ts";

export function performStreamActions(turn: Turn, actions: readonly StreamAction[]): void {
  for (const action of actions) perform(turn, action);
}

function perform(turn: Turn, action: StreamAction): void {
  switch (action.kind) {
    case "forward":
      forward(turn, action.update);
      return;
    case "accept":
      acknowledgeToExecutor(turn, action.reporter, action.update.status);
      return;
    case "append":
      turn.add({ ...action, kind: "appendUpdateRecord" });
      return;
    case "closeFile":
      turn.add({ kind: "closeUpdateFile", path: action.path });
      return;
    case "retryAt": {
      const { frameworkId, taskId } = action;
      const wake: Wake = { kind: "retryUpdate", frameworkId, taskId };
      turn.state.deadlines.set(retryKey(frameworkId, taskId), action.at, wake);
      return;
    }
    case "rewriteAt": {
      const { frameworkId, taskId } = action;
      const wake: Wake = { kind: "rewriteUpdates", frameworkId, taskId };
      turn.state.deadlines.set(`rewrite/${frameworkId}/${taskId}`, action.at, wake);
      return;
    }
    case "cancelRetry":
      turn.state.deadlines.cancel(retryKey(action.frameworkId, action.taskId));
      return;
  }
}

function retryKey(frameworkId: FrameworkId, taskId: TaskId): string {
  return `update/${frameworkId}/${taskId}`;
}

/** The executor need not keep the update any longer. */
export function acknowledgeToExecutor(
  turn: Turn,
  containerId: Parameters<Turn["sendEvent"]>[0],
  { task_id, uuid }: TaskStatus,
): void {
  if (uuid === undefined) return;
  turn.sendEvent(containerId, { type: "ACKNOWLEDGED", acknowledged: { task_id, uuid } });
}

/**
 * Sends an update to the master with the task's newest state in it, so that the master need not wait
 * for the updates between to free what an ended task used.
 */
function forward(turn: Turn, update: internal.StatusUpdate): void {
  const { state } = turn;
  const taskId = update.status.task_id.value as TaskId;
  const framework = state.frameworks.get(update.framework_id.value as FrameworkId);
  const executor = framework?.executorsByTask.get(taskId);
  const task = executor?.launchedTasks.get(taskId) ?? executor?.terminatedTasks.get(taskId);
  let sent = update;
  if (task !== undefined) {
    task.status_update_state = update.status.state;
    if (update.uuid !== undefined) task.status_update_uuid = update.uuid;
    sent = { ...update, latest_state: task.state };
  }
  turn.sendToMaster(internal.StatusUpdateMessage, {
    update: sent,
    pid: formatUpid(state.config.upid),
  });
}
