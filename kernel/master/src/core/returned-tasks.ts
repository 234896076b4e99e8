/**
 * Tasks that an agent brings back after they were given up: it was unreachable, or its connection had
 * broken. Their frameworks hear that they run on.
 */

import type { FrameworkId, TaskId } from "@tavola/base";
import { isTerminal } from "@tavola/protocol";
import { forwardStatus, lastObservations, masterStatus } from "./master-status.ts";
import type { Framework, Task } from "./state.ts";
import { forgetUnreachableTask } from "./task-records.ts";
import type { Turn } from "./turn.ts";

/**
 * Returns those of `tasks` that are taken back; `message` says why to their frameworks. PERF: O(tasks),
 * and once O(completed tasks) for each framework among them.
 */
export function takeBackTasks(turn: Turn, tasks: readonly Task[], message: string): Task[] {
  const taken: Task[] = [];
  for (const [frameworkId, own] of byFramework(tasks)) {
    const framework = turn.state.frameworks.get(frameworkId);
    if (framework === undefined) {
      taken.push(...own.values());
      continue;
    }
    dropCompleted(turn, framework, own);
    for (const task of own.values()) {
      announce(turn, framework, task, message);
      taken.push(task);
    }
  }
  return taken;
}

function byFramework(tasks: readonly Task[]): ReadonlyMap<FrameworkId, Map<TaskId, Task>> {
  const groups = new Map<FrameworkId, Map<TaskId, Task>>();
  for (const task of tasks) {
    const group = groups.get(task.frameworkId);
    if (group !== undefined) group.set(task.id, task);
    else groups.set(task.frameworkId, new Map([[task.id, task]]));
  }
  return groups;
}

/**
 * What was declared over while it was away is not over: it must not be in both memories. But of what
 * the agent itself said that it ended, a report that it lives is an old one.
 */
function dropCompleted(turn: Turn, framework: Framework, own: Map<TaskId, Task>): void {
  for (const completed of framework.completedTasks) {
    const task = own.get(completed.id);
    if (task === undefined) continue;
    const isOld =
      completed.agentId === task.agentId &&
      !isTerminal(task.message.state) &&
      !framework.unreachableTasks.has(task.id) &&
      completed.message.statuses.at(-1)?.source !== "SOURCE_MASTER";
    if (isOld) {
      own.delete(task.id);
      turn.warn("ignored an old report of a task that has ended", {
        frameworkId: framework.id,
        taskId: task.id,
        agentId: task.agentId,
      });
    } else {
      framework.completedTasks.delete(completed);
    }
  }
}

function announce(turn: Turn, framework: Framework, task: Task, message: string): void {
  const before = framework.unreachableTasks.get(task.id);
  if (before?.agentId === task.agentId && before.kill !== undefined) {
    task.kill = { ...before.kill, sent: false };
  }
  forgetUnreachableTask(turn, framework, task.id);
  const status = masterStatus(turn, {
    taskId: task.id,
    agentId: task.agentId,
    state: task.message.state,
    reason: "REASON_AGENT_REREGISTERED",
    message,
  });
  forwardStatus(turn, framework, { ...status, ...lastObservations(task) }, task.executorId);
}
