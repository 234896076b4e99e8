/** Records as rows, and rows as records. Pure; what the columns mean is in `history-tables.ts`. */

import { CodedError } from "@tavola/base";
import type { DeployHistory } from "../core/model/deploy-progress.ts";
import type { TaskState } from "../core/model/enums.ts";
import type { RequestHistory } from "../core/model/request.ts";
import type { TaskHistory, TaskIdHistory } from "../core/model/task.ts";
import type { DeployRow, RequestRow, TaskRow } from "./history-tables.ts";

export function taskRow(history: TaskHistory): TaskRow {
  const { taskId, taskRequest } = history.task;
  // The last that was told, whatever the clocks say: a master's answer to a question has a later time
  // than the end that was on its way meanwhile.
  const last = history.taskUpdates.at(-1);
  const { runId, cmdLineArgsList = [] } = taskRequest.pendingTask;
  return {
    task_id: taskId.id,
    request_id: taskId.requestId,
    deploy_id: taskId.deployId,
    run_id: runId ?? null,
    host: taskId.host,
    rack_id: taskId.rackId,
    instance_no: taskId.instanceNo,
    last_state: last?.taskState ?? null,
    started_at: taskId.startedAt,
    updated_at: last?.timestamp ?? taskId.startedAt,
    arguments: cmdLineArgsList.length === 0 ? null : JSON.stringify(cmdLineArgsList),
    json: JSON.stringify(history),
  };
}

/** What a list needs of a task's row. */
export type ListedTask = Omit<TaskRow, "arguments" | "json">;

export function taskIdHistory(row: ListedTask): TaskIdHistory {
  return {
    taskId: {
      requestId: row.request_id,
      deployId: row.deploy_id,
      startedAt: row.started_at,
      instanceNo: row.instance_no,
      host: row.host,
      rackId: row.rack_id,
      id: row.task_id,
    },
    updatedAt: row.updated_at,
    ...(row.last_state === null ? {} : { lastTaskState: row.last_state as TaskState }),
    ...(row.run_id === null ? {} : { runId: row.run_id }),
  };
}

export function requestRow(event: RequestHistory): RequestRow {
  return {
    request_id: event.request.id,
    created_at: event.createdAt,
    event_type: event.eventType,
    json: JSON.stringify(event),
  };
}

export function deployRow(history: DeployHistory): DeployRow {
  const { deployMarker, deployResult } = history;
  return {
    request_id: deployMarker.requestId,
    deploy_id: deployMarker.deployId,
    created_at: deployMarker.timestamp,
    summary: JSON.stringify({ deployMarker, deployResult }),
    json: JSON.stringify(history),
  };
}

/** Throws CORRUPT, naming what it was of. */
export function parseStored<T>(json: string, what: string): T {
  try {
    return JSON.parse(json) as T;
  } catch (cause) {
    const message = `the history of ${what} is damaged: it is not JSON; bring the database back from a backup, or remove that row`;
    throw new CodedError("CORRUPT", message, { what }, { cause });
  }
}

/** The last of those with the same key; a statement may not write one row twice. */
export function lastOfEach<T>(
  records: readonly T[] | undefined,
  keyOf: (record: T) => string,
): readonly T[] {
  return [...new Map((records ?? []).map((record) => [keyOf(record), record])).values()];
}
