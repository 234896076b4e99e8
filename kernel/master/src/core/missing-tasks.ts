/**
 * What the master believes an agent runs and the agent does not name when it comes back: a launch that
 * never arrived, or is on its way. The agent is asked after each such task, and answers with an update.
 */

import type { AgentId } from "@tavola/base";
import type { ExecutorInfo, internal, TaskState, TaskStatus } from "@tavola/protocol";
import { masterStatus } from "./master-status.ts";
import type { Agent, MasterState, Task } from "./state.ts";
import { taskOfMessage } from "./task-records.ts";
import type { Turn } from "./turn.ts";

export function reportedTasksOf(message: internal.ReregisterSlaveMessage): ReadonlySet<string> {
  return new Set(
    (message.tasks ?? []).map((task) => keyOf(task.framework_id.value, task.task_id.value)),
  );
}

export function reportedExecutorsOf(message: internal.ReregisterSlaveMessage): ReadonlySet<string> {
  return new Set(
    (message.executor_infos ?? []).map((executor) =>
      keyOf(executor.framework_id?.value ?? "", executor.executor_id.value),
    ),
  );
}

export function keyOf(frameworkId: string, id: string): string {
  return `${frameworkId}\n${id}`;
}

/** For the answer to `message`. PERF: O(tasks of the agent). */
export function questionsFor(
  turn: Turn,
  agent: Agent,
  message: internal.ReregisterSlaveMessage,
): internal.ReconcileTasksMessage[] {
  const reported = reportedTasksOf(message);
  const questions: internal.ReconcileTasksMessage[] = [];
  for (const [frameworkId, tasks] of agent.tasksByFramework) {
    const statuses: TaskStatus[] = [];
    for (const task of tasks.values()) {
      if (reported.has(keyOf(frameworkId, task.id))) continue;
      statuses.push(
        masterStatus(turn, {
          taskId: task.id,
          agentId: agent.id,
          state: task.message.status_update_state ?? task.message.state,
          reason: "REASON_RECONCILIATION",
          message: "Reconciliation request",
        }),
      );
    }
    const framework = turn.state.frameworks.get(frameworkId);
    if (statuses.length === 0 || framework === undefined) continue;
    questions.push({
      framework_id: { value: frameworkId },
      statuses,
      framework: framework.info,
    });
  }
  return questions;
}

/**
 * Of an unreachable agent that comes back to the master that launched tasks on it: those that it does not
 * name, with their executors. They are taken back into the books until the agent has answered for them.
 *
 * Differs: for Mesos they stay unreachable, what they were promised is offered to others, and one that
 * arrives after all runs unseen.
 */
export function missedSinceUnreachable(
  { state }: Turn,
  agentId: AgentId,
  message: internal.ReregisterSlaveMessage,
): { readonly tasks: Task[]; readonly executors: ExecutorInfo[] } {
  const away = state.unreachableAgents.get(agentId);
  const missed: Task[] = [];
  if (away === undefined || away.statesBefore.size === 0) return { tasks: missed, executors: [] };
  const reported = reportedTasksOf(message);
  for (const [task, before] of away.statesBefore) {
    if (reported.has(keyOf(task.frameworkId, task.id)) || !isMissed(state, task)) continue;
    missed.push(takenBack(task, before));
  }
  const reportedExecutors = reportedExecutorsOf(message);
  const needed = new Set(missed.map((task) => keyOf(task.frameworkId, task.executorId ?? "")));
  const executors = away.executors.filter((executor) => {
    const key = keyOf(executor.framework_id?.value ?? "", executor.executor_id.value);
    return needed.has(key) && !reportedExecutors.has(key);
  });
  return { tasks: missed, executors };
}

/** Still remembered as unreachable, and its id not used for another since. */
function isMissed({ frameworks }: MasterState, task: Task): boolean {
  const framework = frameworks.get(task.frameworkId);
  return framework?.unreachableTasks.get(task.id) === task && !framework.tasks.has(task.id);
}

function takenBack({ message, resources, kill, earlierUpdates }: Task, state: TaskState): Task {
  const task = taskOfMessage({ ...message, state }, resources);
  task.kill = kill && { ...kill, sent: false };
  task.earlierUpdates = earlierUpdates;
  return task;
}
