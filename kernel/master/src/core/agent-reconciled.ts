/**
 * A registered agent reregisters (its process or the connection was restarted): what the master
 * believes it runs is compared with what it says it runs.
 */

import type { ExecutorId, FrameworkId } from "@tavola/base";
import { internal, parseUpid } from "@tavola/protocol";
import {
  recoverUnknownFramework,
  shutDownCompleted,
  tellAgentOfFrameworks,
} from "./agent-readmitted.ts";
import { readoptTasks } from "./agent-readopted.ts";
import { agentConnected, capabilitiesOfAgent, connectionOf, totalOf } from "./agent-records.ts";
import { removeExecutor } from "./executor-records.ts";
import { awaitExecutor } from "./executors-awaited.ts";
import { repeatKills } from "./kills-repeated.ts";
import { keyOf, questionsFor, reportedExecutorsOf, reportedTasksOf } from "./missing-tasks.ts";
import { rescindOffer } from "./offer-records.ts";
import { agentReported } from "./report-asked.ts";
import type { Agent, Task } from "./state.ts";
import type { Turn } from "./turn.ts";

export function agentReconnected(
  turn: Turn,
  agent: Agent,
  from: string,
  message: internal.ReregisterSlaveMessage,
): void {
  adoptDescription(turn, agent, from, message);
  const frameworks = message.frameworks ?? [];
  const known = frameworks.filter((info) => !recoverUnknownFramework(turn, info));
  turn.sendToAgent(agent, internal.SlaveReregisteredMessage, {
    slave_id: { value: agent.id },
    reconciliations: questionsFor(turn, agent, message),
    connection: connectionOf(turn),
  });
  removeMissingExecutors(turn, agent, message);
  readoptTasks(turn, agent, message);
  agentReported(turn, agent);
  agentConnected(turn, agent);
  repeatKills(turn, agent, message.tasks);
  shutDownCompleted(turn, agent, frameworks);
  tellAgentOfFrameworks(turn, agent, known);
  turn.info("agent reregistered", { agentId: agent.id, pid: from });
}

function adoptDescription(
  turn: Turn,
  agent: Agent,
  from: string,
  message: internal.ReregisterSlaveMessage,
): void {
  const { state } = turn;
  if (state.agentByPid.get(agent.pid) === agent) state.agentByPid.delete(agent.pid);
  if (agent.pid !== from) turn.effects.push({ kind: "unlink", pid: agent.pid });
  agent.pid = from;
  agent.upid = parseUpid(from) ?? agent.upid;
  state.agentByPid.set(from, agent);
  turn.effects.push({ kind: "link", pid: from });
  agent.info = message.slave;
  agent.version = message.version ?? "";
  agent.capabilities = capabilitiesOfAgent(message.agent_capabilities ?? []);
  agent.resourceVersionUuid = message.resource_version_uuid?.value;
  agent.reregisteredAt = turn.now;
  const total = totalOf(message.slave.resources ?? [], message.checkpointed_resources ?? []);
  if (total.equals(agent.totalResources)) return;
  agent.totalResources = total;
  for (const offer of [...agent.offers]) rescindOffer(turn, offer);
  turn.allocator.agentUpdated(agent.id, total);
}

function removeMissingExecutors(
  turn: Turn,
  agent: Agent,
  message: internal.ReregisterSlaveMessage,
): void {
  const reported = reportedExecutorsOf(message);
  const reportedTasks = reportedTasksOf(message);
  const isUnreported = ({ frameworkId, id }: Task): boolean =>
    !reportedTasks.has(keyOf(frameworkId, id));
  const missing: [FrameworkId, ExecutorId][] = [];
  agent.executorsAwaited.clear();
  for (const [frameworkId, executors] of agent.executorsByFramework) {
    for (const executorId of executors.keys()) {
      if (reported.has(keyOf(frameworkId, executorId))) continue;
      if (!awaitExecutor(agent, frameworkId, executorId, isUnreported)) {
        missing.push([frameworkId, executorId]);
      }
    }
  }
  for (const [frameworkId, executorId] of missing) {
    turn.warn("an executor is unknown to its agent", {
      agentId: agent.id,
      frameworkId,
      executorId,
    });
    removeExecutor(turn, agent, frameworkId, executorId);
  }
}
