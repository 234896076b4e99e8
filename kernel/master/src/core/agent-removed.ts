/**
 * An agent leaves for good: it unregisters, or another one registers at its address. First the
 * registry, then its tasks and frameworks. (Unreachable and gone agents have files of their own;
 * what all three have in common is here.)
 */

import type { AgentId } from "@tavola/base";
import type { internal } from "@tavola/protocol";
import { pingKey, reregisterTimerKey } from "./agent-records.ts";
import { endEarlyKills, reportNoLonger } from "./early-kills.ts";
import { removeExecutors } from "./executor-records.ts";
import { isConnected } from "./framework-info.ts";
import { forwardStatus, masterStatus } from "./master-status.ts";
import { rescindOffer } from "./offer-records.ts";
import { cancelRemovals } from "./removal-canceled.ts";
import type { Agent } from "./state.ts";
import { removeTask, updateTask } from "./task-records.ts";
import type { Turn } from "./turn.ts";

export function agentUnregistered(
  turn: Turn,
  from: string,
  message: internal.UnregisterSlaveMessage,
): void {
  turn.count("master/messages_unregister_slave");
  const agent = turn.state.agentByPid.get(from);
  if (agent?.id !== message.slave_id.value) return;
  removeAgent(turn, agent, "the agent unregistered", "unregistered");
}

/** Starts it, unless something else is under way for the agent. */
export function removeAgent(
  turn: Turn,
  agent: Agent,
  reason: string,
  kind: "registered" | "unregistered",
): void {
  const { leaving } = turn.state.transitions;
  if (leaving.has(agent.id)) return;
  turn.info("removing agent", { agentId: agent.id, reason });
  leaving.set(agent.id, "removed");
  turn.persist(
    { kind: "removeAgent", agentId: agent.id },
    { kind: "agentRemoved", agentId: agent.id, reason, cause: kind },
  );
}

export function agentRemoved(
  turn: Turn,
  about: { agentId: AgentId; reason: string; cause: "registered" | "unregistered" },
): void {
  const { state } = turn;
  state.transitions.leaving.delete(about.agentId);
  state.agentUses.delete(about.agentId);
  const agent = state.agents.get(about.agentId);
  if (agent === undefined) return;
  turn.count("master/slave_removals");
  turn.count(`master/slave_removals/reason_${about.cause}`);
  releaseAgent(turn, agent);
  endEarlyKills(state);
  for (const ofFramework of [...agent.tasksByFramework.values()]) {
    for (const task of [...ofFramework.values()]) {
      const status = masterStatus(turn, {
        taskId: task.id,
        agentId: agent.id,
        state: "TASK_LOST",
        reason: "REASON_AGENT_REMOVED",
        message: `Agent ${agent.info.hostname} removed: ${about.reason}`,
      });
      updateTask(turn, task, { status });
      removeTask(turn, task, agent, "completed");
      const framework = state.frameworks.get(task.frameworkId);
      if (framework !== undefined) forwardStatus(turn, framework, status, task.executorId);
    }
  }
  tellAgentLost(turn, agent.id);
  turn.publish({ type: "AGENT_REMOVED", agentId: agent.id });
  turn.info("agent removed", { agentId: agent.id, reason: about.reason });
}

/**
 * Out of every index but its tasks, which the caller ends in its own way. The allocator forgets it
 * first, so that nothing of it is offered again.
 */
export function releaseAgent(turn: Turn, agent: Agent): void {
  const { state } = turn;
  for (const offer of [...agent.offers]) rescindOffer(turn, offer);
  turn.allocator.agentRemoved(agent.id);
  for (const frameworkId of [...agent.executorsByFramework.keys()]) {
    removeExecutors(turn, agent, frameworkId);
  }
  state.agents.delete(agent.id);
  if (state.agentByPid.get(agent.pid) === agent) state.agentByPid.delete(agent.pid);
  state.removedAgents.set(agent.id, true);
  cancelRemovals(turn, agent.id);
  reportNoLonger(state, agent.id);
  turn.cancelWake(pingKey(agent.id));
  turn.cancelWake(reregisterTimerKey(agent.id));
  turn.effects.push({ kind: "unlink", pid: agent.pid });
}

/** Every connected framework hears of it. PERF: O(frameworks), once per lost agent. */
export function tellAgentLost(turn: Turn, agentId: AgentId): void {
  const event = { type: "FAILURE", failure: { agent_id: { value: agentId } } } as const;
  for (const framework of turn.state.frameworks.values()) {
    if (isConnected(framework)) turn.sendEvent(framework, event);
  }
}
