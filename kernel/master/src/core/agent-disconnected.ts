/**
 * The connection to an agent breaks. It keeps its tasks and gets no offers, until it reregisters or
 * stays away too long; frameworks that do not checkpoint lose what they had there at once.
 */

import { type AgentId, later } from "@tavola/base";
import { reregisterTimerKey } from "./agent-records.ts";
import { scheduleRemoval } from "./agent-removals.ts";
import { removeExecutors } from "./executor-records.ts";
import { doubtKills } from "./kills-repeated.ts";
import { forwardStatus, masterStatus } from "./master-status.ts";
import { rescindOffer } from "./offer-records.ts";
import type { Agent, Framework } from "./state.ts";
import { removeTask, updateTask } from "./task-records.ts";
import type { Turn } from "./turn.ts";

export function agentExited(turn: Turn, pid: string): void {
  const agent = turn.state.agentByPid.get(pid);
  if (agent === undefined || !agent.connected) return;
  turn.info("agent disconnected", { agentId: agent.id, pid });
  agent.connected = false;
  doubtKills(agent);
  deactivateAgent(turn, agent);
  const frameworkIds = new Set([
    ...agent.tasksByFramework.keys(),
    ...agent.executorsByFramework.keys(),
  ]);
  for (const id of frameworkIds) {
    const framework = turn.state.frameworks.get(id);
    if (framework !== undefined && framework.info.checkpoint !== true) {
      loseFramework(turn, agent, framework);
    }
  }
  turn.wakeAt(
    reregisterTimerKey(agent.id),
    later(turn.now, turn.state.config.agentReregisterTimeoutMs),
    { kind: "agentReregisterTimedOut", agentId: agent.id },
  );
}

function deactivateAgent(turn: Turn, agent: Agent): void {
  agent.active = false;
  turn.allocator.agentDeactivated(agent.id);
  for (const offer of [...agent.offers]) rescindOffer(turn, offer);
}

/** Its executors die with their agent: the tasks are lost. */
function loseFramework(turn: Turn, agent: Agent, framework: Framework): void {
  for (const task of [...(agent.tasksByFramework.get(framework.id)?.values() ?? [])]) {
    const status = masterStatus(turn, {
      taskId: task.id,
      agentId: agent.id,
      state: "TASK_LOST",
      reason: "REASON_AGENT_DISCONNECTED",
      message: `Agent ${agent.info.hostname} disconnected`,
    });
    updateTask(turn, task, { status });
    removeTask(turn, task, agent, "completed");
    forwardStatus(turn, framework, status, task.executorId);
  }
  removeExecutors(turn, agent, framework.id);
}

export function agentReregisterTimedOut(turn: Turn, agentId: AgentId): void {
  const agent = turn.state.agents.get(agentId);
  if (agent === undefined || agent.connected) return;
  scheduleRemoval(turn, agentId, "disconnected");
}
