/**
 * An agent is given up for now: first the registry, then its tasks and frameworks.
 */

import type { AgentId } from "@tavola/base";
import { releaseAgent, tellAgentLost } from "./agent-removed.ts";
import { isPartitionAware } from "./framework-info.ts";
import { forwardStatus, masterStatus } from "./master-status.ts";
import type { Agent, Task } from "./state.ts";
import { removeTask, updateTask } from "./task-records.ts";
import type { Turn } from "./turn.ts";

/** Starts it, unless something else is under way for the agent. */
export function markUnreachable(turn: Turn, agent: Agent, reason: string): void {
  const { transitions } = turn.state;
  if (transitions.leaving.has(agent.id) || transitions.reregistering.has(agent.id)) return;
  turn.info("marking agent unreachable", { agentId: agent.id, reason });
  transitions.leaving.set(agent.id, "unreachable");
  turn.persist(
    { kind: "markAgentUnreachable", agentId: agent.id, at: turn.now },
    { kind: "agentMarkedUnreachable", agentId: agent.id, at: turn.now, reason },
  );
}

export function agentMarkedUnreachable(
  turn: Turn,
  { agentId, at, reason }: { agentId: AgentId; at: Turn["now"]; reason: string },
): void {
  const { state } = turn;
  state.transitions.leaving.delete(agentId);
  const agent = state.agents.get(agentId);
  if (agent === undefined) return;
  turn.count("master/slave_removals");
  turn.count("master/slave_removals/reason_unhealthy");
  releaseAgent(turn, agent);
  const tasks: Task[] = [];
  for (const ofFramework of [...agent.tasksByFramework.values()]) {
    for (const task of [...ofFramework.values()]) {
      tasks.push(task);
      loseSight(turn, agent, task, { at, reason });
    }
  }
  state.unreachableAgents.set(agentId, { id: agentId, since: at, tasks });
  tellAgentLost(turn, agentId);
  turn.info("agent is unreachable", { agentId, reason, tasks: tasks.length });
}

function loseSight(
  turn: Turn,
  agent: Agent,
  task: Task,
  { at, reason }: { readonly at: Turn["now"]; readonly reason: string },
): void {
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
