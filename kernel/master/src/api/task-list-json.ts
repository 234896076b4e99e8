/**
 * The answer of `/tasks`: a page of all tasks, newest first.
 *
 * The order is that of each task's first status; a task without one counts as the oldest.
 */

import type { MasterState, Task } from "../core/state.ts";
import type { Bytes } from "./byte-rope.ts";
import { listRope, objectRope } from "./json-rope.ts";
import { taskListsOf } from "./state-summary-json.ts";
import { taskJson } from "./task-json.ts";

export interface TaskQuery {
  /** Default 100. */
  readonly limit: number;
  readonly offset: number;
  readonly order: "ascending" | "descending";
  readonly frameworkId: string | undefined;
  readonly taskId: string | undefined;
}

const defaultLimit = 100;

/** What is no whole number counts as absent; an unknown order is descending. Never refuses. */
export function parseTaskQuery(query: URLSearchParams): TaskQuery {
  return {
    limit: parseCount(query.get("limit")) ?? defaultLimit,
    offset: parseCount(query.get("offset")) ?? 0,
    order: query.get("order") === "asc" ? "ascending" : "descending",
    frameworkId: query.get("framework_id") ?? undefined,
    taskId: query.get("task_id") ?? undefined,
  };
}

/** Differs: a negative number counts as absent (in Mesos it wraps around to a huge one). */
function parseCount(text: string | null): number | undefined {
  if (text === null || !/^\+?\d+$/.test(text.trim())) return undefined;
  const count = Number(text);
  return count <= 2 ** 31 - 1 ? count : undefined;
}

/** PERF: O(tasks log tasks) unless a framework is named. */
export function taskListJson(state: MasterState, query: TaskQuery): Bytes {
  const tasks = matching(state, query);
  if (query.order === "ascending") tasks.sort((a, b) => startOf(a) - startOf(b));
  else tasks.sort((a, b) => startOf(b) - startOf(a));
  const page = tasks.slice(query.offset, query.offset + query.limit);
  return objectRope({ tasks: listRope(page.map(taskJson)) });
}

function matching(state: MasterState, { frameworkId, taskId }: TaskQuery): Task[] {
  const tasks: Task[] = [];
  for (const frameworks of [state.frameworks.values(), state.completedFrameworks.values()]) {
    for (const framework of frameworks) {
      if (frameworkId !== undefined && framework.id !== frameworkId) continue;
      for (const list of taskListsOf(framework)) {
        for (const task of list) {
          if (taskId === undefined || task.id === taskId) tasks.push(task);
        }
      }
    }
  }
  return tasks;
}

function startOf({ message }: Task): number {
  return message.statuses[0]?.timestamp ?? 0;
}
