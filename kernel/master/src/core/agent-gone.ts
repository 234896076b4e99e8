/**
 * An operator declares an agent gone: it will never come back, and its tasks are over.
 */

import type { AgentId } from "@tavola/base";
import { internal } from "@tavola/protocol";
import { releaseAgent, tellAgentLost } from "./agent-removed.ts";
import { endEarlyKills, expectNoLonger } from "./early-kills.ts";
import type { Ticket } from "./effects.ts";
import { isPartitionAware } from "./framework-info.ts";
import { forwardStatus, masterStatus } from "./master-status.ts";
import { cancelRemovals } from "./removal-canceled.ts";
import type { Agent, Framework, Task } from "./state.ts";
import { completeTask, removeTask, updateTask } from "./task-records.ts";
import type { Turn } from "./turn.ts";

const goneMessage = "Agent has been marked gone";

/** 200 once durable, also when it is gone already; 503 while it changes; 404 for a stranger. */
export function markAgentGoneAsked(turn: Turn, agentId: AgentId, ticket: Ticket): void {
  const { state } = turn;
  if (state.goneAgents.has(agentId)) {
    turn.reply(ticket, { status: 200 });
    return;
  }
  const isKnown =
    state.agents.has(agentId) ||
    state.recoveredAgents.has(agentId) ||
    state.unreachableAgents.has(agentId);
  if (!isKnown) {
    turn.reply(ticket, { status: 404, message: "Agent not found" });
    return;
  }
  const { leaving, reregistering } = state.transitions;
  if (leaving.has(agentId) || reregistering.has(agentId)) {
    turn.reply(ticket, {
      status: 503,
      message: `Agent ${agentId} is in transition; try again`,
    });
    return;
  }
  leaving.set(agentId, "gone");
  turn.persist(
    { kind: "markAgentGone", agentId, at: turn.now },
    { kind: "agentMarkedGone", agentId, at: turn.now, ticket },
  );
}

export function agentMarkedGone(
  turn: Turn,
  { agentId, at, ticket }: { agentId: AgentId; at: Turn["now"]; ticket: Ticket },
): void {
  const { state } = turn;
  state.transitions.leaving.delete(agentId);
  state.goneAgents.set(agentId, { id: agentId, since: at });
  expectNoLonger(state, agentId);
  state.agentUses.delete(agentId);
  cancelRemovals(turn, agentId);
  const agent = state.agents.get(agentId);
  if (agent !== undefined) endAgent(turn, agent);
  else endUnreachableAgent(turn, agentId);
  turn.info("agent is gone", { agentId });
  turn.reply(ticket, { status: 200 });
}

function endAgent(turn: Turn, agent: Agent): void {
  turn.sendToAgent(agent, internal.ShutdownMessage, { message: goneMessage });
  releaseAgent(turn, agent);
  endEarlyKills(turn.state);
  for (const ofFramework of [...agent.tasksByFramework.values()]) {
    for (const task of [...ofFramework.values()]) {
      const framework = turn.state.frameworks.get(task.frameworkId);
      endTask(turn, framework, task);
      removeTask(turn, task, agent, "completed");
    }
  }
  tellAgentLost(turn, agent.id);
}

function endUnreachableAgent(turn: Turn, agentId: AgentId): void {
  const { state } = turn;
  const tasks = state.unreachableAgents.get(agentId)?.tasks ?? [];
  state.unreachableAgents.delete(agentId);
  endEarlyKills(state);
  for (const task of tasks) {
    const framework = state.frameworks.get(task.frameworkId);
    if (framework?.unreachableTasks.get(task.id) !== task) continue;
    endTask(turn, framework, task);
    framework.unreachableTasks.delete(task.id);
    completeTask(turn, framework, task);
  }
}

function endTask(turn: Turn, framework: Framework | undefined, task: Task): void {
  const isAware = framework !== undefined && isPartitionAware(framework);
  const status = masterStatus(turn, {
    taskId: task.id,
    agentId: task.agentId,
    state: isAware ? "TASK_GONE_BY_OPERATOR" : "TASK_LOST",
    reason: isAware ? "REASON_AGENT_REMOVED_BY_OPERATOR" : "REASON_AGENT_REMOVED",
    message: goneMessage,
  });
  updateTask(turn, task, { status });
  if (framework !== undefined) forwardStatus(turn, framework, status, task.executorId);
}
