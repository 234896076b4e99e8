/**
 * Tasks that were declared lost when an agent's connection broke, and are alive after all: only the
 * network was away, and the agent reports them when it comes back.
 *
 * Differs: Mesos leaves them running unseen, and offers what they use to others.
 */

import { asId, type ExecutorId, type FrameworkId } from "@tavola/base";
import { type ExecutorInfo, type internal, isTerminal } from "@tavola/protocol";
import { acceptableExecutors, acceptableTasks } from "./agent-readmitted.ts";
import { applyEarlyKill } from "./early-kills.ts";
import { addExecutorToAgent, addExecutorToFramework, findExecutor } from "./executor-records.ts";
import { rescindOffer } from "./offer-records.ts";
import { takeBackTasks } from "./returned-tasks.ts";
import type { Agent, Task } from "./state.ts";
import { addTask } from "./task-records.ts";
import type { Turn } from "./turn.ts";

export function readoptTasks(
  turn: Turn,
  agent: Agent,
  message: internal.ReregisterSlaveMessage,
): void {
  const unknown = acceptableTasks(turn, message).filter((task) => isUnknown(agent, task));
  const tasks = takeBackTasks(turn, unknown, "Agent reregistered");
  const executors = acceptableExecutors(turn, message).filter(
    (info) => findExecutor(agent, frameworkIdOf(info), executorIdOf(info)) === undefined,
  );
  if (tasks.length === 0 && executors.length === 0) return;
  for (const offer of [...agent.offers]) rescindOffer(turn, offer);
  turn.allocator.agentRemoved(agent.id);
  for (const info of executors) {
    addExecutorToAgent(agent, frameworkIdOf(info), info);
    const framework = turn.state.frameworks.get(frameworkIdOf(info));
    if (framework !== undefined) addExecutorToFramework(turn, framework, agent, info);
  }
  for (const task of tasks) {
    applyEarlyKill(turn.state, task);
    addTask(turn, task, agent, turn.state.frameworks.get(task.frameworkId));
  }
  turn.allocator.agentAdded(agent.id, {
    total: agent.totalResources,
    used: agent.usedByFramework,
    capabilities: agent.capabilities,
  });
  if (!agent.active) turn.allocator.agentDeactivated(agent.id);
}

/** A terminal one is left out: its end is on its way, or was acknowledged while this was sent. */
function isUnknown(agent: Agent, task: Task): boolean {
  if (isTerminal(task.message.state)) return false;
  return agent.tasksByFramework.get(task.frameworkId)?.has(task.id) !== true;
}

function frameworkIdOf(info: ExecutorInfo): FrameworkId {
  return asId<FrameworkId>(info.framework_id?.value ?? "");
}

function executorIdOf(info: ExecutorInfo): ExecutorId {
  return asId<ExecutorId>(info.executor_id.value);
}
