/**
 * Executors that an agent does not name when it reregisters, while tasks of theirs may be on their way to
 * it. Such an executor keeps what it was promised until it is known whether one of those tasks started it:
 *
 *     the agent never knew any of them      -> it was never there
 *     something was heard of one            -> while one lives, it is there; after the last, the agent is
 *                                              asked to reregister, which names what is there
 *
 * What is heard proves little: an agent repeats what executors said that died with its machine.
 *
 * Differs: Mesos strikes them at once, and offers what they use to others until the task arrives.
 */

import type { ExecutorId, FrameworkId } from "@tavola/base";
import { isTerminal, type TaskStatus } from "@tavola/protocol";
import { removeExecutor } from "./executor-records.ts";
import { askToReport } from "./report-asked.ts";
import type { Agent, Task } from "./state.ts";
import type { Turn } from "./turn.ts";

/** False when none of its tasks may yet arrive: it is not there. */
export function awaitExecutor(
  agent: Agent,
  frameworkId: FrameworkId,
  executorId: ExecutorId,
  mayArrive: (task: Task) => boolean,
): boolean {
  if (!liveTasks(agent, frameworkId, executorId).some(mayArrive)) return false;
  const ofFramework = agent.executorsAwaited.get(frameworkId) ?? new Map();
  agent.executorsAwaited.set(frameworkId, ofFramework.set(executorId, { isInDoubt: false }));
  return true;
}

/** After an update of a task. PERF: O(1) when nothing is awaited, as nearly always. */
export function settleExecutor(turn: Turn, agent: Agent, task: Task, status: TaskStatus): void {
  const { frameworkId, executorId } = task;
  if (executorId === undefined) return;
  const awaited = agent.executorsAwaited.get(frameworkId)?.get(executorId);
  if (awaited === undefined) return;
  if (!neverArrived(status)) awaited.isInDoubt = true;
  if (liveTasks(agent, frameworkId, executorId).length > 0) return;
  if (awaited.isInDoubt) askToReport(turn, agent);
  else removeExecutor(turn, agent, frameworkId, executorId);
}

/** The agent's answer to the question for a task that it does not know. */
function neverArrived({ source, state, reason }: TaskStatus): boolean {
  if (source !== "SOURCE_AGENT" || reason !== "REASON_RECONCILIATION") return false;
  return state === "TASK_DROPPED" || state === "TASK_LOST";
}

function liveTasks(agent: Agent, frameworkId: FrameworkId, executorId: ExecutorId): Task[] {
  return [...(agent.tasksByFramework.get(frameworkId)?.values() ?? [])].filter(
    (task) => task.executorId === executorId && !isTerminal(task.message.state),
  );
}
