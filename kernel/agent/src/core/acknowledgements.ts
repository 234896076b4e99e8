/**
 * A scheduler's acknowledgement of a status update has come: the next update may go, or the task is
 * over and done. Source: Slave::statusUpdateAcknowledgement.
 */

import { asId, type FrameworkId, type TaskId } from "@tavola/base";
import type { internal } from "@tavola/protocol";
import { removeExecutorIfDone } from "./executor-removal.ts";
import { completeTask, runAddressOf } from "./executors.ts";
import type { Turn } from "./turn.ts";
import { performStreamActions } from "./update-delivery.ts";

export function updateAcknowledged(
  turn: Turn,
  message: internal.StatusUpdateAcknowledgementMessage,
): void {
  const { state } = turn;
  if (state.phase !== "running") {
    turn.debug({}, "dropping an acknowledgement: the agent is not registered");
    return;
  }
  const frameworkId = asId<FrameworkId>(message.framework_id.value);
  const taskId = asId<TaskId>(message.task_id.value);
  const outcome = state.updates.acknowledged(frameworkId, taskId, message.uuid, turn.now);
  if (outcome.kind === "unexpected") {
    turn.debug(
      { task: taskId, framework: frameworkId },
      `ignoring an acknowledgement: ${outcome.reason}`,
    );
    return;
  }
  performStreamActions(turn, outcome.actions);
  if (outcome.kind === "advanced") return;
  const executor = state.frameworks.get(frameworkId)?.executorsByTask.get(taskId);
  if (executor === undefined) return;
  const isCompleted = completeTask(executor, taskId);
  // A command task's checkpoints go with those of its executor.
  if (isCompleted && executor.isCheckpointing && !executor.isGenerated) {
    turn.add({ kind: "retireTask", run: runAddressOf(state, executor), taskId });
  }
  removeExecutorIfDone(turn, executor);
}
