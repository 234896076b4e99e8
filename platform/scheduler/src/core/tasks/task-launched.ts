/**
 * A pending task has been given a place: from here on there is a task.
 *
 * The record is durable before the master hears of it. A scheduler that dies in between finds a task
 * that the master does not know, hears so by reconciliation, and starts another in its place.
 */

import { InvariantViolation } from "@tavola/base";
import type { TaskResources } from "../model/deploy.ts";
import type { PendingTask, TaskId } from "../model/task.ts";
import { createTaskId } from "../model/task-id.ts";
import type { TaskRecord } from "../records.ts";
import type { Turn } from "../turn.ts";
import { dueAt } from "./due-plans.ts";
import { addUpdate } from "./task-updates.ts";

export interface Place {
  readonly pendingTask: PendingTask;
  readonly agentId: string;
  readonly hostname: string;
  readonly rackId: string;
  readonly offerIds: readonly string[];
  readonly ports: readonly number[];
  readonly resources: TaskResources;
  readonly role?: string;
}

/** Puts the task, takes the plan away. The caller adds the `launch` effect with all tasks of the agent. */
export function taskLaunched(turn: Turn, place: Place): TaskRecord {
  const { pendingTask, rackId, ...given } = place;
  const taskId = unusedTaskId(turn, place);
  const record: TaskRecord = {
    ...given,
    taskId,
    pendingTask,
    state: "TASK_LAUNCHED",
    updates: [],
  };
  const launched = addUpdate(turn, record, {
    taskId,
    timestamp: turn.now,
    taskState: "TASK_LAUNCHED",
    statusMessage: `on ${place.hostname}, waited ${waitedMs(turn, pendingTask)} ms`,
  });
  turn.put("task", taskId.id, launched);
  turn.remove("pendingTask", pendingTask.pendingTaskId.id);
  turn.dirty(taskId.requestId);
  return launched;
}

/** The id holds the time of its start: two in one millisecond are told apart by counting it on. */
function unusedTaskId(turn: Turn, { pendingTask, hostname, rackId }: Place): TaskId {
  const { requestId, deployId, instanceNo } = pendingTask.pendingTaskId;
  const { commonHostnameSuffixToOmit } = turn.config;
  const first = Math.floor(turn.now);
  for (let startedAt = first; startedAt < first + 1000; startedAt += 1) {
    const parts = { requestId, deployId, startedAt, instanceNo, host: hostname, rackId };
    const taskId = createTaskId(parts, commonHostnameSuffixToOmit);
    if (
      turn.get("task", taskId.id) === undefined &&
      turn.get("outboxTask", taskId.id) === undefined
    ) {
      return taskId;
    }
  }
  throw new InvariantViolation(
    `no free task id of ${requestId} instance ${instanceNo} within a second`,
  );
}

function waitedMs(turn: Turn, pending: PendingTask): number {
  return Math.max(0, Math.floor(turn.now - dueAt(turn.state, pending)));
}
