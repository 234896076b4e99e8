/**
 * An agent that this master does not have registered comes back with its tasks: it was unreachable,
 * or this master is new.
 */

import { type AgentId, asId, type FrameworkId } from "@tavola/base";
import {
  type ExecutorInfo,
  type FrameworkInfo,
  internal,
  type Task as TaskMessage,
} from "@tavola/protocol";
import { addAgent, agentConnected, connectionOf, createAgent, pingAgent } from "./agent-records.ts";
import { applyEarlyKill, expectNoLonger } from "./early-kills.ts";
import { awaitExecutor } from "./executors-awaited.ts";
import { rolesOf } from "./framework-info.ts";
import { recoverFramework } from "./framework-records.ts";
import { tellAgentOfFramework } from "./framework-updated.ts";
import { repeatKills } from "./kills-repeated.ts";
import { missedSinceUnreachable, questionsFor } from "./missing-tasks.ts";
import { cancelRemoval } from "./removal-canceled.ts";
import { takeBackTasks } from "./returned-tasks.ts";
import { SharedAmounts } from "./shared-amounts.ts";
import type { Agent, Task } from "./state.ts";
import { taskOfReport } from "./task-records.ts";
import type { Turn } from "./turn.ts";
import { forgetUnreachableAgent } from "./unreachable-tasks.ts";

export function readmitAgent(
  turn: Turn,
  agentId: AgentId,
  from: string,
  message: internal.ReregisterSlaveMessage,
): void {
  const { state } = turn;
  const reported = acceptableTasks(turn, message);
  const reason = state.unreachableAgents.has(agentId)
    ? "Unreachable agent re-reregistered"
    : "Unknown agent reregistered";
  // Of an agent that the registry knew, all was known to be coming.
  const isNews = !state.recoveredAgents.has(agentId);
  const missed = missedSinceUnreachable(turn, agentId, message);
  const tasks = isNews ? takeBackTasks(turn, reported, reason) : reported;
  for (const task of tasks) applyEarlyKill(state, task);
  const isStranger = !wasSeen(turn, agentId);
  forgetUnreachableAgent(turn, agentId);
  expectNoLonger(state, agentId);
  state.removedAgents.delete(agentId);
  cancelRemoval(turn, agentId, "failover");
  const frameworks = message.frameworks ?? [];
  const known = frameworks.filter((info) => !recoverUnknownFramework(turn, info));
  const agent = createAgent(turn, {
    info: message.slave,
    pid: from,
    version: message.version ?? "",
    capabilities: message.agent_capabilities ?? [],
    resourceVersion: message.resource_version_uuid,
    checkpointedResources: message.checkpointed_resources ?? [],
  });
  agent.reregisteredAt = turn.now;
  turn.count("master/slave_reregistrations");
  const executors = acceptableExecutors(turn, message);
  addAgent(turn, agent, {
    tasks: [...tasks, ...missed.tasks],
    executors: [...executors, ...missed.executors],
  });
  for (const { framework_id: id, executor_id: executorId } of missed.executors) {
    awaitExecutor(agent, asId(id?.value ?? ""), asId(executorId.value), () => true);
  }
  if (isStranger) rememberCompletedTasks(turn, message);
  turn.sendToAgent(agent, internal.SlaveReregisteredMessage, {
    slave_id: { value: agent.id },
    // Whatever else is on it now is what it has just reported.
    reconciliations: missed.tasks.length === 0 ? [] : questionsFor(turn, agent, message),
    connection: connectionOf(turn),
  });
  repeatKills(turn, agent, message.tasks);
  pingAgent(turn, agent);
  shutDownCompleted(turn, agent, frameworks);
  tellAgentOfFrameworks(turn, agent, known);
  turn.info("agent reregistered", { agentId, pid: from, tasks: tasks.length });
}

/** It was taken in, and nothing has changed since; only the answer did not reach it in time. */
export function reregistrationRepeated(turn: Turn, from: string): void {
  turn.count("master/messages_reregister_slave");
  const { agentByPid, transitions } = turn.state;
  const agent = agentByPid.get(from);
  // One that is being given up is not told that it is welcome; it asks again when that is done.
  if (agent === undefined || transitions.leaving.has(agent.id)) return;
  agentConnected(turn, agent);
  turn.sendToAgent(agent, internal.SlaveReregisteredMessage, {
    slave_id: { value: agent.id },
    connection: connectionOf(turn),
  });
}

