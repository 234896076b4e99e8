/**
 * The books about executors that frameworks brought. Command tasks' executors belong to the agent and
 * are not here.
 */

import { asId, type ExecutorId, type FrameworkId } from "@tavola/base";
import type { ExecutorInfo } from "@tavola/protocol";
import { Resources } from "@tavola/resources";
import type { Agent, Framework } from "./state.ts";
import type { Turn } from "./turn.ts";
import {
  addUsedByFramework,
  addUsedOnAgent,
  subtractUsedByFramework,
  subtractUsedOnAgent,
} from "./used-resources.ts";

export function findExecutor(
  agent: Agent,
  frameworkId: FrameworkId,
  executorId: ExecutorId,
): ExecutorInfo | undefined {
  return agent.executorsByFramework.get(frameworkId)?.get(executorId);
}

/** The agent's side. The resources of `info` are allocated. */
export function addExecutorToAgent(
  agent: Agent,
  frameworkId: FrameworkId,
  info: ExecutorInfo,
): void {
  let ofFramework = agent.executorsByFramework.get(frameworkId);
  if (ofFramework === undefined) {
    ofFramework = new Map();
    agent.executorsByFramework.set(frameworkId, ofFramework);
  }
  ofFramework.set(executorIdOf(info), info);
  addUsedOnAgent(agent, frameworkId, Resources.of(info.resources ?? []));
}

export function addExecutorToFramework(
  turn: Turn,
  framework: Framework,
  agent: Agent,
  info: ExecutorInfo,
): void {
  let ofAgent = framework.executors.get(agent.id);
  if (ofAgent === undefined) {
    ofAgent = new Map();
    framework.executors.set(agent.id, ofAgent);
  }
  ofAgent.set(executorIdOf(info), info);
  addUsedByFramework(turn.state, framework, agent.id, Resources.of(info.resources ?? []));
}

/** From both sides; what it used is free again. Does nothing for an unknown one. */
export function removeExecutor(
  turn: Turn,
  agent: Agent,
  frameworkId: FrameworkId,
  executorId: ExecutorId,
): void {
  const ofFramework = agent.executorsByFramework.get(frameworkId);
  const info = ofFramework?.get(executorId);
  if (ofFramework === undefined || info === undefined) return;
  ofFramework.delete(executorId);
  if (ofFramework.size === 0) agent.executorsByFramework.delete(frameworkId);
  const awaited = agent.executorsAwaited.get(frameworkId);
  if (awaited?.delete(executorId) && awaited.size === 0) agent.executorsAwaited.delete(frameworkId);
  const resources = Resources.of(info.resources ?? []);
  subtractUsedOnAgent(agent, frameworkId, resources);
  const framework = turn.state.frameworks.get(frameworkId);
  const ofAgent = framework?.executors.get(agent.id);
  if (framework !== undefined && ofAgent?.delete(executorId)) {
    if (ofAgent.size === 0) framework.executors.delete(agent.id);
    subtractUsedByFramework(turn.state, framework, agent.id, resources);
  }
  turn.recover(frameworkId, agent.id, resources);
  turn.allocateSoon();
}

/** All executors of a framework on an agent. */
export function removeExecutors(turn: Turn, agent: Agent, frameworkId: FrameworkId): void {
  const ids = [...(agent.executorsByFramework.get(frameworkId)?.keys() ?? [])];
  for (const id of ids) removeExecutor(turn, agent, frameworkId, id);
}

function executorIdOf(info: ExecutorInfo): ExecutorId {
  return asId<ExecutorId>(info.executor_id.value);
}
