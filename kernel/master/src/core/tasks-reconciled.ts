/**
 * RECONCILE: what the master knows of some tasks, or of all that are live.
 *
 *     task known                              -> its latest state
 *     agent recovered but not back            -> no answer yet
 *     agent registered, task unknown          -> TASK_GONE
 *     agent unreachable                       -> TASK_UNREACHABLE
 *     agent gone                              -> TASK_GONE_BY_OPERATOR
 *     nothing known                           -> TASK_UNKNOWN
 *
 * Frameworks without PARTITION_AWARE hear TASK_LOST for the last four.
 */

import { type AgentId, asId, type TaskId } from "@tavola/base";
import type { scheduler, TaskStatus } from "@tavola/protocol";
import { isPartitionAware } from "./framework-info.ts";
import {
  forwardStatus,
  lastObservations,
  type MasterStatus,
  masterStatus,
} from "./master-status.ts";
import type { Framework, MasterState, Task } from "./state.ts";
import type { Turn } from "./turn.ts";

/** PERF: O(tasks asked for), or O(tasks of the framework) when none is named. */
export function tasksReconciled(
  turn: Turn,
  framework: Framework,
  reconcile: scheduler.Call_Reconcile,
): void {
  turn.count("master/messages_reconcile_tasks");
  const asked = reconcile.tasks ?? [];
  if (asked.length === 0) {
    for (const task of framework.tasks.values()) tellLatest(turn, framework, task);
  }
  for (const one of asked) reconcileTask(turn, framework, one);
}

/** False when nothing is said: the task's agent may still come back. */
export function reconcileTask(
  turn: Turn,
  framework: Framework,
  { task_id: id, agent_id: agentId }: scheduler.Call_Reconcile_Task,
): boolean {
  const task = framework.tasks.get(asId<TaskId>(id.value));
  if (task !== undefined) {
    tellLatest(turn, framework, task);
    return true;
  }
  const found = findAgent(
    turn.state,
    agentId === undefined ? undefined : asId<AgentId>(agentId.value),
  );
  if (found === "recovered") return false;
  const status = masterStatus(turn, {
    taskId: id.value,
    agentId: agentId?.value,
    reason: "REASON_RECONCILIATION",
    ...found,
    ...(!isPartitionAware(framework) && { state: "TASK_LOST" }),
  });
  forwardStatus(turn, framework, status);
  return true;
}

type Finding = Pick<MasterStatus, "state" | "message" | "unreachableSince">;

function findAgent(state: MasterState, id: AgentId | undefined): Finding | "recovered" {
  const isPending =
    id === undefined ? state.recoveredAgents.size > 0 : state.recoveredAgents.has(id);
  if (isPending) return "recovered";
  if (id !== undefined && state.agents.has(id)) {
    return { state: "TASK_GONE", message: "Reconciliation: Task is unknown to the agent" };
  }
  const unreachable = id && state.unreachableAgents.get(id);
  if (unreachable) {
    return {
      state: "TASK_UNREACHABLE",
      message: "Reconciliation: Task is unreachable",
      unreachableSince: unreachable.since,
    };
  }
  if (id !== undefined && state.goneAgents.has(id)) {
    return { state: "TASK_GONE_BY_OPERATOR", message: "Reconciliation: Task is gone" };
  }
  return { state: "TASK_UNKNOWN", message: "Reconciliation: Task is unknown" };
}

function tellLatest(turn: Turn, framework: Framework, task: Task): void {
  const latest: TaskStatus = {
    ...masterStatus(turn, {
      taskId: task.id,
      agentId: task.agentId,
      state: task.message.status_update_state ?? task.message.state,
      reason: "REASON_RECONCILIATION",
      message: "Reconciliation: Latest task state",
    }),
    ...lastObservations(task),
  };
  forwardStatus(turn, framework, latest, task.executorId);
}
