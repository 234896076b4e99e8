/**
 * Tasks that have ended, whether history has them already or they are still on their way to it.
 *
 * What is on its way is the newest, so lists begin with it; history is asked to leave it out.
 */

import { given } from "../core/given.ts";
import type { TaskHistory, TaskIdHistory } from "../core/model/task.ts";
import type { TaskRecord } from "../core/records.ts";
import type { SchedulerState } from "../core/state.ts";
import { taskHistoryOf } from "../core/tasks/task-history.ts";
import type {
  HistoryStore,
  OrderDirection,
  Slice,
  TaskHistoryQuery,
} from "../history/history-store.ts";
import { sliceBlended } from "./paging.ts";

export interface HistoryAccess {
  readonly state: SchedulerState;
  readonly context: { readonly history: HistoryStore };
}

export async function taskHistoryById(
  { state, context }: HistoryAccess,
  taskId: string,
): Promise<TaskHistory | undefined> {
  const task = state.records.task.get(taskId);
  return (
    (task && taskHistoryOf(state, task)) ??
    state.records.outboxTask.get(taskId) ??
    (await context.history.task(taskId))
  );
}

export function activeTaskHistory({
  taskId,
  updates,
  state,
  pendingTask,
}: TaskRecord): TaskIdHistory {
  return {
    taskId,
    updatedAt: updates.at(-1)?.timestamp ?? taskId.startedAt,
    lastTaskState: state,
    ...given({ runId: pendingTask.runId }),
  };
}

function endedTaskHistory({ task, taskUpdates }: TaskHistory): TaskIdHistory {
  const last = taskUpdates.at(-1);
  return {
    taskId: task.taskId,
    updatedAt: last?.timestamp ?? task.taskId.startedAt,
    ...given({
      lastTaskState: last?.taskState,
      runId: task.taskRequest.pendingTask.runId,
    }),
  };
}

export async function endedTasks(
  access: HistoryAccess,
  query: TaskHistoryQuery,
  slice: Slice,
  direction: OrderDirection = "DESC",
): Promise<readonly TaskIdHistory[]> {
  const here = onTheirWay(access.state, query);
  const elsewhere = { ...query, exceptTaskIds: here.map(({ taskId }) => taskId.id) };
  const there = (part: Slice) => access.context.history.tasks(elsewhere, part, direction);
  if (direction === "DESC") return sliceBlended({ here, there }, slice);
  // Oldest first: what is on its way comes last.
  const older = await there(slice);
  if (older.length === slice.limit) return older;
  const count = await access.context.history.countTasks(elsewhere);
  const from = Math.max(0, slice.offset - count);
  const newer = here.toReversed().slice(from, from + slice.limit - older.length);
  return [...older, ...newer];
}

export async function countEndedTasks(
  access: HistoryAccess,
  query: TaskHistoryQuery,
): Promise<number> {
  const here = onTheirWay(access.state, query);
  const exceptTaskIds = here.map(({ taskId }) => taskId.id);
  return here.length + (await access.context.history.countTasks({ ...query, exceptTaskIds }));
}

/** PERF: O(outbox), which is short unless the database is away. Latest first. */
function onTheirWay(state: SchedulerState, query: TaskHistoryQuery): readonly TaskIdHistory[] {
  return [...state.records.outboxTask.values()]
    .map(endedTaskHistory)
    .filter((task) => isMeant(task, query))
    .sort((a, b) => b.updatedAt - a.updatedAt);
}

function isMeant(
  { taskId, updatedAt, lastTaskState, runId }: TaskIdHistory,
  query: TaskHistoryQuery,
): boolean {
  return (
    is(query.requestId, taskId.requestId) &&
    is(query.deployId, taskId.deployId) &&
    is(query.runId, runId) &&
    is(query.host, taskId.host) &&
    is(query.lastTaskState, lastTaskState) &&
    isWithin(taskId.startedAt, query.startedAfter, query.startedBefore) &&
    isWithin(updatedAt, query.updatedAfter, query.updatedBefore)
  );
}

function is<T>(wanted: T | undefined, value: T | undefined): boolean {
  return wanted === undefined || wanted === value;
}

function isWithin(value: number, after: number | undefined, before: number | undefined): boolean {
  return (after === undefined || value > after) && (before === undefined || value < before);
}
