/**
 * RECONCILE: what the master knows of some tasks, or of all that are live.
 *
 *     task known                              -> its latest state
 *     agent recovered but not back            -> no answer yet
 *     agent has to report again               -> no answer yet
 *     agent disconnected                      -> no answer yet
 *     agent registered, task unknown          -> TASK_GONE
 *     agent unreachable                       -> TASK_UNREACHABLE
 *     agent gone                              -> TASK_GONE_BY_OPERATOR
 *     nothing known                           -> TASK_UNKNOWN
 *
 * Frameworks without PARTITION_AWARE hear TASK_LOST for the last four.
 *
 * Differs: of a disconnected agent Mesos says TASK_GONE, also of what runs on there and comes back with it.
 */

import { type AgentId, asId, type FrameworkId, later, type TaskId } from "@tavola/base";
import type { scheduler, TaskStatus } from "@tavola/protocol";
import { isPartitionAware } from "./framework-info.ts";
import { limits } from "./limits.ts";
import {
  forwardStatus,
  lastObservations,
  type MasterStatus,
  masterStatus,
} from "./master-status.ts";
import type { Framework, MasterState, Task } from "./state.ts";
import type { Turn } from "./turn.ts";

/**
 * Answered at once, but for the tail of a large one: that goes on after a pause, so that others get
 * their turn and the scheduler can read what it was told. PERF: O(tasks asked for), or O(tasks of the
 * framework) when none is named; a thousand in a turn.
 */
export function tasksReconciled(
  turn: Turn,
  framework: Framework,
  reconcile: scheduler.Call_Reconcile,
): void {
  turn.count("master/messages_reconcile_tasks");
  if (framework.stream === undefined) return;
  if (framework.questions.length >= limits.reconciliationsMax) {
    turn.warn("left a reconciliation unanswered: too many before it", {
      frameworkId: framework.id,
    });
    return;
  }
  const asked = reconcile.tasks ?? [];
  framework.questions.push({
    stream: framework.stream,
    tasks: asked.length > 0 ? asked.values() : liveTasks(framework),
  });
  // Who asks faster than it can be answered waits in its own line, not the others in theirs.
  if (framework.questions.length === 1) reconciliationDue(turn, framework.id);
}

function* liveTasks(framework: Framework): Generator<scheduler.Call_Reconcile_Task, void, void> {
  for (const { message } of framework.tasks.values()) {
    yield { task_id: message.task_id, agent_id: message.agent_id };
  }
}

/** The next answers. What was asked on a stream that is no more is not answered on another. */
export function reconciliationDue(turn: Turn, frameworkId: FrameworkId): void {
  const framework = turn.state.frameworks.get(frameworkId);
  if (framework === undefined) return;
  let left: number = limits.reconciledTasksPerTurn;
  for (let first = framework.questions[0]; first !== undefined; first = framework.questions[0]) {
    if (first.stream === framework.stream) {
      for (let next = first.tasks.next(); next.done !== true; next = first.tasks.next()) {
        reconcileTask(turn, framework, next.value);
        left -= 1;
        if (left === 0) {
          turn.wakeAt(`reconcile:${frameworkId}`, later(turn.now, limits.reconciliationPauseMs), {
            kind: "reconciliationDue",
            frameworkId,
          });
          return;
        }
      }
    }
    framework.questions.shift();
  }
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
  if (found === "pending") return false;
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

function findAgent(state: MasterState, id: AgentId | undefined): Finding | "pending" {
  const isPending =
    id === undefined
      ? state.recoveredAgents.size + state.askedToReport.size > 0
      : state.recoveredAgents.has(id) || state.askedToReport.has(id);
  if (isPending) return "pending";
  const agent = id && state.agents.get(id);
  if (agent?.connected === false) return "pending";
  if (agent !== undefined) {
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