/** Whether it was registered with this master before, which then knows what it ran until it left. */
function wasSeen({ state }: Turn, agentId: AgentId): boolean {
  return (
    state.unreachableAgents.get(agentId)?.isFromRegistry === false ||
    state.removedAgents.has(agentId)
  );
}

/** What of the reported tasks this master takes: not of ended frameworks, no id twice. */
export function acceptableTasks(turn: Turn, message: internal.ReregisterSlaveMessage): Task[] {
  const { state } = turn;
  const roles = defaultRolesOf(message);
  const tasks: Task[] = [];
  for (const reported of message.tasks ?? []) {
    const frameworkId = asId<FrameworkId>(reported.framework_id.value);
    if (state.completedFrameworks.has(frameworkId)) continue;
    const task = taskOf(reported, roles.get(frameworkId));
    const other = state.frameworks.get(frameworkId)?.tasks.get(task.id);
    // Differs: Mesos ends itself when two agents report a task of the same id.
    if (other !== undefined && other.agentId !== task.agentId) {
      const { id: taskId, agentId } = task;
      turn.warn("ignored a task that is known on another agent", { frameworkId, taskId, agentId });
    } else {
      tasks.push(task);
    }
  }
  return tasks;
}

/** Of each framework that it names: agents without MULTI_ROLE do not say whose share a task counts to. */
function defaultRolesOf(message: internal.ReregisterSlaveMessage): ReadonlyMap<string, string> {
  return new Map(
    (message.frameworks ?? []).map((info) => [info.id?.value ?? "", defaultRoleOf(info)]),
  );
}

/** The record of a reported task. */
function taskOf(reported: TaskMessage, role = "*"): Task {
  return taskOfReport(reported, amounts.allocated(reported.resources ?? [], role));
}

/** Remembers what it was asked, and never changes an answer. */
const amounts = new SharedAmounts();

function defaultRoleOf(info: FrameworkInfo): string {
  const [role = "*"] = rolesOf(info);
  return role;
}

export function acceptableExecutors(
  turn: Turn,
  message: internal.ReregisterSlaveMessage,
): ExecutorInfo[] {
  const { executor_infos: reported = [] } = message;
  if (reported.length === 0) return [];
  const roles = defaultRolesOf(message);
  const executors: ExecutorInfo[] = [];
  for (const executor of reported) {
    const frameworkId = asId<FrameworkId>(executor.framework_id?.value ?? "");
    if (turn.state.completedFrameworks.has(frameworkId)) continue;
    const role = roles.get(frameworkId);
    const resources = amounts.allocated(executor.resources ?? [], role ?? "*");
    executors.push({ ...executor, resources: resources.toList() });
  }
  return executors;
}

function rememberCompletedTasks(turn: Turn, message: internal.ReregisterSlaveMessage): void {
  for (const { framework_info: info, tasks } of message.completed_frameworks ?? []) {
    const framework = turn.state.frameworks.get(asId<FrameworkId>(info.id?.value ?? ""));
    for (const reported of tasks ?? [])
      framework?.completedTasks.add(taskOf(reported, defaultRoleOf(info)));
  }
}

/** Frameworks that ended while the agent was away. */
export function shutDownCompleted(turn: Turn, agent: Agent, infos: readonly FrameworkInfo[]): void {
  for (const { id } of infos) {
    if (id === undefined || !turn.state.completedFrameworks.has(asId<FrameworkId>(id.value)))
      continue;
    turn.sendToAgent(agent, internal.ShutdownFrameworkMessage, { framework_id: id });
  }
}

/** Frameworks that this master learns of from an agent. True when it did not know this one. */
export function recoverUnknownFramework(turn: Turn, info: FrameworkInfo): boolean {
  const id = asId<FrameworkId>(info.id?.value ?? "");
  if (turn.state.frameworks.has(id) || turn.state.completedFrameworks.has(id)) return false;
  recoverFramework(turn, info);
  return true;
}

/** The agent learns what its frameworks look like now. */
export function tellAgentOfFrameworks(
  turn: Turn,
  agent: Agent,
  infos: readonly FrameworkInfo[],
): void {
  for (const { id } of infos) {
    const framework = turn.state.frameworks.get(asId<FrameworkId>(id?.value ?? ""));
    if (framework !== undefined) tellAgentOfFramework(turn, agent, framework);
  }
}
