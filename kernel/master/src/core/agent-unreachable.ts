/**
 * An agent is given up for now: first the registry, then its tasks and frameworks.
 */

import type { AgentId, Instant } from "@tavola/base";
import { type ExecutorInfo, isTerminal, type TaskState } from "@tavola/protocol";
import { releaseAgent, tellAgentLost } from "./agent-removed.ts";
import { expectNoLonger } from "./early-kills.ts";
import { isPartitionAware } from "./framework-info.ts";
import { forwardStatus, masterStatus } from "./master-status.ts";
import type { Agent, Task } from "./state.ts";
import { removeTask, updateTask } from "./task-records.ts";
import type { Turn } from "./turn.ts";

/**
 * Starts it, for a registered agent or one that was expected back. False: it is neither (any more), or
 * something else is under way for it.
 */
export function markUnreachable(turn: Turn, agentId: AgentId, reason: string): boolean {
  const { agents, recoveredAgents, transitions } = turn.state;
  if (!agents.has(agentId) && !recoveredAgents.has(agentId)) return false;
  if (transitions.leaving.has(agentId) || transitions.reregistering.has(agentId)) return false;
  turn.info("marking agent unreachable", { agentId, reason });
  transitions.leaving.set(agentId, "unreachable");
  turn.persist(
    { kind: "markAgentUnreachable", agentId, at: turn.now },
    { kind: "agentMarkedUnreachable", agentId, at: turn.now, reason },
  );
  return true;
}

export function agentMarkedUnreachable(
  turn: Turn,
  { agentId, at, reason }: { agentId: AgentId; at: Turn["now"]; reason: string },
): void {
  const { state } = turn;
  state.transitions.leaving.delete(agentId);
  const agent = state.agents.get(agentId);
  turn.count("master/slave_removals");
  turn.count("master/slave_removals/reason_unhealthy");
  const executors = agent === undefined ? [] : executorsOf(agent);
  const statesBefore = new Map(agent === undefined ? [] : liveStatesOf(agent));
  const tasks = agent === undefined ? [] : loseTasks(turn, agent, { at, reason });
  state.unreachableAgents.set(agentId, {
    id: agentId,
    since: at,
    tasks,
    statesBefore,
    executors,
    isFromRegistry: agent === undefined,
  });
  // Nobody knows what an agent ran that did not come back: whoever misses a task asks for it.
  if (expectNoLonger(state, agentId)) turn.count("master/recovery_slave_removals");
  tellAgentLost(turn, agentId);
  turn.info("agent is unreachable", { agentId, reason, tasks: tasks.length });
}

function executorsOf({ executorsByFramework }: Agent): ExecutorInfo[] {
  return [...executorsByFramework].flatMap(([id, executors]) =>
    Array.from(executors.values(), (info) => ({ ...info, framework_id: { value: id } })),
  );
}

function* liveStatesOf({ tasksByFramework }: Agent): Generator<[Task, TaskState]> {
  for (const tasks of tasksByFramework.values()) {
    for (const task of tasks.values()) {
      if (!isTerminal(task.message.state)) yield [task, task.message.state];
    }
  }
}

interface Loss {
  readonly at: Instant;
  readonly reason: string;
}

function loseTasks(turn: Turn, agent: Agent, loss: Loss): Task[] {
  releaseAgent(turn, agent);
  const tasks: Task[] = [];
  for (const ofFramework of [...agent.tasksByFramework.values()]) {
    for (const task of [...ofFramework.values()]) {
      tasks.push(task);
      loseSight(turn, agent, task, loss);
    }
  }
  return tasks;
}

function loseSight(turn: Turn, agent: Agent, task: Task, { at, reason }: Loss): void {
  const framework = turn.state.frameworks.get(task.frameworkId);
  const status = masterStatus(turn, {
    taskId: task.id,
    agentId: agent.id,
    state: framework && isPartitionAware(framework) ? "TASK_UNREACHABLE" : "TASK_LOST",
    reason: "REASON_AGENT_REMOVED",
    message: reason,
    unreachableSince: at,
  });
  updateTask(turn, task, { status });
  removeTask(turn, task, agent, "unreachable");
  if (framework !== undefined) forwardStatus(turn, framework, status, task.executorId);
}
